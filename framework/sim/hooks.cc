// SPDX-License-Identifier: GPL-2.0-or-later
// Packets at the hooks of a node.
#include "sim/bridge_netfilter.hh"
#include "sim/netfilter.hh"
#include "sim/reject.hh"
#include "sim/route.hh"
#include "sim/rules.hh"

namespace topoproof::sim {
namespace {

using firewall::Hook;
using Kind = Netfilter::Station::Kind;

constexpr std::string_view kRandom = "a rule draws a random number";

// The nat chains, as the nat core asks for them.
class Chains : public conntrack::NatChains {
 public:
  Chains(const HookPlace& at, Packet& packet)
      : at_(at), packet_(packet), chains_(at.host.netfilter->nat_chains(at.family, at.hook)) {}

  std::size_t count() const override { return chains_.size(); }
  conntrack::Outcome run(std::size_t chain, skb::Skb& /*packet*/) override {
    const auto decision = at_.host.netfilter->run(at_, chains_[chain], packet_, hit_);
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

class Passage {
 public:
  Passage(const HookPlace& at, Packet& packet) : at_(at), packet_(packet) {}

  bool run() {
    const IpAddress destination = is_bridged() ? IpAddress() : packet_.skb.destination();
    for (const Netfilter::Station& station : stations()) {
      if (!pass(station)) return false;
    }
    if (is_bridged() || packet_.bridged) return true;
    // nf_nat_ipv4_pre_routing: a new destination has its own route.
    const bool moved = at_.hook == Hook::Prerouting && packet_.skb.destination() != destination;
    if (moved) packet_.way = {};
    return true;
  }

 private:
  Netfilter& netfilter() const { return *at_.host.netfilter; }
  bool is_bridged() const { return at_.family == firewall::TableFamily::Bridge; }
  const Netfilter::Stations& stations() const { return netfilter().stations(at_.family, at_.hook); }

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
    const machine::Decision decision = netfilter().run(at_, station.chain, packet_, hit);
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
  const HookPlace at{world, host, hook, firewall::TableFamily::Bridge, in, out};
  return Passage(at, packet).run();
}

bool pass_hook(World& world, Host& host, Hook hook, Packet& packet, Slot in, Slot out) {
  if (host.netfilter == nullptr) return true;
  const auto family = packet.skb.is_ipv4() ? firewall::TableFamily::Ip : firewall::TableFamily::Ip6;
  const HookPlace at{world, host, hook, family, in, out};
  return Passage(at, packet).run();
}

}  // namespace topoproof::sim
