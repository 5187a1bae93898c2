// SPDX-License-Identifier: GPL-2.0-or-later
// What nearly all flows of a large matrix do: they go to their target and back, untranslated, and
// nothing else happens. This is seen from the sightings alone; the judge, who puts every hop into
// words, is for the others.
#pragma once

#include <span>

#include "evidence/judge.hh"

namespace topoproof::evidence {

// Both directions were seen at every end of every link that they took, from their sender to who
// took them in, and both sockets got what was theirs. Stricter than the judge, never laxer.
// RETURNS: true only if judge() would say of `evidence` that the request was delivered to exactly
// one node and its reply to the sender, both of them with the addresses and ports that they were
// sent with, and that no answer or fence was seen.
bool is_plain_delivery(const Case& evidence, const Witness& witness);

// REQUIRES: is_plain_delivery(evidence, witness). RETURNS: whether the request was routed by the
// nodes of `path`, sender and target among them; a node that only bridged it is not one of them.
bool was_routed_by(const Case& evidence, std::span<const NodeId> path);

}  // namespace topoproof::evidence
