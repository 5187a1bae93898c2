// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/test_machine.hh"

#include <fmt/format.h>

namespace topoproof::machine {
namespace {

packet::Stack ip(const TestPacket& packet) {
  const auto from = IpAddress::parse(packet.from).value();
  const auto to = IpAddress::parse(packet.to).value();
  if (from.is_v4()) return packet::ipv4({.src = from.v4(), .dst = to.v4()});
  return packet::ipv6({.src = from.v6(), .dst = to.v6()});
}

skb::Skb built(const packet::Stack& stack) {
  const bool v6 = stack.find<packet::Ipv6>() != nullptr;
  return skb::Skb(packet::build(stack), v6 ? skb::kEtherIpv6 : skb::kEtherIpv4);
}

firewall::Chain dropping(std::vector<firewall::Rule> rules) {
  auto chain =
      firewall::make_base_chain("c", firewall::ChainType::Filter, firewall::Hook::Forward, 0);
  chain.base->drops = true;
  chain.rules = std::move(rules);
  return chain;
}

}  // namespace

Answer<std::optional<IpAddress>> TestEnvironment::masquerade_address(const skb::Skb& /*packet*/,
                                                                     const Interface& /*out*/) {
  return own_address;
}
Answer<std::optional<IpAddress>> TestEnvironment::redirect_address(const skb::Skb& /*packet*/,
                                                                   const Interface& /*in*/) {
  return own_address;
}
Answer<std::uint32_t> TestEnvironment::fib_interface(const FibQuestion& /*question*/) {
  return route;
}
Answer<std::uint32_t> TestEnvironment::address_type(const IpAddress& address,
                                                    std::uint32_t /*interface*/) {
  return own_address == address ? 2U : 1U;
}
Answer<std::string> TestEnvironment::interface_name(std::uint32_t index) {
  return fmt::format("eth{}", index);
}

skb::Skb udp(const TestPacket& packet, std::size_t payload) {
  return built(ip(packet) / packet::udp({.sport = packet.sport, .dport = packet.dport}) /
               packet::payload(Bytes(payload, std::byte{'x'})));
}
skb::Skb tcp(std::uint8_t flags, Bytes options, const TestPacket& packet) {
  return built(ip(packet) / packet::tcp({.sport = packet.sport,
                                         .dport = packet.dport,
                                         .flags = flags,
                                         .options = std::move(options)}));
}
skb::Skb echo() { return built(ip({}) / packet::icmp({.id = 7})); }

firewall::Rule rule(firewall::Expressions expressions) {
  return {.expressions = std::move(expressions)};
}
firewall::Rule accepting(firewall::Expressions expressions) {
  expressions.emplace_back(firewall::Verdict{firewall::VerdictKind::Accept, {}});
  return rule(std::move(expressions));
}
firewall::Table table_of(std::vector<firewall::Chain> chains, firewall::TableFamily family) {
  return {.family = family, .name = "t", .sets = {}, .chains = std::move(chains)};
}

Filter::Filter(firewall::Table table)
    : at{.hook = firewall::Hook::Forward, .family = TableFamily::Ip, .in = &in, .out = &out},
      machine(Program(firewall::Ruleset{{std::move(table)}}),
              {environment, clock, &tracker, &nat}) {
  at.hook = machine.program().base(0).hook;
}
Filter::Filter(std::vector<firewall::Rule> rules)
    : Filter(table_of({dropping(std::move(rules))}, firewall::TableFamily::Inet)) {}

std::string Filter::decide(skb::Skb packet) { return decide_in_place(packet); }

std::string Filter::decide_in_place(skb::Skb& packet) {
  if (packet.is_ipv6()) at.family = TableFamily::Ip6;
  records.clear();
  last = machine.run(0, packet, at, &records);
  if (last.kind == Decision::Kind::Unknown) return fmt::format("unknown({})", last.why);
  return last.accepts() ? "accept" : "drop";
}

std::uint64_t Filter::counted(std::size_t rule, std::size_t chain) const {
  const auto& program = machine.program();
  return program.counter_of(program.chains()[chain].rules[rule]).value().packets;
}

}  // namespace topoproof::machine
