// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a TCP segment lies within what both ends can have agreed on (tcp_in_window). The
// observer knows only what passed by: bounds are wide, and a segment that both ends would take is
// never invalid. For the sources of this module.
#pragma once

#include "conntrack/tcp_segment.hh"

namespace topoproof::conntrack {

enum class WindowVerdict { Inside, Ignore, Outside };

// Inside also takes note of the segment in `track`. `liberal`: everything is inside.
WindowVerdict check_window(TcpTrack& track, Direction direction, const TcpSegment& segment,
                           bool liberal);

// The first segment of a flow (tcp_new), after which its state is still None.
void begin_with_syn(TcpTrack& track, const TcpSegment& segment);
void begin_midstream(TcpTrack& track, const TcpSegment& segment);

}  // namespace topoproof::conntrack
