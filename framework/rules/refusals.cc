// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/refusals.hh"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/includes.hh"
#include "rules/iptables_lines.hh"
#include "rules/nft_lines.hh"
#include "rules/rule_lines.hh"

namespace topoproof::rules {
namespace {

using Texts = std::vector<std::string>;

constexpr std::array<std::string_view, 6> kJumps{"jump", "goto", "-j", "-g", "--jump", "--goto"};

// Names and options; what stands between them is of no interest here.
Texts tokens_of(std::string_view rule) {
  Texts tokens(1);
  for (const char c : rule) {
    const bool is_part =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
    if (is_part) {
      tokens.back() += c;
    } else if (!tokens.back().empty()) {
      tokens.emplace_back();
    }
  }
  if (tokens.back().empty()) tokens.pop_back();
  return tokens;
}

// Where the rule may send packets: chains, and in the words of iptables targets as well.
Texts jumps_of(std::string_view rule) {
  const Texts tokens = tokens_of(rule);
  Texts jumps;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (std::ranges::find(kJumps, tokens[i]) != kJumps.end()) jumps.push_back(tokens[i + 1]);
  }
  return jumps;
}

// The kernel's words; iptables says the same of an extension that it does not have.
bool is_missing(std::string_view text) {
  return text.contains("Could not process rule: No such file or directory") ||
         text.contains("failed (No such file or directory)");
}

struct PlacedRule {
  ChainName chain;
  const firewall::Origin* origin;
};

class Explainer {
 public:
  explicit Explainer(const Source& source) : source_(source) {
    if (source.language == Language::Nft) {
      read_nft_lines(source, make_include_reader(source.where.file), lines_);
    } else {
      read_iptables_lines(source, lines_);
    }
    for (const auto& [chain, origins] : lines_.chains()) {
      if (!origins) continue;
      for (const firewall::Origin& origin : *origins) rules_.push_back({chain, &origin});
    }
  }

  void explain(Issue& issue) const {
    if (issue.text.contains("Too many links")) {
      explain_loop(issue);
    } else if (is_missing(issue.text)) {
      explain_missing(issue);
    } else if (issue.text.starts_with("iptables: Chain '")) {
      place_missing(issue);
    } else if (issue.text.contains("not supported") || issue.text.contains("Invalid argument")) {
      explain_translation(issue);
    }
  }

 private:
  const PlacedRule* rule_at(const Location& where) const {
    const auto found = std::ranges::find_if(rules_, [&](const PlacedRule& rule) {
      return rule.origin->where.file == where.file && rule.origin->where.line == where.line;
    });
    return found != rules_.end() ? &*found : nullptr;
  }

  bool is_chain(const ChainName& like, const std::string& name) const {
    return lines_.chains().contains({like.family, like.table, name});
  }

  // The kernel tells it of the rule that it came to the loop by.
  void explain_loop(Issue& issue) const {
    std::set<ChainName> done;
    for (const auto& [chain, origins] : lines_.chains()) {
      Texts way;
      if (find_loop(chain, way, done)) {
        issue.text += fmt::format("; these chains jump in a loop: {}", fmt::join(way, " -> "));
        return;
      }
    }
  }

  bool find_loop(const ChainName& chain, Texts& way, std::set<ChainName>& done) const {
    const auto earlier = std::ranges::find(way, chain.chain);
    const bool is_loop = earlier != way.end();
    if (is_loop) way.erase(way.begin(), earlier);
    way.push_back(chain.chain);
    if (is_loop) return true;
    if (!done.insert(chain).second) return false;
    for (const PlacedRule& rule : rules_) {
      if (rule.chain != chain) continue;
      for (const std::string& next : jumps_of(rule.origin->text)) {
        if (!is_chain(chain, next)) continue;
        Texts on = way;
        if (!find_loop({chain.family, chain.table, next}, on, done)) continue;
        way = std::move(on);
        return true;
      }
    }
    return false;
  }

  // Targets of iptables that every chain may jump to.
  static bool is_verdict(const std::string& target) {
    static constexpr std::array<std::string_view, 4> kVerdicts{"ACCEPT", "DROP", "RETURN", "QUEUE"};
    return std::ranges::find(kVerdicts, target) != kVerdicts.end();
  }

