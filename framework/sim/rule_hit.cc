// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/rule_hit.hh"

#include <fmt/format.h>

#include "listing/listing.hh"

namespace topoproof::sim {
namespace {

std::string text_of(const RuleHit& hit) {
  if (hit.rule == nullptr) return "policy drop";
  // The user's own words, where they are known.
  if (!hit.rule->origin.text.empty()) return hit.rule->origin.text;
  return listing::to_text(*hit.rule, *hit.table).value_or("");
}

}  // namespace

std::string describe(const RuleHit& hit) {
  if (hit.chain == nullptr) return std::string(hit.why);
  const std::string place =
      fmt::format("{} {} {}", to_string(hit.table->family), hit.table->name, hit.chain->name);
  const std::string origin = hit.rule != nullptr ? to_string(hit.rule->origin.where) : "";
  const std::string text = hit.why.empty() ? text_of(hit) : std::string(hit.why);
  return fmt::format("{}{}{}: {}", origin, origin.empty() ? "" : " ", place, text);
}

}  // namespace topoproof::sim
