// SPDX-License-Identifier: GPL-2.0-or-later
#include "state/address.hh"

#include <fmt/format.h>

namespace topoproof::state {

std::string describe(const Address& address) {
  return fmt::format("address {} on {}{}{}{}", to_string(address.address), address.interface,
                     address.no_dad ? " nodad" : "", address.tentative ? " tentative" : "",
                     address.duplicate ? " dadfailed" : "");
}

}  // namespace topoproof::state
