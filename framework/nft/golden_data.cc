// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/golden_data.hh"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "nft/attributes.hh"
#include "nft/decoder.hh"
#include "nft/transaction.hh"

namespace topoproof::nft {
namespace {

using nlohmann::json;

template <class F>
void for_each_line(const char* name, const F& f) {
  std::ifstream file(golden_folder() / name);
  for (std::string line; std::getline(file, line);) f(json::parse(line));
}

Bytes message(const json& record) {
  static const std::map<std::string, int> kTypes{{"NEWSET", NFT_MSG_NEWSET},
                                                 {"NEWSETELEM", NFT_MSG_NEWSETELEM},
                                                 {"NEWRULE", NFT_MSG_NEWRULE},
                                                 {"NEWCHAIN", NFT_MSG_NEWCHAIN},
                                                 {"NEWOBJ", NFT_MSG_NEWOBJ}};
  const auto number = kTypes.at(record.at("type").get<std::string>());
  const auto payload = parse_hex(record.at("nfgen_and_attrs_hex").get<std::string>()).value();
  return with_header(
      {.type = static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | number), .payload = payload});
}

firewall::TableFamily family_of(std::string_view name) {
  using enum firewall::TableFamily;
  for (const auto family : {Inet, Ip, Arp, Netdev, Bridge, Ip6}) {
    if (to_string(family) == name) return family;
  }
  return Ip;
}

}  // namespace

std::filesystem::path golden_folder() {
  const char* data = std::getenv("TOPOPROOF_DATA");
  // ctest runs us in framework/nft.
  const std::filesystem::path folder = data != nullptr ? data : "../../../shared/data";
  return folder / "nft-golden";
}

std::vector<GoldenRecord> golden_records() {
  std::vector<GoldenRecord> records;
  for_each_line("golden-bytes.jsonl", [&](const json& line) {
    GoldenRecord record{.file = line.at("file"),
                        .rule = line.at("rule"),
                        .family = family_of(line.at("family").get<std::string>()),
                        .table = line.at("table"),
                        .chain = line.at("chain"),
                        .messages = {}};
    for (const auto& one : line.at("msgs")) record.messages.push_back(message(one));
    if (!record.messages.empty()) records.push_back(std::move(record));
  });
  return records;
}

std::vector<PayloadRecord> payload_records() {
  std::vector<PayloadRecord> records;
  for_each_line("payloads.jsonl", [&](const json& line) {
    const auto& header = line.at("header");
    const auto last = header.empty() ? std::string() : header.back().get<std::string>();
    // Of several families that have the same file the first one is named; others have their own.
    const auto& suffix = line.at("family_suffix");
    records.push_back(
        {.file = line.at("file"),
         .rule = line.at("rule"),
         .family = suffix.is_null() ? last.substr(0, last.find(' ')) : suffix.get<std::string>(),
         .expressions = line.at("exprs")});
  });
  return records;
}

std::expected<firewall::Ruleset, Issue> decode_record(const GoldenRecord& record) {
  firewall::Table around{.family = record.family, .name = record.table};
  around.chains.push_back({.name = record.chain});
  Transaction opening;
  opening.add(around);
  RulesetDecoder decoder;
  for (std::size_t i = 0; i < opening.size(); ++i) {
    const auto view = opening.message(i);
    if (auto issue = decoder.add(Bytes(view.begin(), view.end()))) return std::unexpected(*issue);
  }
  for (const auto& bytes : record.messages) {
    if (auto issue = decoder.add(bytes)) return std::unexpected(*issue);
  }
  return decoder.take();
}

}  // namespace topoproof::nft
