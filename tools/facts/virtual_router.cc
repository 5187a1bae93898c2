// SPDX-License-Identifier: GPL-2.0-or-later
#include "virtual_router.hh"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "packet/checksum.hh"

namespace topoproof::machine {
namespace {

using firewall::Hook;

constexpr std::int32_t kTrackPriority = -200;
constexpr std::int32_t kConfirmPriority = std::numeric_limits<std::int32_t>::max();

conntrack::HookPoint point(const HookState& at) {
  return {.hook = at.hook,
          .family = Family::Ipv4,
          .in = at.in == nullptr ? 0 : at.in->index,
          .out = at.out == nullptr ? 0 : at.out->index};
}

class Chains : public conntrack::NatChains {
 public:
  Chains(Machine& machine, const HookState& at)
      : machine_(machine),
        at_(at),
        chains_(machine.program().base_chains(at.family, at.hook, Program::Which::Nat)) {}
  std::size_t count() const override { return chains_.size(); }
  conntrack::Outcome run(std::size_t chain, skb::Skb& packet) override {
    const auto decision = machine_.run(chains_[chain], packet, at_);
    if (decision.kind == Decision::Kind::Unknown) return conntrack::unknown(decision.why);
    return decision.accepts() ? conntrack::accepted() : conntrack::dropped("rule");
  }

 private:
  Machine& machine_;
  const HookState& at_;
  std::vector<std::uint32_t> chains_;
};

void lower_ttl(skb::Skb& packet) {
  auto bytes = packet.writable();
  const Bytes old(bytes.begin() + 8, bytes.begin() + 10);
  bytes[8] = static_cast<std::byte>(std::to_integer<unsigned>(bytes[8]) - 1);
  const auto sum = packet::updated_checksum(load_be16(&bytes[10]), old, bytes.subspan(8, 2));
  store_be16(&bytes[10], sum);
}

}  // namespace

VirtualRouter::VirtualRouter(firewall::Ruleset rules, std::vector<Port> ports)
    : ports_(std::move(ports)),
      tracker_(clock_),
      nat_(tracker_),
      defragmenter_(clock_, tracker_.settings()),
      machine_(Program(std::move(rules)), {*this, clock_, &tracker_, &nat_}),
      tracks_(machine_.program().needs_tracking(Family::Ipv4)),
      translates_(machine_.program().needs_nat(Family::Ipv4)) {}

std::optional<std::string> VirtualRouter::note(const conntrack::Outcome& outcome) const {
  if (outcome.accepts()) return {};
  const bool known = outcome.verdict == conntrack::Verdict::Drop;
  return (known ? "dropped: " : "unknown: ") + std::string(outcome.why);
}

// What the kernel itself does between the chains of the hook: RETURNS: why the packet ends there.
std::optional<std::string> VirtualRouter::before(skb::Skb& packet, const HookState& at,
                                                 std::int32_t priority) {
  const bool enters = at.hook == Hook::Prerouting || at.hook == Hook::Output;
  const bool leaves = at.hook == Hook::Postrouting || at.hook == Hook::Input;
  if (tracks_ && enters && priority == kTrackPriority)
    return note(tracker_.track(packet, point(at)));
  if (tracks_ && leaves && priority == kConfirmPriority) return note(tracker_.confirm(packet));
  const auto nat = enters ? firewall::kDestinationNatPriority : firewall::kSourceNatPriority;
  if (!translates_ || !(enters || leaves) || priority != nat) return {};
  Chains chains(machine_, at);
  return note(nat_.translate(packet, point(at), chains));
}

std::optional<std::string> VirtualRouter::hooks(skb::Skb& packet, const HookState& at) {
  struct Step {
    std::int32_t priority;
    std::optional<std::uint32_t> chain;
  };
  std::vector<Step> steps{{kTrackPriority, {}},
                          {firewall::kDestinationNatPriority, {}},
                          {firewall::kSourceNatPriority, {}},
                          {kConfirmPriority, {}}};
  for (const auto chain :
       machine_.program().base_chains(at.family, at.hook, Program::Which::Others)) {
    steps.push_back({machine_.program().base(chain).priority, chain});
  }
  std::ranges::stable_sort(steps, {}, &Step::priority);
  for (const auto& step : steps) {
    if (!step.chain) {
      if (auto end = before(packet, at, step.priority)) return end;
      continue;
    }
    const auto decision = machine_.run(*step.chain, packet, at);
    if (decision.kind == Decision::Kind::Unknown) return fmt::format("unknown: {}", decision.why);
    if (!decision.accepts()) return "dropped: rule";
  }
  return {};
}

std::size_t VirtualRouter::route(const skb::Skb& packet) const {
  const auto network = packet.destination().v4().bits() >> 8U;
  for (std::size_t i = 0; i < ports_.size(); ++i) {
    if (ports_[i].address.v4().bits() >> 8U == network) return i;
  }
  return ports_.size() - 1;
}

bool VirtualRouter::is_local(const skb::Skb& packet) const {
  return std::ranges::any_of(
      ports_, [&](const Port& port) { return port.address == packet.destination(); });
}

VirtualRouter::Result VirtualRouter::receive(skb::Skb packet, std::size_t port) {
  const auto end = [&](const std::string& why) {
    const bool known = why.starts_with("dropped");
    return Result{known ? Result::Kind::Dropped : Result::Kind::Unknown, packet, why};
  };
  packet.in_interface = ports_[port].interface.index;
  if (tracks_) {
    auto gathered = defragmenter_.gather(std::move(packet));
    if (std::holds_alternative<conntrack::Held>(gathered)) return {Result::Kind::Held, {}, {}};
    if (const auto* refused = std::get_if<conntrack::Outcome>(&gathered)) {
      return {Result::Kind::Dropped, {}, std::string(refused->why)};
    }
    packet = std::get<skb::Skb>(std::move(gathered));
  }
  HookState at{.hook = Hook::Prerouting, .family = TableFamily::Ip, .in = &ports_[port].interface};
  if (auto why = hooks(packet, at)) return end(*why);
  if (is_local(packet)) {
    at.hook = Hook::Input;
    if (auto why = hooks(packet, at)) return end(*why);
    return {Result::Kind::Local, std::move(packet), {}};
  }
  const auto out = route(packet);
  packet.out_interface = ports_[out].interface.index;
  lower_ttl(packet);
  at.hook = Hook::Forward;
  at.out = &ports_[out].interface;
  if (auto why = hooks(packet, at)) return end(*why);
  at.hook = Hook::Postrouting;
  if (auto why = hooks(packet, at)) return end(*why);
  return {Result::Kind::Forwarded, std::move(packet), {}};
}

Answer<std::optional<IpAddress>> VirtualRouter::masquerade_address(const skb::Skb& /*packet*/,
                                                                   const Interface& out) {
  for (const auto& port : ports_) {
    if (port.interface.index == out.index) return port.address;
  }
  return std::nullopt;
}
Answer<std::optional<IpAddress>> VirtualRouter::redirect_address(const skb::Skb& packet,
                                                                 const Interface& in) {
  return masquerade_address(packet, in);
}

}  // namespace topoproof::machine
