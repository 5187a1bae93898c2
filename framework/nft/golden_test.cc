// SPDX-License-Identifier: GPL-2.0-or-later
// Messages that nft sent for the rules of its own test suite: ours say the same. Without the data
// these tests are skipped.
#include <algorithm>
#include <iostream>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "firewall/build.hh"
#include "firewall/describe.hh"
#include "nft/attribute_lines.hh"
#include "nft/attributes.hh"
#include "nft/golden_data.hh"
#include "nft/padding.hh"
#include "nft/transaction.hh"
#include "nft/validator.hh"

namespace topoproof::nft {
namespace {

using namespace firewall;  // NOLINT: the test is about its values

class Golden : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(golden_folder() / "golden-bytes.jsonl")) {
      GTEST_SKIP() << "missing: the data folder " << golden_folder();
    }
  }
};

// What a message is from the nfnetlink header on, in hex.
std::string body(BytesView message) {
  return to_hex(without_padding(message.subspan(NLMSG_HDRLEN)));
}

std::uint32_t first_set_id(const GoldenRecord& record) {
  for (const auto& message : record.messages) {
    const auto id = child(attributes_of(message), NFTA_SET_ID);
    const bool is_set =
        NFNL_MSG_TYPE(netlink::read_header<nlmsghdr>(message)->nlmsg_type) == NFT_MSG_NEWSET;
    if (is_set && id.size() == 4) return load_be32(id.data());
  }
  return 1;
}

struct Sent {
  std::vector<std::string> bytes;
  std::vector<std::vector<std::string>> attributes;
  std::vector<std::string> implied;
  void add(BytesView message) {
    bytes.push_back(body(message));
    auto lines = attribute_lines(message);
    attributes.push_back(std::move(lines.said));
    std::ranges::move(lines.implied, std::back_inserter(implied));
  }
};

// The names of the implied attributes that one side has, or has another value of.
std::string unlike(Sent a, Sent b) {
  std::ranges::sort(a.implied);
  std::ranges::sort(b.implied);
  std::vector<std::string> lines;
  std::ranges::set_symmetric_difference(a.implied, b.implied, std::back_inserter(lines));
  std::set<std::string> names;
  for (const auto& line : lines) names.insert(line.substr(0, line.find(' ')));
  return fmt::format("{}", fmt::join(names, " and "));
}

// The messages of the record's table but for the table and its chain.
Sent encoded(const Ruleset& ruleset, std::uint32_t first_id) {
  Transaction transaction(first_id);
  transaction.add(ruleset.tables.at(0));
  Sent sent;
  for (std::size_t i = 2; i < transaction.size(); ++i) sent.add(transaction.message(i));
  return sent;
}