  void explain_missing(Issue& issue) const {
    const PlacedRule* rule = rule_at(issue.where);
    if (rule == nullptr) return;
    for (const std::string& name : jumps_of(rule->origin->text)) {
      if (is_chain(rule->chain, name) || (source_.language != Language::Nft && is_verdict(name)))
        continue;
      issue.text +=
          fmt::format("; there is no chain '{}' in the table {}", name, rule->chain.table);
      return;
    }
  }

  // iptables looks for chains at the end of the table, and says that line.
  void place_missing(Issue& issue) const {
    const auto begin = issue.text.find('\'') + 1;
    const std::string name = issue.text.substr(begin, issue.text.find('\'', begin) - begin);
    const auto asks = [&](const PlacedRule& rule) {
      const Texts jumps = jumps_of(rule.origin->text);
      return std::ranges::find(jumps, name) != jumps.end();
    };
    const PlacedRule* first = nullptr;
    for (const PlacedRule& rule : rules_) {
      const bool is_earlier =
          first == nullptr || rule.origin->where.line < first->origin->where.line;
      if (asks(rule) && is_earlier) first = &rule;
    }
    if (first == nullptr) return;
    issue.where = first->origin->where;
    issue.text += ": " + first->origin->text;
  }

  void explain_translation(Issue& issue) const {
    const PlacedRule* rule = rule_at(issue.where);
    if (rule == nullptr) return;
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kHooks{
        {{"dnat", "prerouting and output"},
         {"redirect", "prerouting and output"},
         {"snat", "postrouting and input"},
         {"masquerade", "postrouting"}}};
    for (std::string token : tokens_of(rule->origin->text)) {
      std::ranges::transform(token, token.begin(), [](unsigned char c) { return std::tolower(c); });
      for (const auto& [kind, hooks] : kHooks) {
        if (token != kind) continue;
        issue.text += fmt::format("; {} is for chains of nat at {}", kind, hooks);
        return;
      }
    }
  }

  const Source& source_;
  RuleLines lines_;
  std::vector<PlacedRule> rules_;
};

// Text of one language where the other one is expected: of all that is wrong then, nothing helps.
bool explain_language(const Source& source, Issues& issues) {
  const auto looks = recognize_language(source.text);
  const bool is_nft = source.language == Language::Nft;
  if (!looks || *looks == Language::Compiled || (*looks == Language::Nft) == is_nft) return false;
  issues.resize(1);
  issues.front().text += is_nft ? "; the text looks like one of iptables-save, which is not nft's"
                                : "; the text looks like nft's, not like one of iptables-save";
  return true;
}

// nft calls each CR junk.
bool explain_cr(const Source& source, Issues& issues) {
  if (source.language != Language::Nft) return false;
  const bool is_junk = std::ranges::any_of(
      issues, [](const Issue& issue) { return issue.text.contains("unexpected junk"); });
  auto cr = is_junk ? find_cr(source) : std::nullopt;
  if (cr) issues = {*std::move(cr)};
  return cr.has_value();
}

// Of rules that were read, and then refused: only of those can the lines be told.
bool has_meaning(const Issue& issue) {
  static constexpr std::array<std::string_view, 4> kKernelsWords{
      "Too many links", "No such file or directory", "not supported", "Invalid argument"};
  return issue.text.starts_with("iptables: Chain '") ||
         std::ranges::any_of(kKernelsWords,
                             [&](std::string_view words) { return issue.text.contains(words); });
}

}  // namespace

void explain_refusals(const Source& source, Issues& issues) {
  if (issues.empty() || source.language == Language::Compiled) return;
  const bool is_foreign = explain_cr(source, issues) || explain_language(source, issues);
  if (!is_foreign && std::ranges::any_of(issues, has_meaning)) {
    const Explainer explainer(source);
    for (Issue& issue : issues) explainer.explain(issue);
  }
  // In a block of a topology, columns begin where its lines do.
  const int indent = source.where.column - 1;
  for (Issue& issue : issues) {
    const bool is_here = issue.where.file == source.where.file && issue.where.column > 0;
    if (is_here && indent > 0 && source.language == Language::Nft) issue.where.column += indent;
  }
}

}  // namespace topoproof::rules
