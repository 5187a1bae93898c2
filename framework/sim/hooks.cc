// SPDX-License-Identifier: GPL-2.0-or-later
// Packets at the hooks of a node.
#include <algorithm>

#include "sim/bridge_netfilter.hh"
#include "sim/detour.hh"
#include "sim/netfilter.hh"
#include "sim/reject.hh"
#include "sim/route.hh"
#include "sim/rules.hh"

namespace topoproof::sim {
namespace {

using firewall::Hook;
using firewall::TableFamily;
using Kind = Netfilter::Station::Kind;

constexpr std::string_view kRandom = "a rule draws a random number";

// The nat chains, as the nat core asks for them.
class Chains : public conntrack::NatChains {
 public:
  Chains(const HookPlace& at, Packet& packet)
      : at_(at), packet_(packet), chains_(at.host.netfilter->nat_chains(at.family, at.hook)) {}

  std::size_t count() const override { return chains_.size(); }
  conntrack::Outcome run(std::size_t chain, skb::Skb& /*packet*/) override {
    auto decision = at_.host.netfilter->run(at_, chains_[chain], packet_, hit_);
    if (!decision.copies.empty()) send_copies(at_, packet_, std::move(decision.copies));
    if (decision.is_random) return conntrack::unknown(kRandom);
    if (decision.kind == machine::Decision::Kind::Unknown) return conntrack::unknown(decision.why);
    if (decision.accepts()) return conntrack::accepted();
    return conntrack::dropped("a rule of a nat chain");
  }
  const RuleHit& hit() const { return hit_; }

 private:
  const HookPlace& at_;
  Packet& packet_;
  std::span<const std::uint32_t> chains_;
  RuleHit hit_;
};

// What decides where a packet that is sent goes (nf_route_table_hook4).
struct RouteKeys {
  IpAddress source;
  IpAddress destination;
  std::uint32_t mark = 0;
  friend bool operator==(const RouteKeys&, const RouteKeys&) = default;
};
RouteKeys route_keys(const skb::Skb& skb) { return {skb.source(), skb.destination(), skb.mark}; }

class HookPassage {
 public:
  HookPassage(const HookPlace& at, Packet& packet) : at_(at), packet_(packet) {}

  bool run(std::span<const Netfilter::Station> stations) {
    for (const Netfilter::Station& station : stations) {
      if (!pass(station)) return false;
    }
    return true;
  }

 private:
  Netfilter& netfilter() const { return *at_.host.netfilter; }

  bool pass(const Netfilter::Station& station) {
    switch (station.kind) {
      case Kind::Defragment:
        return defragment();
      case Kind::Track:
        return go_on(netfilter().tracker().track(packet_.skb, at_.point()));
      case Kind::Chain:
        return pass_chain(station);
      case Kind::Translate:
        return translate();
      case Kind::IpHooks:
        return cross_ip_hooks(at_, packet_);
      case Kind::Confirm:
        break;
    }
    return go_on(netfilter().tracker().confirm(packet_.skb));
  }

  bool go_on(const conntrack::Outcome& outcome, const RuleHit& hit = {}) {
    if (outcome.accepts()) return true;
    if (outcome.verdict == conntrack::Verdict::Unknown) {
      at_.world.end_unknown(at_.host, packet_, std::string(outcome.why));
      return false;
    }
    RuleHit by = hit;
    if (by.chain == nullptr) by.why = outcome.why;
    at_.world.end_by(at_.host, packet_, End::Filtered, by);
    return false;
  }

  bool defragment() {
    if (!conntrack::is_fragment(packet_.skb)) return true;
    at_.host.first_fragments.note(packet_.skb, packet_.tail);
    auto result = netfilter().defragmenter(at_.hook).gather(packet_.skb);
    if (std::holds_alternative<conntrack::Held>(result)) return false;
    if (auto* whole = std::get_if<skb::Skb>(&result)) {
      packet_.skb = std::move(*whole);
      packet_.tail = at_.host.first_fragments.take(packet_.skb).value_or(packet_.tail);
      return true;
    }
    return go_on(std::get<conntrack::Outcome>(result));
  }

  bool pass_chain(const Netfilter::Station& station) {
    const bool routes =
        netfilter().program().base(station.chain).type == firewall::ChainType::Route;
    const RouteKeys before = routes ? route_keys(packet_.skb) : RouteKeys{};
    RuleHit hit;
    machine::Decision decision = netfilter().run(at_, station.chain, packet_, hit);
    if (!decision.copies.empty()) send_copies(at_, packet_, std::move(decision.copies));
    if (decision.is_random) return give_up(kRandom, hit);
    if (decision.kind == machine::Decision::Kind::Unknown) return give_up(decision.why, hit);
    if (!decision.accepts()) return refuse(decision, hit);
    at_.world.note_rule(at_.host, packet_, hit);
    return !routes || before == route_keys(packet_.skb) || route_anew();
  }

