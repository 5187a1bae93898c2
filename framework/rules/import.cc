// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/import.hh"

#include <algorithm>
#include <iterator>

#include "netfilter/kernel_ruleset.hh"
#include "netfilter/text.hh"
#include "netlink/batch.hh"
#include "netlink/interface_names.hh"
#include "netlink/link.hh"
#include "netlink/socket.hh"
#include "rules/anonymous_chains.hh"
#include "rules/compiled.hh"
#include "rules/includes.hh"
#include "rules/iptables.hh"
#include "rules/iptables_lines.hh"
#include "rules/nft_checks.hh"
#include "rules/nft_lines.hh"
#include "rules/refusals.hh"
#include "rules/registration.hh"

namespace topoproof::rules {
namespace {

netlink::Socket open_socket(const sys::Netns& netns, netlink::Protocol protocol) {
  std::optional<netlink::Socket> socket;
  sys::run_in(netns, [&] { socket.emplace(protocol); });
  return *std::move(socket);
}

// Bridges, since every kernel has them: only their names matter.
void create_interfaces(const sys::Netns& netns, std::span<const Interface> interfaces) {
  netlink::Batch batch;
  for (std::size_t i = 0; i < interfaces.size(); ++i) {
    const auto& [name, index] = interfaces[i];
    const auto earlier = interfaces.first(i);
    const bool is_there = std::ranges::find(earlier, name, &Interface::name) != earlier.end();
    if (name == "lo" || is_there) continue;
    state::Link link{.name = name, .kind = state::LinkKind::Bridge};
    if (index != 0) link.index = index;
    encode(link, netlink::InterfaceNames{}, batch.add(i, netlink::kCreateLink));
  }
  auto socket = open_socket(netns, netlink::Protocol::Route);
  socket.commit(batch,
                [&](std::size_t i) { return "create an interface named " + interfaces[i].name; });
}

Issues load_compiled(const sys::Netns& netns, const Source& source, RuleLines& lines) {
  const auto ruleset = read_compiled(source.text, source.where.file);
  if (!ruleset) return {ruleset.error()};
  auto socket = open_socket(netns, netlink::Protocol::Netfilter);
  auto issues = netfilter::load_ruleset(socket, *ruleset);
  for (Issue& issue : issues) {
    if (issue.where.file.empty()) issue.where.file = source.where.file;
  }
  if (!issues.empty()) return issues;
  for (const auto& table : ruleset->tables) lines.replace(table);
  return {};
}

// From a line of the text to one of the file; there the column says nothing of a text that has
// escapes.
void place_in_file(const Source& source, Issue& issue) {
  if (issue.where.file != source.where.file || issue.where.line == 0) return;
  issue.where.line = source.line_of(issue.where.line);
  if (!source.lines.empty()) issue.where.column = 0;
}

Issues load_source(const sys::Netns& netns, const Source& source, RuleLines& lines) {
  if (source.language == Language::Compiled) return load_compiled(netns, source, lines);
  if (source.language != Language::Nft) {
    auto issues = load_iptables(netns, source);
    if (issues.empty()) read_iptables_lines(source, lines);
    return issues;
  }
  auto issues = check_nft_text(source);
  if (!issues.empty()) return issues;
  issues = netfilter::load_text(netns, source.text, {.file = source.where.file, .first_line = 1});
  for (Issue& issue : issues) place_in_file(source, issue);
  if (issues.empty()) read_nft_lines(source, make_include_reader(source.where.file), lines);
  return issues;
}

}  // namespace

Issues load(const sys::Netns& netns, const Source& source, RuleLines& lines) {
  Issues issues = load_source(netns, source, lines);
  explain_refusals(source, issues);
  return issues;
}

namespace {

Issues load_all(const sys::Netns& netns, std::span<const Source> sources,
                std::span<const Interface> interfaces, RuleLines& lines) {
  if (!interfaces.empty()) create_interfaces(netns, interfaces);
  Issues issues;
  for (const auto& source : sources) {
    std::ranges::move(load(netns, source, lines), std::back_inserter(issues));
  }
  return issues;
}

// Loads them once more where what happens is heard: rarely needed, and dear with many rules.
std::optional<Issue> arrange_tables(std::span<const Source> sources,
                                    std::span<const Interface> interfaces,
                                    firewall::Ruleset& ruleset) {
  if (!is_order_open(ruleset)) return std::nullopt;
  const auto netns = sys::Netns::create();
  std::optional<Registrations> registrations;
  sys::run_in(netns, [&] { registrations.emplace(); });
  std::vector<ChainName> registered;
  RuleLines lines;
  for (std::size_t i = 0; i <= sources.size(); ++i) {
    const auto interfaces_once = i == 0 ? interfaces : std::span<const Interface>{};
    const auto source = i == 0 ? std::span<const Source>{} : sources.subspan(i - 1, 1);
    if (auto issues = load_all(netns, source, interfaces_once, lines); !issues.empty())
      return issues.front();
    registered = registrations->take();
  }
  return arrange(ruleset, registered);
}

}  // namespace

Issues try_rules(std::span<const Source> sources, std::span<const Interface> interfaces) {
  RuleLines lines;
  return load_all(sys::Netns::create(), sources, interfaces, lines);
}

std::expected<firewall::Ruleset, Issues> import_rules(std::span<const Source> sources,
                                                      std::span<const Interface> interfaces) {
  const auto netns = sys::Netns::create();
  RuleLines lines;
  Issues issues = load_all(netns, sources, interfaces, lines);
  if (!issues.empty()) return std::unexpected(std::move(issues));
  auto socket = open_socket(netns, netlink::Protocol::Netfilter);
  auto ruleset = netfilter::observe_ruleset(socket);
  if (!ruleset) return std::unexpected(Issues{std::move(ruleset.error())});
  if (auto issue = arrange_tables(sources, interfaces, *ruleset))
    return std::unexpected(Issues{*std::move(issue)});
  give_origins(lines, *ruleset);
  name_anonymous_chains(*ruleset);
  return *std::move(ruleset);
}

}  // namespace topoproof::rules
