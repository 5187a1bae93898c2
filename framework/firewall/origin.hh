// SPDX-License-Identifier: GPL-2.0-or-later
// Where something of a ruleset was written. The kernel does not know it.
#pragma once

#include <compare>
#include <string>

#include "base/issue.hh"

namespace topoproof::firewall {

// Its line of a file, and how it was written: the text, or the short form that it was built from.
struct Origin {
  Location where;
  std::string text;
  friend auto operator<=>(const Origin&, const Origin&) = default;
};

}  // namespace topoproof::firewall
