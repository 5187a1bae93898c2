// SPDX-License-Identifier: GPL-2.0-or-later
#include "checks/fate_story.hh"

#include <fmt/format.h>

namespace topoproof::checks {

std::string rules_of(std::string_view hook, std::string_view policy, std::string_view rule) {
  return fmt::format(
      "nftables: \"table inet f {{\\n chain c {{\\n type filter hook {} priority 0; policy {};\\n"
      "{}\\n }}\\n}}\"",
      hook, policy, rule);
}

std::string check_of(const Story& story, std::string_view fate) {
  return fmt::format("{{ flow: {}, should: {} }}", story.flow, fate);
}

}  // namespace topoproof::checks
