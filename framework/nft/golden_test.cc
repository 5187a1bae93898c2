// SPDX-License-Identifier: GPL-2.0-or-later
// Messages that nft sent for the rules of its own test suite: ours say the same. The data lie
// beside the project; without them these tests are skipped.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "firewall/build.hh"
#include "firewall/describe.hh"
#include "nft/attributes.hh"
#include "nft/decoder.hh"
#include "nft/transaction.hh"

namespace topoproof::nft {
namespace {

using namespace firewall;  // NOLINT: the test is about its values

std::filesystem::path golden_file() {
  const char* data = std::getenv("TOPOPROOF_DATA");
  // ctest runs us in framework/nft.
  const std::filesystem::path folder = data != nullptr ? data : "../../../shared/data";
  return folder / "nft-golden" / "golden-bytes.jsonl";
}

// The text of the value of `key`, from `from` on, with its escapes.
std::string value_of(std::string_view line, std::string_view key, std::size_t from = 0) {
  const auto opening = fmt::format("\"{}\": \"", key);
  const auto at = line.find(opening, from);
  if (at == std::string_view::npos) return {};
  const auto start = at + opening.size();
  auto end = line.find('"', start);
  while (line[end - 1] == '\\') end = line.find('"', end + 1);
  return std::string(line.substr(start, end - start));
}

struct Record {
  std::string rule;
  TableFamily family = TableFamily::Ip;
  std::string table;
  std::string chain;
  std::vector<Bytes> messages;
};

Bytes message(std::string_view type, std::string_view hex) {
  const auto number = type == "NEWSET"       ? NFT_MSG_NEWSET
                      : type == "NEWSETELEM" ? NFT_MSG_NEWSETELEM
                                             : NFT_MSG_NEWRULE;
  const auto payload = parse_hex(hex).value();
  return with_header(
      {.type = static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | number), .payload = payload});
}

TableFamily family_of(std::string_view name) {
  using enum TableFamily;
  for (const auto family : {Inet, Ip, Arp, Netdev, Bridge, Ip6}) {
    if (to_string(family) == name) return family;
  }
  return Ip;
}

// Of the lines that have `text` in them.
std::vector<Record> records(const std::string& text = {}) {
  std::vector<Record> all;
  std::ifstream file(golden_file());
  for (std::string line; std::getline(file, line);) {
    if (line.find(text) == std::string::npos) continue;
    Record record{.rule = value_of(line, "rule"),
                  .family = family_of(value_of(line, "family")),
                  .table = value_of(line, "table"),
                  .chain = value_of(line, "chain"),
                  .messages = {}};
    for (auto at = line.find("{\"type\""); at != std::string::npos;
         at = line.find("{\"type\"", at + 1)) {
      record.messages.push_back(
          message(value_of(line, "type", at), value_of(line, "nfgen_and_attrs_hex", at)));
    }
    all.push_back(std::move(record));
  }
  return all;
}

Transaction messages_of(const Ruleset& ruleset) {
  Transaction transaction;
  for (const auto& table : ruleset.tables) transaction.add(table);
  return transaction;
}

std::expected<Ruleset, Issue> decode_all(RulesetDecoder decoder, const Transaction& transaction) {
  for (std::size_t i = 0; i < transaction.size(); ++i) {
    const auto view = transaction.message(i);
    if (auto issue = decoder.add(Bytes(view.begin(), view.end()))) return std::unexpected(*issue);
  }
  return decoder.take();
}

std::expected<Ruleset, Issue> decode_record(const Record& record) {
  const Ruleset around{
      {Table{.family = record.family, .name = record.table, .chains = {{.name = record.chain}}}}};
  RulesetDecoder decoder;
  const auto opening = messages_of(around);
  for (std::size_t i = 0; i < opening.size(); ++i) {
    const auto view = opening.message(i);
    if (auto issue = decoder.add(Bytes(view.begin(), view.end()))) return std::unexpected(*issue);
  }
  for (const auto& bytes : record.messages) {
    if (auto issue = decoder.add(bytes)) return std::unexpected(*issue);
  }
  return decoder.take();
}

class Golden : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(golden_file())) {
      GTEST_SKIP() << "missing: the data file " << golden_file();
    }
  }
};

