// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/plan.hh"

#include <string_view>

#include <fmt/format.h>

#include "listing/listing.hh"

namespace topoproof::plan {
namespace {

std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    out += fmt::format("    {}\n", text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return out;
}

std::string rules_of(const Operation& operation) {
  if (const auto* load = std::get_if<LoadRulesText>(&operation)) return indented(load->rules->text);
  if (const auto* load = std::get_if<LoadRuleset>(&operation)) {
    const auto text = listing::to_text(load->ruleset);
    return indented(text ? *text : text.error().text);
  }
  return {};
}

}  // namespace

std::string describe(const Step& step, std::span<const std::string> names) {
  return fmt::format("{} ({})", describe(step.operation, names), step.reason);
}

std::string to_string(const Plan& plan) {
  std::string text;
  for (const Step& step : plan.steps) {
    text += describe(step, plan.nodes) + "\n";
    text += rules_of(step.operation);
  }
  return text;
}

std::vector<Step> make_forwarding_steps(NodeId node, bool on, const std::string& reason) {
  const std::string value = on ? "1" : "0";
  return {{SetSysctl{node, {"net.ipv4.ip_forward", value}, false}, reason},
          {SetSysctl{node, {"net.ipv6.conf.all.forwarding", value}, true}, reason},
          {SetSysctl{node, {"net.ipv4.conf.all.accept_redirects", "0"}, true}, reason}};
}

}  // namespace topoproof::plan
