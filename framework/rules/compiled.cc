// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/compiled.hh"

#include <cstdint>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include <fmt/format.h>

#include "base/printable.hh"
#include "netlink/reader.hh"
#include "nft/decoder.hh"
#include "nft/transaction.hh"
#include "nft/validator.hh"
#include "rules/anonymous_chains.hh"
#include "rules/includes.hh"
#include "rules/show.hh"
#include "rules/source_state.hh"

namespace topoproof::rules {
namespace {

using nlohmann::ordered_json;

constexpr const char* kFormat = "topoproof rules";
constexpr int kVersion = 2;  // 1 had no hash of its messages
constexpr std::string_view kNotOurs = "it is not what `topoproof rules compile` writes";
constexpr std::size_t kMostNested = 16;  // twice what is written

std::string_view name_of(Language language) {
  switch (language) {
    case Language::Nft:
      return "nft";
    case Language::Iptables:
      return "iptables";
    case Language::Ip6tables:
      return "ip6tables";
    case Language::Compiled:
      return "compiled";
  }
  return "";
}

// Bytes that are no UTF-8 (names of chains may be any) must not stop the writer.
std::string dumped(const ordered_json& json) {
  return json.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

// Without it a file of brackets would take the stack: values are copied and end by recursion.
bool is_nested_too_deep(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\') ++i;
    if (in_string) continue;
    if ((c == '[' || c == '{') && ++depth > kMostNested) return true;
    if ((c == ']' || c == '}') && depth > 0) --depth;
  }
  return false;
}

std::expected<ordered_json, std::string> parse_json(std::string_view text) {
  if (is_nested_too_deep(text)) return std::unexpected("its lists are nested too deep");
  auto json = ordered_json::parse(text);
  if (json.at("format") != kFormat) return std::unexpected(std::string(kNotOurs));
  const auto& version = json.at("version");
  if (version == 1) return std::unexpected("of version 1: compile the rules again");
  if (version != kVersion) return std::unexpected("of another version");
  return json;
}

// Nothing if no file has such a line. 0 is of a line that is not known.
std::optional<int> line_of(const ordered_json& json) {
  const auto& line = json.at("line");
  if (!line.is_number_unsigned()) return std::nullopt;
  const auto number = line.get<std::uint64_t>();
  if (number > std::numeric_limits<int>::max()) return std::nullopt;
  return static_cast<int>(number);
}

std::string no_line(const ordered_json& json) {
  const auto& line = json.at("line");
  return fmt::format("{} is no line of a file", line.is_number() ? line.dump() : "what it says");
}

// What a compiled file says of one source.
struct Record {
  Location where;
  std::string language;
  std::string hash;
};

std::expected<std::vector<Record>, std::string> records_of(const ordered_json& json) {
  std::vector<Record> records;
  for (const auto& source : json.at("sources")) {
    const auto line = line_of(source);
    if (!line) return std::unexpected(no_line(source));
    records.push_back({.where = {.file = source.at("file").get<std::string>(), .line = *line},
                       .language = source.at("language").get<std::string>(),
                       .hash = source.at("sha256").get<std::string>()});
  }
  return records;
}

std::vector<Record> records_of(const Source& source) {
  if (source.language == Language::Compiled) {
    const auto json = parse_json(source.text);
    return json ? records_of(*json).value_or(std::vector<Record>{}) : std::vector<Record>{};
  }
  const std::string language(name_of(source.language));
  std::vector<Record> records{{source.where, language, hash_of(source)}};
  for (const auto& file : included_files(source)) {
    records.push_back(
        {{.file = file, .line = 1}, language, hash_of_file(file).value_or(std::string())});
  }
  return records;
}

ordered_json json_of(const Record& record) {
  return {{"file", record.where.file},
          {"line", record.where.line},
          {"language", record.language},
          {"sha256", record.hash}};
}

ordered_json json_of(const firewall::Rule& rule, const firewall::Table& table) {
  ordered_json expressions = ordered_json::array();
  for (const auto& expression : rule.expressions)
    expressions.push_back(expression_text(expression, table.family));
  return {{"file", rule.origin.where.file},
          {"line", rule.origin.where.line},
          {"text", rule.origin.text},
          {"expressions", std::move(expressions)}};
}

ordered_json json_of(const firewall::Table& table) {
  ordered_json chains = ordered_json::array();
  for (const auto& chain : table.chains) {
    ordered_json rules = ordered_json::array();
    for (const auto& rule : chain.rules) rules.push_back(json_of(rule, table));
    chains.push_back({{"name", chain.name}, {"rules", std::move(rules)}});
  }
  return {{"family", static_cast<int>(table.family)},
          {"name", table.name},
          {"chains", std::move(chains)}};
}

ordered_json messages_of(const firewall::Ruleset& ruleset) {
  nft::Transaction transaction;
  for (const auto& table : ruleset.tables) transaction.add(table);
  ordered_json messages = ordered_json::array();
  if (transaction.size() == 0) return messages;
  transaction.seal(1);
  for (std::size_t i = 0; i < transaction.size(); ++i) {
    auto digits = to_hex(transaction.message(i));
    std::erase(digits, ' ');
    messages.push_back(std::move(digits));
  }
  return messages;
}

std::string hash_of_messages(const ordered_json& messages) {
  std::string all;
  for (const auto& message : messages) all += message.get<std::string>() + '\n';
  return sha256(all);
}

std::expected<firewall::Ruleset, std::string> decoded(const ordered_json& messages) {
  nft::RulesetDecoder decoder;
  for (const auto& message : messages) {
    const auto bytes = parse_hex(message.get<std::string>());
    if (!bytes) return std::unexpected(bytes.error().text);
    const auto messages_in = netlink::split_messages(*bytes);
    if (!messages_in || messages_in->size() != 1) return std::unexpected("a broken message");
    if (const auto fault = nft::find_fault(*bytes)) return std::unexpected(fault->text);
    if (const auto issue = decoder.add(*bytes)) return std::unexpected(issue->text);
  }
  return decoder.take();
}

using Fault = std::optional<std::string>;

// A name as the writer leaves it.
std::string written(const std::string& name) {
  return ordered_json::parse(dumped(name)).get<std::string>();
}

Fault differs(std::string_view listed, std::string_view made) {
  return fmt::format("it lists {}, and its messages make {}", listed, made);
}

Fault give_origins(const ordered_json& rules, firewall::Chain& chain) {
  if (rules.size() != chain.rules.size()) {
    return differs(fmt::format("{} rules in chain '{}'", rules.size(), printable(chain.name)),
                   std::to_string(chain.rules.size()));
  }
  for (std::size_t i = 0; i < chain.rules.size(); ++i) {
    const auto& rule = rules.at(i);
    const auto line = line_of(rule);
    if (!line) return no_line(rule);
    chain.rules[i].origin = {.where = {.file = rule.at("file").get<std::string>(), .line = *line},
                             .text = rule.at("text").get<std::string>()};
  }
  return std::nullopt;
}

Fault give_origins(const ordered_json& json, firewall::Table& table) {
  const auto& family = json.at("family");
  const bool is_same = family.is_number_unsigned() && family == static_cast<int>(table.family) &&
                       json.at("name") == written(table.name);
  if (!is_same) return differs("another table", fmt::format("'{}'", printable(table.name)));
  const auto& chains = json.at("chains");
  if (chains.size() != table.chains.size()) {
    return differs(fmt::format("{} chains in table '{}'", chains.size(), printable(table.name)),
                   std::to_string(table.chains.size()));
  }
  for (std::size_t i = 0; i < table.chains.size(); ++i) {
    auto& chain = table.chains[i];
    if (chains.at(i).at("name") != written(chain.name))
      return differs("another chain", fmt::format("'{}'", printable(chain.name)));
    if (auto fault = give_origins(chains.at(i).at("rules"), chain)) return fault;
  }
  return std::nullopt;
}

// Messages are in the order of what is listed; so rules are found by their place, whatever the
// kernel called their chain.
Fault give_origins(const ordered_json& tables, firewall::Ruleset& ruleset) {
  if (tables.size() != ruleset.tables.size()) {
    return differs(fmt::format("{} tables", tables.size()), std::to_string(ruleset.tables.size()));
  }
  for (std::size_t i = 0; i < ruleset.tables.size(); ++i) {
    if (auto fault = give_origins(tables.at(i), ruleset.tables[i])) return fault;
  }
  return std::nullopt;
}

std::expected<firewall::Ruleset, std::string> ruleset_of(const ordered_json& json) {
  const auto records = records_of(json);
  if (!records) return std::unexpected(records.error());
  const auto& messages = json.at("messages");
  if (json.at("messages_sha256") != hash_of_messages(messages))
    return std::unexpected("its messages are not those that were written: compile the rules again");
  auto ruleset = decoded(messages);
  if (!ruleset) return ruleset;
  rules::name_anonymous_chains(*ruleset);
  if (auto fault = give_origins(json.at("tables"), *ruleset)) return std::unexpected(*fault);
  return ruleset;
}

Issue wrong(const std::string& file, std::string_view what) {
  return make_issue({.file = file}, fmt::format("no file of compiled rules: {}", what));
}

std::optional<Issue> check_record(const Record& record, const std::string& file) {
  const auto beside = std::filesystem::path(file).parent_path().string();
  const auto name = printable(record.where.file);
  switch (state_of(record.where.file, record.hash, beside)) {
    case SourceState::Same:
      return std::nullopt;
    case SourceState::Missing:
      return make_note({.file = file},
                       fmt::format("compiled from {}, which cannot be read here: whether it has "
                                   "changed since is not known",
                                   name));
    case SourceState::Changed:
      break;
  }
  const auto changed =
      stands_within(record.where)
          ? fmt::format("compiled from a text in {}, which has changed since", name)
          : fmt::format("compiled from another text than {} has now", name);
  return make_warning({.file = file}, changed + ": compile the rules again");
}

}  // namespace

std::string compile(const firewall::Ruleset& ruleset, std::span<const Source> sources) {
  ordered_json json{{"format", kFormat}, {"version", kVersion}};
  json["sources"] = ordered_json::array();
  for (const auto& source : sources) {
    for (const auto& record : records_of(source)) json["sources"].push_back(json_of(record));
  }
  json["tables"] = ordered_json::array();
  for (const auto& table : ruleset.tables) json["tables"].push_back(json_of(table));
  json["messages"] = messages_of(ruleset);
  json["messages_sha256"] = hash_of_messages(json["messages"]);
  return dumped(json);
}

std::expected<firewall::Ruleset, Issue> read_compiled(std::string_view text,
                                                      const std::string& file) {
  try {
    const auto json = parse_json(text);
    if (!json) return std::unexpected(wrong(file, json.error()));
    auto ruleset = ruleset_of(*json);
    if (!ruleset) return std::unexpected(wrong(file, ruleset.error()));
    return *std::move(ruleset);
  } catch (const ordered_json::exception&) {
    return std::unexpected(wrong(file, kNotOurs));
  }
}

Issues check_compiled(std::string_view text, const std::string& file) {
  Issues issues;
  try {
    const auto json = parse_json(text);
    if (!json) return {};
    const auto records = records_of(*json);
    if (!records) return {};
    for (const auto& record : *records) {
      if (auto issue = check_record(record, file)) issues.push_back(*std::move(issue));
    }
  } catch (const ordered_json::exception&) {
    return {};
  }
  return issues;
}

}  // namespace topoproof::rules
