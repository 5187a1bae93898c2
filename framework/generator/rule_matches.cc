// SPDX-License-Identifier: GPL-2.0-or-later
// What rules ask of packets. Constants come from small pools, so that packets meet them.
#include <array>

#include <fmt/format.h>

#include "generator/rule_parts.hh"

namespace topoproof::generator {

using namespace firewall;  // NOLINT: the words of rules

namespace {

constexpr std::array<std::uint16_t, 6> kPorts{22, 53, 80, 443, 5000, 8080};
constexpr std::uint16_t kBetweenPorts = 9000;  // away from all of these

}  // namespace

Match RuleParts::match() {
  return chooser_.wants(Feature::Negation, 20) ? Match::IsNot : Match::Is;
}

IpAddress RuleParts::edge_address() { return chooser_.source().pick(shape_.ports).edge_address; }

IpAddress RuleParts::any_address() {
  return chooser_.chance(75) ? edge_address() : chooser_.source().pick(shape_.ports).node_address;
}

std::uint16_t RuleParts::port() { return chooser_.source().pick(kPorts); }

Prefix RuleParts::network(const IpAddress& address) {
  const int bits = address_bits(address.family());
  if (!chooser_.wants(Feature::NetworkPrefix, 35)) return make_host_prefix(address);
  return make_prefix(address, bits - chooser_.source().between(1, 28));
}

PortRange RuleParts::ports(std::uint16_t port) {
  if (!chooser_.wants(Feature::PortInterval, 25)) return port;
  return {port, static_cast<std::uint16_t>(port + chooser_.source().between(1, 20))};
}

std::string RuleParts::interface() {
  if (!is_bridge()) return chooser_.source().pick(shape_.interfaces);
  return chooser_.source().pick(shape_.ports).interface;
}

// Each draw is a statement of its own: in which order a call's arguments are evaluated is up to the
// compiler, and a seed shall make the same case with every one of them.
bool RuleParts::match_source() {
  hint_.source = edge_address();
  const Match is = match();
  add(ip_saddr(network(*hint_.source), is));
  return true;
}

bool RuleParts::match_destination() {
  hint_.destination = any_address();
  const Match is = match();
  add(ip_daddr(network(*hint_.destination), is));
  return true;
}

bool RuleParts::match_source_port() {
  if (!has_ports()) return false;
  hint_.source_port = port();
  const Match is = match();
  add(sport(*hint_.protocol, ports(*hint_.source_port), is));
  return true;
}

bool RuleParts::match_destination_port() {
  if (!has_ports()) return false;
  hint_.destination_port = port();
  const Match is = match();
  add(dport(*hint_.protocol, ports(*hint_.destination_port), is));
  return true;
}

bool RuleParts::match_transport() {
  if (!hint_.protocol) hint_.protocol = icmp();
  add(l4proto(*hint_.protocol));
  return true;
}

bool RuleParts::match_icmp_type() {
  if (hint_.protocol && *hint_.protocol != icmp()) return false;
  hint_.protocol = icmp();
  const bool request = chooser_.chance(70);
  add(icmp() == kIcmp ? icmp_type(request ? 8 : 0) : icmpv6_type(request ? 128 : 129));
  return true;
}

bool RuleParts::match_input() {
  hint_.input = interface();
  add(iifname(*hint_.input, match()));
  return true;
}

bool RuleParts::match_output() {
  hint_.output = interface();
  add(oifname(*hint_.output, match()));
  return true;
}

bool RuleParts::match_mark() {
  const Match is = match();
  add(meta_mark(mark(), is));
  return true;
}

bool RuleParts::match_ct_state() {
  constexpr std::array<std::uint32_t, 6> kStates{
      kCtNew,     kCtEstablished, kCtEstablished | kCtRelated,
      kCtInvalid, kCtRelated,     kCtNew | kCtUntracked};
  if (is_bridge()) return false;  // the kernel may lack tracking in bridges
  add(ct_state(chooser_.source().pick(kStates)));
  return true;
}

bool RuleParts::match_ct_mark() {
  if (is_bridge()) return false;
  const Match is = match();
  add(ct_mark(mark(), is));
  return true;
}

bool RuleParts::match_ct_status() {
  if (is_bridge()) return false;
  add(ct_status(chooser_.source().coin() ? kCtSourceNat : kCtDestinationNat));
  return true;
}

bool RuleParts::match_tcp_flags() {
  constexpr std::array<std::uint8_t, 4> kFlags{kTcpSyn, kTcpAck, kTcpRst, kTcpFin};
  constexpr std::uint8_t kAllOfThem = kTcpSyn | kTcpAck | kTcpRst | kTcpFin;
  if (hint_.protocol != kTcp) return false;
  hint_.tcp_flags = chooser_.source().pick(kFlags);
  add(tcp_flags(*hint_.tcp_flags, chooser_.source().coin() ? kAllOfThem : *hint_.tcp_flags));
  return true;
}

bool RuleParts::match_no_way_back() {
  if (is_bridge() || (!is_hook(Hook::Prerouting) && !is_hook(Hook::Input))) return false;
  add(no_way_back());
  return true;
}

RuleParts::Key RuleParts::address_key() {
  const bool source = chooser_.source().coin();
  auto& hint = source ? hint_.source : hint_.destination;
  hint = edge_address();
  Key key{source ? by::saddr(shape_.family) : by::daddr(shape_.family), {Interval(*hint)}};
  const IpAddress other = any_address();
  if (other != *hint) key.values.emplace_back(other);
  return key;
}

RuleParts::Key RuleParts::port_key() {
  const bool source = chooser_.chance(25);
  auto& hint = source ? hint_.source_port : hint_.destination_port;
  hint = port();
  return {source ? by::sport(*hint_.protocol) : by::dport(*hint_.protocol),
          {Interval(PortRange(*hint)), Interval(PortRange(static_cast<std::uint16_t>(*hint + 2)))}};
}

RuleParts::Key RuleParts::interface_key() {
  hint_.input = interface();
  Key key{by::iifname(), {Interval(std::string_view(*hint_.input))}};
  const std::string other = interface();
  if (other != *hint_.input) key.values.emplace_back(std::string_view(other));
  return key;
}

RuleParts::Key RuleParts::key() {
  if (has_ports() && chooser_.source().coin()) return port_key();
  return chooser_.chance(75) ? address_key() : interface_key();
}

bool RuleParts::match_concatenation() {
  if (!has_ports()) return false;
  const Key one = address_key();
  const Key other = port_key();
  std::vector<Interval> values;
  for (std::size_t i = 0; i < one.values.size(); ++i) {
    values.push_back(Interval::joined({one.values[i], other.values[i]}));
  }
  add(one_of(table_, concatenation({one.by, other.by}), values, match()));
  return true;
}

bool RuleParts::match_interval_set() {
  if (!has_ports()) return false;
  Key ports = port_key();
  ports.values.emplace_back(PortRange(kBetweenPorts, kBetweenPorts + 100));
  add(one_of(table_, ports.by, ports.values, match()));
  return true;
}

bool RuleParts::match_named_set() {
  const Key made = key();
  const std::string name = fmt::format("set{}", table_.sets.size());
  table_.sets.push_back(make_set(name, made.by, made.values));
  add(in(made.by, name, match()));
  return true;
}

bool RuleParts::match_anonymous_set() {
  const Key made = key();
  add(one_of(table_, made.by, made.values, match()));
  return true;
}

// A hit never comes to what follows in the rule, so it is counted before.
bool RuleParts::ask_verdict_map() {
  const Key made = key();
  std::vector<VerdictFor> verdicts{{made.values[0], {VerdictKind::Drop, {}}}};
  if (place_.type == ChainType::Nat) verdicts[0].verdict.kind = VerdictKind::Accept;
  if (!place_.targets.empty()) verdicts[0].verdict = {VerdictKind::Jump, place_.targets.back()};
  if (made.values.size() > 1) verdicts.push_back({made.values[1], {VerdictKind::Accept, {}}});
  add(counter());
  add(vmap(table_, made.by, verdicts));
  return true;
}

}  // namespace topoproof::generator
