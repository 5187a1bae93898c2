// SPDX-License-Identifier: GPL-2.0-or-later
// Network address translation of one namespace, on top of its connection tracking: bindings are
// made for a flow's first packet and translate all that follow (nf_nat_core.c). Like tracking, it
// is there only where a nat chain is registered; then every flow gets a binding, if only a null
// one.
#pragma once

#include <optional>
#include <vector>

#include "conntrack/nat_range.hh"
#include "conntrack/outcome.hh"
#include "conntrack/random.hh"
#include "conntrack/tracker.hh"

namespace topoproof::conntrack {

// The nat base chains of a hook in the order of their priorities, as the nat core runs them.
class NatChains {
 public:
  virtual ~NatChains() = default;
  virtual std::size_t count() const = 0;
  virtual Outcome run(std::size_t chain, skb::Skb& packet) = 0;
};

class Nat {
 public:
  // REQUIRES: `tracker` outlives it.
  explicit Nat(Tracker& tracker, std::uint64_t seed = 1) : tracker_(tracker), random_(seed) {}

  // A port, or ICMP identifier, that was drawn, and those that could have been: from first to last.
  struct Drawn {
    std::uint16_t port = 0;
    RandomChoice among;
  };
  // Of flows that were translated since forget_draws(), whenever they were bound.
  const std::vector<Drawn>& drawn() const { return drawn_; }
  void forget_draws() { drawn_.clear(); }
  // See Random::expect.
  void expect_draws(const std::vector<std::uint16_t>& drawn) { random_.expect(drawn); }

  // The nat core at its fixed priority (-100 at PREROUTING and OUTPUT, +100 at POSTROUTING and
  // INPUT): asks the chains about a first packet, then translates (nf_nat_ipv4_fn, nf_nat_inet_fn).
  Outcome translate(skb::Skb& packet, const HookPoint& at, NatChains& chains);

  // What nat, masq and redir rules do: bind the packet's flow. Without effect once it is confirmed.
  // REQUIRES: the packet has a connection without a binding of this kind.
  Outcome bind(skb::Skb& packet, const NatRange& range, Manip manip);
  // `address`: of the outgoing interface, as the kernel selects it (fact 31); none: drop.
  Outcome masquerade(skb::Skb& packet, NatRange range, std::uint32_t out_interface,
                     const std::optional<IpAddress>& address);
  // `address`: the first of the incoming interface; none: drop. At OUTPUT it is not asked for: the
  // loopback address is taken.
  Outcome redirect(skb::Skb& packet, NatRange range, const HookPoint& at,
                   const std::optional<IpAddress>& address);

  // Whether a packet at OUTPUT must be routed anew behind translate(): its flow has another
  // destination than its sender asked for.
  static bool needs_new_route(const skb::Skb& packet);

  // The interface went down, or lost this address: its masqueraded flows end.
  void forget_masqueraded(std::uint32_t interface, const std::optional<IpAddress>& address = {});

 private:
  Outcome consult(skb::Skb& packet, const HookPoint& at, NatChains& chains, Manip manip);
  Outcome bind_flow(Entry& entry, const NatRange& range, Manip manip);
  Outcome bind_null(Entry& entry, Manip manip);
  Tuple unique_tuple(const Tuple& before, const NatRange& range, Entry& entry, Manip manip);
  std::optional<Tuple> reuse_source(const Tuple& before, const NatRange& range,
                                    const Entry& entry) const;
  void choose_port(Tuple& tuple, const NatRange& range, Entry& entry, Manip manip);
  void note_drawn(const Entry& entry);
  bool is_used(const Tuple& tuple, const Entry& entry) const;

  Tracker& tracker_;
  Random random_;
  std::vector<Drawn> drawn_;
};

}  // namespace topoproof::conntrack
