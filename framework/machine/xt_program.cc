// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/xt_program.hh"

#include <fmt/format.h>

namespace topoproof::machine {
namespace {

constexpr std::uint64_t kLimitUnit = 100'000;  // nanoseconds: XT_LIMIT_SCALE of a second

template <class Map>
auto shared(Map& map, Family family, const std::string& name) {
  auto& found = map[{family, name}];
  using T = std::remove_reference_t<decltype(*found)>;
  if (!found) found = std::make_shared<T>();
  return found;
}

}  // namespace

XtMatchCode XtCompiler::make(const firewall::XtMatch& match, Family family) {
  XtMatchCode code{.form = xtables::decode_match(match.name, match.revision, match.info, family)};
  if (const auto* extension = std::get_if<xtables::Extension>(&code.form)) {
    code.not_modelled =
        fmt::format("the match {} of x_tables, revision {}", extension->name, extension->revision);
  }
  if (const auto* limit = std::get_if<xtables::LimitMatch>(&code.form)) {
    const auto cost = limit->period * kLimitUnit;
    code.limit = {.tokens = cost * limit->burst, .most = cost * limit->burst, .cost = cost};
  }
  if (const auto* statistic = std::get_if<xtables::StatisticMatch>(&code.form)) {
    code.count = statistic->count;
  }
  if (const auto* limit = std::get_if<xtables::HashLimitMatch>(&code.form)) {
    code.buckets = shared(buckets_, family, limit->name);
  }
  if (const auto* recent = std::get_if<xtables::RecentMatch>(&code.form)) {
    code.recent = shared(recent_, family, recent->list);
  }
  return code;
}

xtables::Target XtCompiler::make(const firewall::XtTarget& target, Family family) {
  return xtables::decode_target(target.name, target.revision, target.info, family);
}

}  // namespace topoproof::machine
