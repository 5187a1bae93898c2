// SPDX-License-Identifier: GPL-2.0-or-later
// What refuses a packet that came in, where policy rules look at its source or at the interface it
// came by. To be asked about such a packet the kernel validates its source first, and the errnos of
// that are also those of rules (EINVAL: martian or blackhole); asked as of a sender's, these rules
// do not match. So its rules and tables are read and followed.
#pragma once

#include <optional>

#include "evidence/witness.hh"
#include "flow/flow.hh"
#include "state/namespace.hh"

namespace topoproof::runner {

// Rules that a question without source and interface would not meet.
bool chooses_by_origin(const state::Namespace& ns);

struct Arrival {
  const flow::Tuple& tuple;
  std::string_view interface;
  std::uint32_t mark = 0;
};

// RETURNS: the kind of refusal; nothing if there is a way. `ns`: as observed.
std::optional<evidence::RouteAnswer::Kind> refusal_by_tables(const state::Namespace& ns,
                                                             const Arrival& arrival);

}  // namespace topoproof::runner
