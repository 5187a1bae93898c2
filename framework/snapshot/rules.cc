// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <array>
#include <ranges>

#include <fmt/format.h>

#include "netfilter/text.hh"
#include "snapshot/found.hh"
#include "sys/error.hh"
#include "sys/files.hh"
#include "sys/process.hh"

namespace topoproof::snapshot {
namespace {

using Language = topology::RulesText::Language;

struct Tool {
  Language language;
  std::string_view table;  // how nft's listing of one of its tables begins
  std::string_view legacy_names;
  const char* save;
  const char* save_legacy;
  std::string_view key;  // of a topology
};
constexpr std::array<Tool, 2> kTools{
    {{Language::Iptables, "table ip ", "/proc/thread-self/net/ip_tables_names", "iptables-nft-save",
      "iptables-legacy-save", "iptables"},
     {Language::Ip6tables, "table ip6 ", "/proc/thread-self/net/ip6_tables_names",
      "ip6tables-nft-save", "ip6tables-legacy-save", "ip6tables"}}};

// nft's listing, cut into its tables.
std::vector<std::string> tables_of(const std::string& listing) {
  std::vector<std::string> tables;
  for (const auto part : listing | std::views::split('\n')) {
    const std::string_view line(part.begin(), part.end());
    if (line.empty()) continue;
    if (line.starts_with("table ") || tables.empty()) tables.emplace_back();
    // Indented by blanks: YAML lets no tab stand at the beginning of a line.
    const std::size_t depth = std::min(line.find_first_not_of('\t'), line.size());
    tables.back() += fmt::format("{}{}\n", std::string(2 * depth, ' '), line.substr(depth));
  }
  return tables;
}

// Matches of x_tables are comments to nft: "# xt_limit".
bool is_of_iptables(const std::string& table) {
  return table.contains("# xt_") || table.contains("xt match") || table.contains("xt target");
}

void save(const char* program, const sys::Netns& netns, Language language,
          std::vector<topology::RulesText>& rules, std::vector<std::string>& missed) {
  try {
    const auto run = sys::run_process({program}, &netns, {}, sys::Stderr::Apart);
    if (run.exit_status == 0) {
      rules.push_back({.language = language, .text = run.output});
    } else {
      missed.push_back(fmt::format("rules of iptables: {} says {}", program, run.errors));
    }
  } catch (const sys::SystemError& refused) {
    missed.push_back(fmt::format("rules of iptables: {}", refused.what()));
  }
}

bool has_legacy_tables(const sys::Netns& netns, const Tool& tool) {
  return sys::call_in(netns, [&] {
    const auto names = sys::read_file(std::string(tool.legacy_names));
    return names && !names->empty();
  });
}

}  // namespace

std::vector<topology::RulesText> read_rules(const sys::Netns& netns,
                                            std::vector<std::string>& missed) {
  std::vector<topology::RulesText> rules;
  auto tables = tables_of(netfilter::list_ruleset_text(netns, netfilter::Listing::Stateless));
  for (const Tool& tool : kTools) {
    const auto own = [&](const std::string& table) { return table.starts_with(tool.table); };
    const bool saved = std::ranges::any_of(
        tables, [&](const std::string& table) { return own(table) && is_of_iptables(table); });
    if (saved) {
      std::erase_if(tables, own);
      save(tool.save, netns, tool.language, rules, missed);
    }
    if (has_legacy_tables(netns, tool)) {
      save(tool.save_legacy, netns, tool.language, rules, missed);
      missed.push_back(fmt::format(
          "rules of {}: they stand under `{}:`, which makes nf_tables' own of them; before and "
          "after which others they came is lost",
          tool.save_legacy, tool.key));
    }
  }
  std::string text;
  for (const std::string& table : tables) text += table;
  if (!text.empty()) rules.push_back({.language = Language::Nft, .text = text});
  return rules;
}

}  // namespace topoproof::snapshot
