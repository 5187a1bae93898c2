// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/plain_comparison.hh"

#include <algorithm>

#include <fmt/format.h>

#include "firewall/describe.hh"

namespace topoproof::machine {
namespace {

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

bool same(const skb::Skb& skb, const plain::Packet& packet) {
  return std::ranges::equal(skb.bytes(), std::as_bytes(std::span(packet.bytes))) &&
         skb.mark == packet.mark && skb.priority == packet.priority;
}

std::string text_of(const firewall::Rule* rule) {
  if (rule == nullptr) return "policy";
  std::string text;
  for (const auto& expression : rule->expressions) text += firewall::describe(expression) + "; ";
  return text;
}

}  // namespace

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

Comparison::Comparison(firewall::Table table, Plain plain)
    : filter_(std::move(table)),
      table_(filter_.machine.program().ruleset().tables[0]),
      plain_(table_),
      knows_(plain) {}

std::string Comparison::ask(plain::Packet packet, std::chrono::nanoseconds later) {
  auto skb = as_skb(packet);
  filter_.clock.now += later;
  filter_.in = {.index = packet.in_index, .name = packet.in};
  filter_.out = {.index = packet.out_index, .name = packet.out};
  filter_.at.in = packet.in.empty() ? nullptr : &filter_.in;
  filter_.at.out = packet.out.empty() ? nullptr : &filter_.out;
  filter_.at.family = packet.version == 4 ? TableFamily::Ip : TableFamily::Ip6;
  const Bytes before(skb.bytes().begin(), skb.bytes().end());
  records_.clear();
  decision_ = filter_.machine.run(0, skb, filter_.at, &records_);
  const auto now = static_cast<std::uint64_t>(filter_.clock.now.count());
  const auto verdict = plain_.evaluate(table_.chains[0], packet, now);
  if (knows_ == Plain::KnowsSome && verdict.unknown) return {};
  if (say(decision_) == say(verdict) && decision_.rule == verdict.rule && same(skb, packet)) {
    return {};
  }
  return fmt::format(
      "{} by rule {}, plain {} by {}; mark {} and {}\nbefore {}\nafter  {}\nplain  {}\n{}",
      say(decision_), text_of(decision_.rule), say(verdict), text_of(verdict.rule), skb.mark,
      packet.mark, to_hex(before), to_hex(skb.bytes()),
      to_hex(std::as_bytes(std::span(packet.bytes))),
      firewall::describe(filter_.machine.program().ruleset()));
}

std::string Comparison::compare_counters() const {
  if (knows_ == Plain::KnowsSome) return {};
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

}  // namespace topoproof::machine
