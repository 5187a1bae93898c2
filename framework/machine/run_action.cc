// SPDX-License-Identifier: GPL-2.0-or-later
// What becomes of the packet: translation, rejection, user space (nft_nat.c, nft_masq.c,
// nft_redir.c, nft_reject.c, nft_queue.c, nft_tproxy.c).
#include "base/planted_fault.hh"
#include "machine/run.hh"

namespace topoproof::machine {
namespace {

using conntrack::Manip;
using conntrack::NatRange;

conntrack::HookPoint hook_point(const HookState& at) {
  return {.hook = at.hook,
          .family = at.ip_family(),
          .in = at.in == nullptr ? 0 : at.in->index,
          .out = at.out == nullptr ? 0 : at.out->index};
}

struct IcmpCodes {
  std::uint8_t ipv4;
  std::uint8_t ipv6;
};
// nft's icmpx: no route, port unreachable, host unreachable, prohibited.
constexpr IcmpCodes kAnyCodes[] = {{0, 0}, {3, 4}, {1, 3}, {13, 1}};

bool is_ipv6(const skb::Skb& packet) { return packet.is_ipv6(); }

}  // namespace

conntrack::NatRange Run::port_range(const std::optional<fw::Register>& low,
                                    const std::optional<fw::Register>& high,
                                    std::uint32_t flags) const {
  NatRange range{.flags = flags};
  if (!low) return range;
  range.flags |= conntrack::kMapPorts;
  range.low_port = registers_.load_be16(low->word);
  if (planted("simulator-nat-port")) ++range.low_port;
  range.high_port = high ? registers_.load_be16(high->word) : range.low_port;
  return range;
}

bool Run::can_bind() {
  if (world_.nat != nullptr && packet_.connection) return true;
  give_up("translation without connection tracking");
  return false;
}

void Run::take(const conntrack::Outcome& outcome) {
  switch (outcome.verdict) {
    case conntrack::Verdict::Accept:
      verdict_ = {.next = Next::Accept};
      return;
    case conntrack::Verdict::Drop:
      return drop(outcome.why);
    case conntrack::Verdict::Unknown:
      return give_up(outcome.why);
  }
}

// In a table of both families it is for packets of its own; others pass it by.
void Run::other(const fw::Nat& e, std::uint32_t /*index*/) {
  if (e.family && *e.family != at_.ip_family()) return;
  if (!can_bind()) return;
  const auto manip = e.kind == fw::NatKind::Source ? Manip::Source : Manip::Destination;
  auto range = port_range(e.port, e.port_high, e.flags);
  if (e.address) {
    const auto size = at_.ip_family() == Family::Ipv4 ? 4U : 16U;
    const auto high = e.address_high.value_or(*e.address);
    range.flags |= conntrack::kMapAddresses;
    range.low = conntrack::raw_address(registers_.view(e.address->word, size));
    range.high = conntrack::raw_address(registers_.view(high.word, size));
    if (range.has(conntrack::kNetmap)) {
      const auto address = manip == Manip::Source ? packet_.source() : packet_.destination();
      range = conntrack::netmap_range(range, conntrack::raw_address(address));
    }
  }
  take(world_.nat->bind(packet_, range, manip));
}

void Run::other(const fw::Masquerade& e, std::uint32_t /*index*/) {
  if (!can_bind()) return;
  if (at_.out == nullptr) return give_up("masquerading without an outgoing interface");
  const auto address = world_.environment.masquerade_address(packet_, *at_.out);
  if (!is_known(address)) return;
  const auto range = port_range(e.port, e.port_high, e.flags);
  take(world_.nat->masquerade(packet_, range, at_.out->index, *address));
}

void Run::other(const fw::Redirect& e, std::uint32_t /*index*/) {
  if (!can_bind()) return;
  std::optional<IpAddress> address;
  if (at_.hook != fw::Hook::Output) {
    if (at_.in == nullptr) return give_up("redirect without an incoming interface");
    const auto answer = world_.environment.redirect_address(packet_, *at_.in);
    if (!is_known(answer)) return;
    address = *answer;
  }
  const auto range = port_range(e.port, e.port_high, e.flags);
  take(world_.nat->redirect(packet_, range, hook_point(at_), address));
}

void Run::other(const fw::Reject& e, std::uint32_t /*index*/) {
  constexpr std::uint8_t kUnreachable = 3;
  constexpr std::uint8_t kUnreachable6 = 1;
  const bool v6 = is_ipv6(packet_);
  answer_ = RejectAnswer{.tcp_reset = e.kind == fw::RejectKind::TcpReset};
  if (!answer_->tcp_reset) {
    const bool any = e.kind == fw::RejectKind::AnyError && e.code < std::size(kAnyCodes);
    answer_->icmp_type = v6 ? kUnreachable6 : kUnreachable;
    answer_->icmp_code = any ? (v6 ? kAnyCodes[e.code].ipv6 : kAnyCodes[e.code].ipv4) : e.code;
  }
  verdict_ = {.next = Next::Drop};
}

void Run::other(const fw::Queue& e, std::uint32_t /*index*/) {
  constexpr std::uint16_t kBypass = 1;
  const auto number = e.number ? registers_.load16(e.number->word) : e.first;
  queue(number, (e.flags & kBypass) != 0);
}

// Without anybody who reads it the packet is lost, or passes if the rule says so.
void Run::queue(std::uint16_t number, bool bypass) {
  const auto listener = world_.environment.has_queue_listener(number);
  if (!is_known(listener)) return;
  if (*listener) return give_up("a verdict from user space");
  if (!bypass) return drop("queued, and nobody reads the queue");
  verdict_ = {.next = Next::Accept};
}

// nf_dup_ipv4, nf_dup_netdev_egress: the packet goes on, and a copy as it is now goes elsewhere.
void Run::other(const fw::Duplicate& e, std::uint32_t /*index*/) {
  Detour copy{.packet = packet_};
  if (e.device) copy.interface = registers_.word(e.device->word);
  if (e.address) {
    const auto size = at_.ip_family() == Family::Ipv4 ? 4U : 16U;
    copy.next_hop = IpAddress::from_bytes(registers_.view(e.address->word, size));
  }
  copies_.push_back(std::move(copy));
}

// nft_fwd_netdev_eval: the packet is stolen, whether there is such an interface or not.
void Run::other(const fw::Forward& e, std::uint32_t /*index*/) {
  if (e.address && !prepare_for_neighbor(e)) return;
  forward_to_ = registers_.word(e.device.word);
  drop("sent out by another interface");
}

// nft_fwd_neigh_eval: as if routed, if there is such an interface. RETURNS: false if the packet is
// not sent there.
bool Run::prepare_for_neighbor(const fw::Forward& e) {
  const bool v4 = e.family.value_or(Family::Ipv4) == Family::Ipv4;
  if (v4 ? !packet_.is_ipv4() : !packet_.is_ipv6()) {
    fail();
    return false;
  }
  const std::uint8_t ttl = packet_.ttl();
  if (ttl <= 1) {
    drop("its TTL is used up");
    return false;
  }
  set_hop_limit(static_cast<std::uint8_t>(ttl - 1));
  const auto name = world_.environment.interface_name(registers_.word(e.device.word));
  if (!is_known(name) || name->empty()) return false;
  forward_hop_ = IpAddress::from_bytes(registers_.view(e.address->word, v4 ? 4 : 16));
  return true;
}

void Run::other(const fw::Tproxy& e, std::uint32_t /*index*/) {
  constexpr std::uint8_t kTcp = 6;
  constexpr std::uint8_t kUdp = 17;
  if (headers_.protocol != kTcp && headers_.protocol != kUdp) return fail();
  const auto transport = packet_.transport();
  if (transport.size() < 4) return fail();
  auto address = packet_.destination();
  if (e.address) {
    const auto size = at_.ip_family() == Family::Ipv4 ? 4U : 16U;
    address = IpAddress::from_bytes(registers_.view(e.address->word, size));
  }
  const auto port = e.port ? registers_.load_be16(e.port->word) : load_be16(&transport[2]);
  const auto there = world_.environment.has_transparent_socket(packet_, address, port);
  if (!is_known(there)) return;
  if (*there) return give_up("a packet given to a transparent socket");
  fail();
}

}  // namespace topoproof::machine
