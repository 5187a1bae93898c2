// SPDX-License-Identifier: GPL-2.0-or-later
// The way of one packet out of all the copies of it that were seen. A bridge that does not know
// where a station is sends a copy by each of its ports, and the stations that it is not for see it
// as well (net/bridge/br_forward.c, br_flood). Internal to this module.
#pragma once

#include "evidence/sighting.hh"
#include "evidence/witness.hh"

namespace topoproof::evidence {

// A station took the packet in as its own: the frame was addressed to it, or to everybody.
bool is_taken_in(const Sighting& sighting, const Witness& witness);

// A station that the frame was not addressed to saw it.
bool is_strangers(const Sighting& sighting, const Witness& witness);

// Whether a packet that was seen as `a` can be the next time seen as `b`: at the other end of the
// link, or further on in the node.
bool leads_to(const Sighting& a, const Sighting& b, const Witness& witness);

// The sightings, of `copies` in order of time, that lead from the sender to the last station that
// took the packet in, and from there as far as it came: of a packet that nothing copied, to the
// stranger at the end of the last link. With gaps in them, all but strangers'. Of a packet that
// goes round for ever, the beginning.
Sightings way_of(Sightings copies, const Witness& witness);

}  // namespace topoproof::evidence