std::string percentage(std::size_t part, std::size_t whole) {
  return fmt::format("{} of {} ({:.2f} %)", part, whole,
                     100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

TEST_F(Golden, TheValidatorAcceptsAllOfThem) {
  std::size_t accepted = 0;
  std::size_t all = 0;
  for (const auto& record : golden_records()) {
    for (const auto& message : record.messages) {
      const auto fault = find_fault(message);
      EXPECT_FALSE(fault.has_value()) << record.rule << ": " << fault.value_or(Issue{}).text;
      accepted += fault ? 0U : 1U;
      ++all;
    }
  }
  std::cout << "accepted: " << percentage(accepted, all) << " messages of nft\n";
}

TEST_F(Golden, WhatIsDecodedEncodesToTheSameAgain) {
  std::size_t all = 0;
  std::size_t decoded = 0;
  std::size_t same = 0;
  std::size_t same_bytes = 0;
  std::map<std::string, int> refused;
  std::map<std::string, std::size_t> unlike_in;
  for (const auto& record : golden_records()) {
    ++all;
    const auto ruleset = decode_record(record);
    if (!ruleset) {
      ++refused[ruleset.error().text];
      continue;
    }
    ++decoded;
    Sent sent;
    for (const auto& message : record.messages) sent.add(message);
    const auto again = encoded(*ruleset, first_set_id(record));
    EXPECT_EQ(again.attributes, sent.attributes) << to_string(record.family) << ": " << record.rule;
    if (again.bytes == sent.bytes) {
      ++same_bytes;
    } else {
      ++unlike_in[unlike(again, sent)];
    }
    same += again.attributes == sent.attributes ? 1U : 0U;
  }
  for (const auto& [why, count] : refused) std::cout << count << " x " << why << '\n';
  std::cout << "decoded: " << percentage(decoded, all) << " records, at least 97 % asked\n"
            << "encoded to the same attributes but for what the kernel fills in: "
            << percentage(same, decoded)
            << ", 100 % asked; of these to the same bytes: " << percentage(same_bytes, decoded)
            << '\n';
  for (const auto& [attributes, count] : unlike_in)
    std::cout << "  not the same bytes, by " << attributes << ": " << count << '\n';
  EXPECT_GE(100 * decoded, 97 * all);
  EXPECT_EQ(same, decoded);
  EXPECT_GE(1000 * same_bytes, 975 * decoded);
  EXPECT_FALSE(unlike_in.contains("")) << "what else is unlike?";
}

// "lookup reg 1 set __set0" as nft says it: the kernel has not named the set yet.
std::string unnamed(std::string text) {
  for (const std::string_view stem : {"__set", "__map", "__objmap"}) {
    const auto at = text.find(stem);
    if (at == std::string::npos) continue;
    const auto from = at + stem.size();
    const auto to = std::min(text.find_first_not_of("0123456789", from), text.size());
    text.replace(from, to - from, "%d");
  }
  return text;
}

// With single blanks, as the records have them.
std::string comparable(std::string text) {
  const auto at = text.find("  ");
  if (at != std::string::npos) text.erase(at, 1);
  return text;
}

std::vector<std::string> descriptions(const Ruleset& ruleset) {
  std::vector<std::string> texts;
  for (const auto& rule : ruleset.tables.at(0).chains.at(0).rules) {
    for (const auto& expression : rule.expressions) {
      texts.push_back(comparable(unnamed(describe(expression))));
    }
  }
  return texts;
}

TEST_F(Golden, TheExpressionFormIsWhatNftPrints) {
  using Key = std::tuple<std::string, std::string, std::string>;
  std::map<Key, std::vector<std::string>> ours;
  for (const auto& record : golden_records()) {
    const auto ruleset = decode_record(record);
    if (!ruleset) continue;
    ours[{record.file, record.rule, std::string(to_string(record.family))}] =
        descriptions(*ruleset);
  }
  std::size_t same = 0;
  std::size_t compared = 0;
  for (const auto& payload : payload_records()) {
    const auto found = ours.find({payload.file, payload.rule, payload.family});
    // Times of day were recorded in another time zone than the messages.
    const bool is_local = payload.rule.find("meta time") != std::string::npos ||
                          payload.rule.find("meta hour") != std::string::npos;
    if (found == ours.end() || is_local) continue;
    ++compared;
    auto theirs = payload.expressions;
    std::ranges::transform(theirs, theirs.begin(), comparable);
    EXPECT_EQ(found->second, theirs) << payload.family << ": " << payload.rule;
    same += found->second == theirs ? 1U : 0U;
  }
  std::cout << "described as nft does: " << percentage(same, compared) << " rules\n";
  EXPECT_GT(compared, 500U);
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
  static const auto kAll = golden_records();
  const auto found = std::ranges::find_if(kAll, [&](const GoldenRecord& record) {
    return record.family == row.family && record.rule == row.rule;
  });
  ASSERT_NE(found, kAll.end());
  const auto sent = decode_record(*found);
  ASSERT_TRUE(sent.has_value()) << sent.error().text;
  auto built = *sent;
  built.tables[0].chains[0].rules = {make_rule(row.family, row.statements)};
  EXPECT_EQ(describe(built), describe(*sent));
  EXPECT_EQ(built, *sent);
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
     "iifname \"eth0\" tcp dport 80-90 snat to 192.168.3.2",
     {iifname("eth0"), tcp_dport({80, 90}), snat_to(ip("192.168.3.2"))}},
    {"Dnat6",
     Inet,
     "iifname \"eth0\" tcp dport 443 dnat ip6 to [dead::beef]:4443",
     {iifname("eth0"), tcp_dport(443), dnat_to(ip("dead::beef"), 4443)}},
    {"Queue", Ip, "queue num 4-5 bypass", {queue_to(4, 5, true)}},
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
