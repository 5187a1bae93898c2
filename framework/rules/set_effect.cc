// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/set_effect.hh"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "firewall/describe.hh"

namespace topoproof::rules {
namespace {

bool is_plain(const firewall::Element& element) {
  return element.timeout_ms == 0 && element.expressions.empty() && element.object.empty() &&
         std::holds_alternative<std::monostate>(element.data) && element.key_high.empty() &&
         (element.flags & firewall::kElementCatchall) == 0;
}

// Where one interval ends and the next begins there is nothing between them.
void join_intervals(firewall::Set& set) {
  const bool has_intervals = (set.flags & firewall::kSetInterval) != 0 && !set.is_map();
  if (!has_intervals || !std::ranges::all_of(set.elements, is_plain)) return;
  std::vector<firewall::Element> joined;
  for (auto& element : set.elements) {
    if (!joined.empty() && joined.back().key == element.key &&
        joined.back().flags != element.flags) {
      joined.pop_back();
    } else {
      joined.push_back(std::move(element));
    }
  }
  set.elements = std::move(joined);
}

}  // namespace

firewall::Set effect_of(firewall::Set set) {
  set.userdata.clear();
  set.policy.reset();
  set.key_type = 0;
  if (set.data_type != firewall::kTypeVerdict) set.data_type = 0;
  for (auto& element : set.elements) element.userdata.clear();
  std::ranges::sort(set.elements);
  join_intervals(set);
  return set;
}

std::string settings_of(const firewall::Set& set) {
  constexpr std::pair<std::uint32_t, std::string_view> kFlags[] = {
      {firewall::kSetConstant, "constant"},
      {firewall::kSetInterval, "interval"},
      {firewall::kSetTimeout, "timeout"},
      {firewall::kSetDynamic, "dynamic"}};
  auto text = fmt::format("{} bytes", set.key_length);
  if (set.is_map()) text += fmt::format(" to {}", set.data_length);
  for (const auto& [flag, name] : kFlags) {
    if ((set.flags & flag) != 0) text += fmt::format(", {}", name);
  }
  if (set.timeout_ms != 0) text += fmt::format(", timeout {} ms", set.timeout_ms);
  if (set.gc_interval_ms != 0) text += fmt::format(", gc-interval {} ms", set.gc_interval_ms);
  if (set.size != 0) text += fmt::format(", size {}", set.size);
  for (const auto& expression : set.expressions) {
    text += std::visit([](const auto& e) { return ", " + describe(firewall::Expression(e)); },
                       expression);
  }
  return text;
}

}  // namespace topoproof::rules
