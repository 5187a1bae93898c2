// SPDX-License-Identifier: GPL-2.0-or-later
// The reason of steps that do what somebody wrote.
#pragma once

#include <string>

#include "base/issue.hh"

namespace topoproof::plan {

// "net.topo.yaml:9:5"
inline std::string stated(const Location& where) {
  const std::string place = to_string(where);
  return place.empty() ? "the topology" : place;
}

}  // namespace topoproof::plan
