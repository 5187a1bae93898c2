// SPDX-License-Identifier: GPL-2.0-or-later
#include "real_rules.hh"

#include <algorithm>
#include <cstdlib>

#include "rules/import.hh"
#include "sys/files.hh"

namespace topoproof::agreement {
namespace {

using namespace firewall;  // NOLINT: all of its instructions

rules::Language language_of(const std::filesystem::path& file) {
  if (file.extension() == ".nft") return rules::Language::Nft;
  return file.extension() == ".v6" ? rules::Language::Ip6tables : rules::Language::Iptables;
}

template <class... Types>
bool is_one_of(const Expression& expression) {
  return (std::holds_alternative<Types>(expression) || ...);
}

bool ends_rule(const Expression& expression) {
  if (const auto* lookup = std::get_if<Lookup>(&expression)) {
    return lookup->to == kVerdictRegister;
  }
  return is_one_of<Verdict, Nat, Masquerade, Redirect, Reject, Queue, Tproxy, Synproxy, Duplicate,
                   Forward, FlowOffload, XtTarget>(expression);
}

void count(Rule& rule) {
  const bool counts = std::ranges::any_of(
      rule.expressions, [](const Expression& e) { return std::holds_alternative<Counter>(e); });
  if (counts) return;
  rule.expressions.insert(std::ranges::find_if(rule.expressions, ends_rule), Counter{});
}

}  // namespace

std::filesystem::path data_folder() {
  const char* data = std::getenv("TOPOPROOF_DATA");
  return data != nullptr ? data : "../shared/data";
}

std::vector<std::filesystem::path> real_rule_files() {
  std::vector<std::filesystem::path> files;
  for (const char* folder : {"nft", "iptables"}) {
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(data_folder() / folder, none)) {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

std::expected<Ruleset, Issues> import_file(const std::filesystem::path& file) {
  const rules::Source source{.language = language_of(file),
                             .text = sys::read_file(file).value_or("") + '\n',
                             .where = {.file = file.filename(), .line = 1}};
  return rules::import_rules({&source, 1});
}

void count_all(Ruleset& ruleset) {
  for (Table& table : ruleset.tables) {
    for (Chain& chain : table.chains) {
      for (Rule& rule : chain.rules) count(rule);
    }
  }
}

}  // namespace topoproof::agreement