TEST_F(Golden, WhatIsDecodedEncodesToTheSameAgain) {
  std::size_t decoded = 0;
  std::map<std::string, int> refused;
  for (const auto& record : records()) {
    if (record.messages.empty()) continue;
    const auto ruleset = decode_record(record);
    if (!ruleset) {
      const auto& text = ruleset.error().text;
      ++refused[text.substr(std::min(text.size(), text.find("the expression")))];
      continue;
    }
    ++decoded;
    const auto again = decode_all({}, messages_of(*ruleset));
    ASSERT_TRUE(again.has_value()) << record.rule << ": " << again.error().text;
    EXPECT_EQ(describe(*again), describe(*ruleset)) << record.rule;
  }
  for (const auto& [why, count] : refused) std::cout << count << " x " << why << '\n';
  std::cout << decoded << " decoded\n";
  EXPECT_GT(decoded, 1500U);
}

struct Row {
  std::string name;
  TableFamily family = TableFamily::Ip;
  std::string rule;  // as it stands in the data
  std::vector<Statement> statements;
};

Prefix host(std::string_view address) { return *Prefix::parse(address); }
IpAddress ip(std::string_view address) { return *IpAddress::parse(address); }

class GoldenRule : public Golden, public testing::WithParamInterface<Row> {};

TEST_P(GoldenRule, IsBuiltAsNftSendsIt) {
  const auto& row = GetParam();
  const auto all = records(fmt::format("\"rule\": \"{}\"", row.rule));
  const auto found = std::ranges::find_if(all, [&](const Record& record) {
    return record.family == row.family && record.rule == row.rule;
  });
  ASSERT_NE(found, all.end());
  const auto sent = decode_record(*found);
  ASSERT_TRUE(sent.has_value()) << sent.error().text;
  auto built = *sent;
  built.tables[0].chains[0].rules = {make_rule(row.family, row.statements)};
  EXPECT_EQ(describe(built), describe(*sent));
}

using enum TableFamily;
const Row kRows[] = {
    {"CtState", Inet, "ct state invalid drop", {ct_state(kCtInvalid), drop()}},
    {"Limit", Ip, "limit rate 1023/second burst 10 packets", {limit(1023, 1, 10)}},
    {"Mark", Ip6, "meta mark 0x32", {meta_mark(0x32)}},
    {"MarkNot", Ip, "meta mark != 0x10", {meta_mark(0x10, Match::IsNot)}},
    {"IcmpInet", Inet, "icmp type echo-request", {icmp_type(8)}},
    {"Icmp", Ip, "icmp type echo-reply accept", {icmp_type(0), accept()}},
    {"PortRange", Inet, "udp dport 70-75 accept", {udp_dport({70, 75}), accept()}},
    {"NotPortRange",
     Ip6,
     "udp dport != 50-60 accept",
     {dport(kUdp, {50, 60}, Match::IsNot), accept()}},
    {"SourcePort", Ip, "tcp sport 8080 drop", {tcp_sport(8080), drop()}},
    {"Addresses",
     Inet,
     "ip saddr 192.168.3.1 ip daddr 192.168.3.100",
     {ip_saddr(host("192.168.3.1")), ip_daddr(host("192.168.3.100"))}},
    {"Ipv6Address", Inet, "ip6 saddr 1234::1234:1234", {ip_saddr(host("1234::1234:1234"))}},
    {"Masquerade", Ip, "udp dport 53 masquerade", {udp_dport(53), masquerade()}},
    {"Redirect", Ip, "udp dport 1234 redirect to :4321", {udp_dport(1234), redirect_to(4321)}},
    {"Redirect6", Ip6, "tcp dport 39128 redirect to :993", {tcp_dport(39128), redirect_to(993)}},
    {"Snat",
     Ip,
     "iifname \\\"eth0\\\" tcp dport 80-90 snat to 192.168.3.2",
     {iifname("eth0"), tcp_dport({80, 90}), snat_to(ip("192.168.3.2"))}},
    {"Dnat6",
     Inet,
     "iifname \\\"eth0\\\" tcp dport 443 dnat ip6 to [dead::beef]:4443",
     {iifname("eth0"), tcp_dport(443), dnat_to(ip("dead::beef"), 4443)}},
    {"Reject", Ip, "reject", {reject()}},
    {"RejectIcmpx",
     Inet,
     "reject with icmpx admin-prohibited",
     {reject_with({RejectKind::AnyError, 3})}},
};

INSTANTIATE_TEST_SUITE_P(Builders, GoldenRule, testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace topoproof::nft
