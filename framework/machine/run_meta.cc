// SPDX-License-Identifier: GPL-2.0-or-later
// What is known beside the packet's bytes (nft_meta.c).
#include <algorithm>
#include <chrono>

#include "machine/run.hh"

namespace topoproof::machine {
namespace {

constexpr std::size_t kNameSize = 16;
constexpr auto kDay = std::chrono::hours(24);

std::uint8_t nfproto(TableFamily family) { return static_cast<std::uint8_t>(family); }

}  // namespace

void Run::load_meta(const code::LoadMeta& i) {
  switch (i.key) {
    case fw::MetaKey::Length:
      registers_.word(i.to) = static_cast<std::uint32_t>(length());
      return;
    case fw::MetaKey::Protocol:
      return registers_.store_be16(i.to, packet_.ether_type());
    case fw::MetaKey::Nfproto:
      return registers_.store8(i.to, nfproto(at_.family));
    case fw::MetaKey::L4proto:
      if (!headers_.has_transport) return fail();
      return registers_.store8(i.to, headers_.protocol);
    case fw::MetaKey::Priority:
      registers_.word(i.to) = packet_.priority;
      return;
    case fw::MetaKey::Mark:
      registers_.word(i.to) = packet_.mark;
      return;
    case fw::MetaKey::Iif:
    case fw::MetaKey::Oif:
    case fw::MetaKey::Iifname:
    case fw::MetaKey::Oifname:
    case fw::MetaKey::Iiftype:
    case fw::MetaKey::Oiftype:
    case fw::MetaKey::Iifgroup:
    case fw::MetaKey::Oifgroup:
    case fw::MetaKey::Iifkind:
    case fw::MetaKey::Oifkind:
      return load_interface(i.key, i.to);
    case fw::MetaKey::Skuid:
    case fw::MetaKey::Skgid:
      return load_owner(i.key, i.to);
    case fw::MetaKey::Rtclassid: {
      const auto route = world_.environment.route_of(packet_);
      if (!is_known(route)) return;
      if (!*route) return fail();
      registers_.word(i.to) = (*route)->class_id;
      return;
    }
    case fw::MetaKey::Pkttype:
      return registers_.store8(i.to, static_cast<std::uint8_t>(packet_.type));
    case fw::MetaKey::Random:
      registers_.word(i.to) = draw_number(i);
      return;
    case fw::MetaKey::Secpath:  // nothing here transforms packets with IPsec
      return registers_.store8(i.to, 0);
    case fw::MetaKey::Time:
    case fw::MetaKey::Day:
    case fw::MetaKey::Hour:
      return load_time(i.key, i.to);
    case fw::MetaKey::Sdif:  // of a VRF: there is none
      registers_.word(i.to) = 0;
      return;
    case fw::MetaKey::Sdifname:
      return load_name(i.to, "");
    case fw::MetaKey::BridgeIifname:
    case fw::MetaKey::BridgeOifname:
      return load_bridge(i.key, i.to);
    case fw::MetaKey::Secmark:
    case fw::MetaKey::Cpu:
    case fw::MetaKey::Cgroup:
    case fw::MetaKey::BridgePvid:
    case fw::MetaKey::BridgeVlanProtocol:
    case fw::MetaKey::Broute:
    case fw::MetaKey::Nftrace:
      return give_up("this key of meta");
  }
}

std::uint32_t Run::draw_number(const code::LoadMeta& i) {
  if (i.kinds != code::LoadMeta::kNoKinds && world_.can_choose()) {
    const auto kinds = program_.kinds_of_numbers(i.kinds);
    return kinds[world_.choices->choose(static_cast<std::uint32_t>(kinds.size()))];
  }
  is_random_ = true;
  return random_.next32();
}

void Run::load_name(std::uint8_t to, std::string_view name) {
  std::array<std::byte, kNameSize> padded{};
  std::ranges::copy(as_view(name.substr(0, kNameSize)), padded.begin());
  registers_.store(to, padded);
}

// Without an interface its index is 0 and its name empty; all else about it breaks the rule.
void Run::load_interface(fw::MetaKey key, std::uint8_t to) {
  using enum fw::MetaKey;
  const bool in =
      key == Iif || key == Iifname || key == Iiftype || key == Iifgroup || key == Iifkind;
  const auto* interface = in ? at_.in : at_.out;
  if (key == Iif || key == Oif) {
    registers_.word(to) = interface == nullptr ? 0 : interface->index;
    return;
  }
  if (key == Iifname || key == Oifname) {
    return load_name(to, interface == nullptr ? "" : interface->name);
  }
  if (interface == nullptr) return fail();
  if (key == Iiftype || key == Oiftype) return registers_.store16(to, interface->type);
  if (key == Iifgroup || key == Oifgroup) {
    registers_.word(to) = interface->group;
    return;
  }
  if (interface->kind.empty()) return fail();
  load_name(to, interface->kind);
}

// The bridge that the port belongs to (nft_meta_bridge.c).
void Run::load_bridge(fw::MetaKey key, std::uint8_t to) {
  const auto* port = key == fw::MetaKey::BridgeIifname ? at_.in : at_.out;
  if (port == nullptr || !port->bridge_name) return fail();
  load_name(to, *port->bridge_name);
}

void Run::load_owner(fw::MetaKey key, std::uint8_t to) {
  const auto owner = world_.environment.socket_owner(packet_);
  if (!is_known(owner)) return;
  if (!*owner) return fail();
  registers_.word(to) = key == fw::MetaKey::Skuid ? (*owner)->user : (*owner)->group;
}

void Run::load_time(fw::MetaKey key, std::uint8_t to) {
  const auto epoch = world_.environment.epoch();
  if (!is_known(epoch)) return;
  const auto now = *epoch + world_.clock.now;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const auto days = std::chrono::floor<std::chrono::days>(now);
  if (key == fw::MetaKey::Time) {
    registers_.store64(to, static_cast<std::uint64_t>(now.count()));
  } else if (key == fw::MetaKey::Day) {
    constexpr int kThursday = 4;  // the first day of 1970
    registers_.store8(to, static_cast<std::uint8_t>((days.count() + kThursday) % 7));
  } else {
    registers_.word(to) = static_cast<std::uint32_t>((seconds % kDay).count());
  }
}

void Run::other(const fw::MetaStore& e, std::uint32_t /*index*/) {
  const auto value = registers_.word(e.from.word);
  const auto small = registers_.load8(e.from.word);
  if (e.key == fw::MetaKey::Mark) {
    packet_.mark = value;
  } else if (e.key == fw::MetaKey::Priority) {
    packet_.priority = value;
  } else if (e.key == fw::MetaKey::Nftrace) {
    packet_.nftrace = small != 0;
  } else if (e.key == fw::MetaKey::Pkttype) {
    const bool allowed = small <= static_cast<std::uint8_t>(skb::PacketType::OtherHost);
    if (allowed) packet_.type = static_cast<skb::PacketType>(small);
  } else {
    give_up("setting this key of meta");
  }
}

}  // namespace topoproof::machine
