// SPDX-License-Identifier: GPL-2.0-or-later
// The descriptors 0 to 2, which a program may be started without (`topoproof lint >&-`).
#pragma once

namespace topoproof::sys {

// Takes those that are closed, so that no file opened later gets what is printed: reading from them
// gives nothing, writing fails as it does on a closed one. To be called before anything is opened.
void take_closed_streams();

}  // namespace topoproof::sys
