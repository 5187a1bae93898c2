// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/compiled.hh"

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>

#include <fmt/format.h>
#include <sha256.h>

#include "netlink/reader.hh"
#include "nft/decoder.hh"
#include "nft/transaction.hh"
#include "nft/validator.hh"
#include "rules/rule_lines.hh"
#include "rules/show.hh"
#include "sys/files.hh"

namespace topoproof::rules {
namespace {

using nlohmann::ordered_json;

constexpr const char* kFormat = "topoproof rules";
constexpr int kVersion = 1;
constexpr std::string_view kNotOurs = "it is not what `topoproof rules compile` writes";

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

ordered_json json_of(const Source& source) {
  return {{"file", source.where.file},
          {"line", source.where.line},
          {"language", name_of(source.language)},
          {"sha256", sha256(source.text)}};
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

RuleLines lines_of(const ordered_json& tables) {
  RuleLines lines;
  for (const auto& table : tables) {
    const auto family = static_cast<firewall::TableFamily>(table.at("family").get<std::uint8_t>());
    for (const auto& chain : table.at("chains")) {
      for (const auto& rule : chain.at("rules")) {
        lines.append(
            {family, table.at("name").get<std::string>(), chain.at("name").get<std::string>()},
            {.where = {.file = rule.at("file").get<std::string>(),
                       .line = rule.at("line").get<int>()},
             .text = rule.at("text").get<std::string>()});
      }
    }
  }
  return lines;
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

std::expected<firewall::Ruleset, std::string> ruleset_of(const ordered_json& json) {
  if (json.at("format") != kFormat || json.at("version") != kVersion)
    return std::unexpected("of another format or version");
  auto ruleset = decoded(json.at("messages"));
  if (ruleset) give_origins(lines_of(json.at("tables")), *ruleset);
  return ruleset;
}

Issue wrong(const std::string& file, std::string_view what) {
  return make_issue({.file = file}, fmt::format("no file of compiled rules: {}", what));
}

// Whether the file of a source still has the text of this hash.
std::optional<Issue> check_source(const ordered_json& source, const std::string& file) {
  const auto name = source.at("file").get<std::string>();
  if (source.at("line").get<int>() > 1) return std::nullopt;  // within a topology
  const auto text = sys::read_file(name);
  const auto is_same = [&](const std::string& content) {
    return sha256(content) == source.at("sha256").get<std::string>();
  };
  if (text && (is_same(*text) || is_same(*text + '\n'))) return std::nullopt;
  return make_warning({.file = file},
                      fmt::format("compiled from another text than {} has now", name));
}

}  // namespace

std::string sha256(std::string_view text) {
  std::array<char, SHA256_DIGEST_STRING_LENGTH> digits{};
  const auto bytes = as_view(text);
  // NOLINTNEXTLINE: the library's bytes are uint8_t
  SHA256Data(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), digits.data());
  return digits.data();
}

std::string compile(const firewall::Ruleset& ruleset, std::span<const Source> sources) {
  ordered_json json{{"format", kFormat}, {"version", kVersion}};
  json["sources"] = ordered_json::array();
  for (const auto& source : sources) json["sources"].push_back(json_of(source));
  json["tables"] = ordered_json::array();
  for (const auto& table : ruleset.tables) json["tables"].push_back(json_of(table));
  json["messages"] = messages_of(ruleset);
  return dumped(json);
}

std::expected<firewall::Ruleset, Issue> read_compiled(std::string_view text,
                                                      const std::string& file) {
  try {
    auto ruleset = ruleset_of(ordered_json::parse(text));
    if (!ruleset) return std::unexpected(wrong(file, ruleset.error()));
    return *std::move(ruleset);
  } catch (const ordered_json::exception&) {
    return std::unexpected(wrong(file, kNotOurs));
  }
}

Issues check_compiled(std::string_view text, const std::string& file) {
  Issues issues;
  try {
    const auto json = ordered_json::parse(text);
    for (const auto& source : json.at("sources")) {
      if (auto issue = check_source(source, file)) issues.push_back(*std::move(issue));
    }
  } catch (const ordered_json::exception&) {
    issues.push_back(wrong(file, kNotOurs));
  }
  return issues;
}

}  // namespace topoproof::rules
