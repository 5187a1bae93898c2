// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/stateful.hh"

namespace topoproof::firewall {

std::optional<std::string_view> time_unit(const Limit& limit) {
  switch (limit.per_seconds) {
    case 1:
      return "second";
    case 60:
      return "minute";
    case 3600:
      return "hour";
    case 86400:
      return "day";
    case 604800:
      return "week";
    default:
      return std::nullopt;
  }
}

}  // namespace topoproof::firewall