  bool give_up(std::string_view why, const RuleHit& hit) {
    const bool has_rule = hit.rule != nullptr;
    at_.world.end_unknown(at_.host, packet_, std::string(why),
                          has_rule ? hit.rule->origin.where : Location{});
    return false;
  }

  bool refuse(const machine::Decision& decision, const RuleHit& hit) {
    if (decision.forward_to != 0) {
      send_elsewhere(at_, std::move(packet_), decision);
      return false;
    }
    at_.world.end_by(at_.host, packet_, decision.answer ? End::Rejected : End::Filtered, hit);
    if (decision.answer) send_reject(at_, packet_, *decision.answer);
    return false;
  }

  bool translate() {
    Chains chains(at_, packet_);
    const auto outcome = netfilter().nat().translate(packet_.skb, at_.point(), chains);
    if (!go_on(outcome, chains.hit())) return false;
    at_.world.note_rule(at_.host, packet_, chains.hit());
    const bool moved = at_.hook == Hook::Output && conntrack::Nat::needs_new_route(packet_.skb);
    return !moved || route_anew();
  }

  // ip_route_me_harder: the source stays, whoever's it is.
  bool route_anew() {
    const OutputRoute route = route_output(at_.world, at_.host,
                                           {.destination = packet_.skb.destination(),
                                            .source = packet_.skb.source(),
                                            .mark = packet_.skb.mark,
                                            .any_source = true});
    if (route.end == End::None) {
      packet_.way = route.way;
      at_.world.note_way(at_.host, packet_);
      return true;
    }
    end_without_way(at_.world, at_.host, packet_, route.end);
    return false;
  }

  const HookPlace& at_;
  Packet& packet_;
};

}  // namespace

bool pass_bridge_hook(World& world, Host& host, Hook hook, Packet& packet, Slot in, Slot out) {
  if (host.netfilter == nullptr) return true;
  const HookPlace at{world, host, hook, TableFamily::Bridge, in, out};
  return HookPassage(at, packet).run(host.netfilter->stations(at.family, hook));
}

bool pass_hook(World& world, Host& host, Hook hook, Packet& packet, Slot in, Slot out) {
  if (host.netfilter == nullptr) return true;
  const auto family = packet.skb.is_ipv4() ? TableFamily::Ip : TableFamily::Ip6;
  const HookPlace at{world, host, hook, family, in, out};
  const IpAddress destination = packet.skb.destination();
  if (!HookPassage(at, packet).run(host.netfilter->stations(family, hook))) return false;
  // nf_nat_ipv4_pre_routing: a new destination has its own route.
  const bool moved = hook == Hook::Prerouting && packet.skb.destination() != destination;
  if (moved && !packet.bridged) packet.way = {};
  return true;
}

bool pass_arp_hook(World& world, Host& host, Hook hook, Packet& packet, Slot slot) {
  if (host.netfilter == nullptr) return true;
  HookPlace at{world, host, hook, TableFamily::Arp};
  (hook == Hook::Input ? at.in : at.out) = slot;
  return HookPassage(at, packet).run(host.netfilter->stations(at.family, hook));
}

namespace {

// nft_do_chain_inet_ingress: chains of inet see packets of IP alone, as if at a hook of their
// family, and refuse those whose headers are not sound. RETURNS: the family, if they see it.
std::optional<TableFamily> family_at_device(const firewall::Table& table, const skb::Skb& skb) {
  if (table.family == TableFamily::Netdev) return TableFamily::Netdev;
  if (skb.is_ipv4()) return TableFamily::Ip;
  return skb.is_ipv6() ? std::optional(TableFamily::Ip6) : std::nullopt;
}

bool has_sound_headers(const skb::Skb& skb) {
  return skb::parse_unchecked_headers(skb.bytes(), skb.ether_type()).has_transport;
}

}  // namespace

bool pass_device_hook(World& world, Host& host, Hook hook, Packet& packet, Slot slot) {
  if (host.netfilter == nullptr) return true;
  for (const Netfilter::Station& station : host.netfilter->stations(slot, hook)) {
    const firewall::Table& table = *host.netfilter->chain(station.chain).table;
    const auto family = family_at_device(table, packet.skb);
    if (!family) continue;
    HookPlace at{world, host, hook, *family};
    (hook == Hook::Ingress ? at.in : at.out) = slot;
    if (*family != TableFamily::Netdev && !has_sound_headers(packet.skb)) {
      world.end(host, packet, End::Malformed);
      return false;
    }
    if (!HookPassage(at, packet).run(std::span(&station, 1))) return false;
  }
  return true;
}

}  // namespace topoproof::sim
