// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/plain_comparison.hh"

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "firewall/describe.hh"
#include "machine/plain_generator.hh"
#include "machine/test_machine.hh"

namespace topoproof::machine {
namespace {

std::uint64_t seed_of_run() {
  const char* given = std::getenv("TOPOPROOF_SEED");
  if (given != nullptr) return std::strtoull(given, nullptr, 10);
  return std::random_device{}();
}

skb::Skb as_skb(const plain::Packet& packet) {
  const auto bytes = std::as_bytes(std::span(packet.bytes));
  skb::Skb made(bytes, packet.version == 4 ? skb::kEtherIpv4 : skb::kEtherIpv6);
  made.mark = packet.mark;
  made.priority = packet.priority;
  made.type = static_cast<skb::PacketType>(packet.packet_type);
  if (packet.link.empty()) return made;
  const auto link = std::as_bytes(std::span(packet.link));
  std::array<std::byte, 6> mac;
  made.link = skb::LinkHeader{.ether_type = load_be16(&link[12])};
  std::ranges::copy(link.first(6), mac.begin());
  made.link->destination = MacAddress(mac);
  std::ranges::copy(link.subspan(6, 6), mac.begin());
  made.link->source = MacAddress(mac);
  return made;
}

std::string say(const plain::Verdict& verdict) {
  if (verdict.unknown) return "unknown";
  if (verdict.accept) return "accept";
  if (verdict.reset) return "reset";
  if (verdict.icmp_type < 0) return "drop";
  return fmt::format("icmp {}/{}", verdict.icmp_type, verdict.icmp_code);
}
std::string say(const Decision& decision) {
  if (decision.kind == Decision::Kind::Unknown) return "unknown";
  if (decision.accepts()) return "accept";
  if (!decision.answer) return "drop";
  if (decision.answer->tcp_reset) return "reset";
  return fmt::format("icmp {}/{}", decision.answer->icmp_type, decision.answer->icmp_code);
}

// One table, and packets through both of its forms. RETURNS: the first difference.
class Comparison {
 public:
  explicit Comparison(std::uint64_t seed)
      : generator_(seed),
        filter_(generator_.table()),
        table_(filter_.machine.program().ruleset().tables[0]),
        plain_(table_) {}

  std::string next() {
    auto packet = generator_.packet();
    auto skb = as_skb(packet);
    filter_.clock.now += std::chrono::milliseconds(100 * generator_.below(4));
    filter_.in = {.index = packet.in_index, .name = packet.in};
    filter_.out = {.index = packet.out_index, .name = packet.out};
    filter_.at.in = packet.in.empty() ? nullptr : &filter_.in;
    filter_.at.out = packet.out.empty() ? nullptr : &filter_.out;
    filter_.at.family = packet.version == 4 ? TableFamily::Ip : TableFamily::Ip6;
    const auto before = to_hex(skb.bytes());
    const auto decision = filter_.machine.run(0, skb, filter_.at);
    const auto now = static_cast<std::uint64_t>(filter_.clock.now.count());
    const auto verdict = plain_.evaluate(table_.chains[0], packet, now);
    if (say(decision) == say(verdict) && decision.rule == verdict.rule && same(skb, packet))
      return {};
    return fmt::format(
        "{} by rule {}, plain {} by {}; mark {} and {}\nbefore {}\nafter  {}\nplain  {}\n{}",
        say(decision), text_of(decision.rule), say(verdict), text_of(verdict.rule), skb.mark,
        packet.mark, before, to_hex(skb.bytes()), to_hex(std::as_bytes(std::span(packet.bytes))),
        firewall::describe(filter_.machine.program().ruleset()));
  }

  std::string compare_counters() {
    const auto& program = filter_.machine.program();
    for (const auto& chain : program.chains()) {
      for (const auto& rule : chain.rules) {
        const auto counter = program.counter_of(rule);
        const auto counted = plain_.counted(*rule.source);
        if (counter && counter->packets != counted) {
          return fmt::format("{} packets, plain {}: {}", counter->packets, counted,
                             text_of(rule.source));
        }
      }
    }
    return {};
  }

 private:
  static bool same(const skb::Skb& skb, const plain::Packet& packet) {
    return std::ranges::equal(skb.bytes(), std::as_bytes(std::span(packet.bytes))) &&
           skb.mark == packet.mark && skb.priority == packet.priority;
  }
  static std::string text_of(const firewall::Rule* rule) {
    if (rule == nullptr) return "policy";
    std::string text;
    for (const auto& expression : rule->expressions) text += firewall::describe(expression) + "; ";
    return text;
  }

  plain::Generator generator_;
  Filter filter_;
  const firewall::Table& table_;
  plain::Evaluator plain_;
};

}  // namespace

void compare_evaluators(int tables, int packets_each) {
  const auto seed = seed_of_run();
  std::cout << "TOPOPROOF_SEED=" << seed << "\n";
  for (int t = 0; t < tables; ++t) {
    const auto table_seed = seed + static_cast<std::uint64_t>(t);
    Comparison comparison(table_seed);
    for (int p = 0; p < packets_each; ++p) {
      const auto difference = comparison.next();
      ASSERT_EQ(difference, "") << "TOPOPROOF_SEED=" << table_seed << ", packet " << p;
    }
    ASSERT_EQ(comparison.compare_counters(), "") << "TOPOPROOF_SEED=" << table_seed;
  }
}

}  // namespace topoproof::machine
