// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/rule_loads.hh"

#include "firewall/build.hh"

namespace topoproof::sim {
namespace {

using namespace firewall;  // NOLINT: the instructions, each by its name

constexpr Loaded kBreak{false};
constexpr Loaded kLoaded{};
constexpr Loaded not_modelled(std::string_view what) { return {false, what}; }

Bytes link_header(const skb::LinkHeader& link) {
  Bytes bytes(14);
  std::ranges::copy(link.destination.bytes(), bytes.begin());
  std::ranges::copy(link.source.bytes(), bytes.begin() + 6);
  store_be16(bytes.data() + 12, link.ether_type);
  return bytes;
}

// nft_payload_fast_eval: aligned loads of one, two or four bytes do not look whether a later
// fragment has such a header at all (fact 13).
bool is_fast(const PayloadLoad& e) {
  const bool short_one = e.length == 1 || e.length == 2 || e.length == 4;
  return short_one && e.offset % e.length == 0;
}

std::uint32_t state_bits(const skb::Skb& skb) {
  if (skb.connection) return 1U << (static_cast<unsigned>(skb.ct_info) % 3 + 1);
  return skb.ct_info == skb::CtInfo::Untracked ? firewall::kCtUntracked : 1U;
}

}  // namespace

Loaded RuleLoads::load(const PayloadLoad& e) const {
  const skb::Skb& skb = packet.skb;
  Bytes link;
  BytesView from;
  switch (e.base) {
    case PayloadBase::Link:
      if (!skb.link) return kBreak;
      link = link_header(*skb.link);
      from = link;
      break;
    case PayloadBase::Network:
      from = skb.bytes();
      break;
    case PayloadBase::Transport: {
      const skb::Headers& headers = skb.headers();
      if (!headers.has_transport) return kBreak;
      if (headers.fragment_offset != 0 && !is_fast(e)) return kBreak;
      from = skb.bytes().subspan(std::min<std::size_t>(headers.transport, skb.size()));
      break;
    }
    case PayloadBase::Inner:
      return not_modelled("inner headers");
  }
  if (e.offset + std::size_t{e.length} > from.size()) return kBreak;
  registers.write(e.to, from.subspan(e.offset, e.length));
  return kLoaded;
}

Loaded RuleLoads::load_name(Slot slot, Register to) const {
  std::array<std::byte, 16> name{};
  if (const Interface* i = interface(slot)) {
    std::ranges::copy(as_view(i->name).first(std::min<std::size_t>(15, i->name.size())),
                      name.begin());
  }
  registers.write(to, name);
  return kLoaded;
}

Loaded RuleLoads::load(const MetaLoad& e) const {
  const skb::Skb& skb = packet.skb;
  const auto number = [&](auto value) {
    registers.write_number(e.to, value);
    return kLoaded;
  };
  const auto index = [&](Slot slot) {
    return number(slot == kNoSlot ? std::uint32_t{0} : interface(slot)->index);
  };
  // ARPHRD_LOOPBACK, ARPHRD_ETHER
  const auto type = [&](Slot slot) {
    if (slot == kNoSlot) return kBreak;
    return number(static_cast<std::uint16_t>(slot == kLoopback ? 772 : 1));
  };
  if (e.key == MetaKey::Length) return number(static_cast<std::uint32_t>(skb.size()));
  if (e.key == MetaKey::Protocol) {
    std::array<std::byte, 2> bytes;
    store_be16(bytes.data(), skb.ether_type());
    registers.write(e.to, bytes);
    return kLoaded;
  }
  if (e.key == MetaKey::Priority) return number(skb.priority);
  if (e.key == MetaKey::Mark) return number(skb.mark);
  if (e.key == MetaKey::Iif) return index(at.in);
  if (e.key == MetaKey::Oif) return index(at.out);
  if (e.key == MetaKey::Iifname) return load_name(at.in, e.to);
  if (e.key == MetaKey::Oifname) return load_name(at.out, e.to);
  if (e.key == MetaKey::Iiftype) return type(at.in);
  if (e.key == MetaKey::Oiftype) return type(at.out);
  if (e.key == MetaKey::Nfproto) {
    constexpr std::uint8_t kBridge = 7;
    if (at.in_bridge) return number(kBridge);
    return number(static_cast<std::uint8_t>(at.family == Family::Ipv4 ? 2 : 10));
  }
  if (e.key == MetaKey::L4proto) {
    return skb.headers().has_transport ? number(skb.headers().protocol) : kBreak;
  }
  if (e.key == MetaKey::Pkttype && packet.locally_made) {
    return not_modelled("the packet type of what is sent");
  }
  if (e.key == MetaKey::Pkttype) return number(static_cast<std::uint8_t>(skb.type));
  if (e.key == MetaKey::Nftrace) return number(static_cast<std::uint8_t>(skb.nftrace));
  return not_modelled("this key of meta");
}

Loaded RuleLoads::load(const CtLoad& e) const {
  if (e.key == CtKey::State) {
    registers.write_number(e.to, state_bits(packet.skb));
    return kLoaded;
  }
  const conntrack::Entry* entry = conntrack::entry_of(packet.skb);
  return entry == nullptr ? kBreak : load_of_connection(e, *entry);
}

Loaded RuleLoads::load_of_connection(const CtLoad& e, const conntrack::Entry& entry) const {
  const auto number = [&](auto value) {
    registers.write_number(e.to, value);
    return kLoaded;
  };
  const auto direction = e.direction == CtDirection::Reply ? conntrack::Direction::Reply
                                                           : conntrack::Direction::Original;
  const conntrack::Tuple& tuple = entry.tuple(direction);
  const auto address = [&](const conntrack::RawAddress& raw, std::size_t size) {
    const auto bytes = raw.bytes();
    registers.write(e.to, BytesView(bytes).first(size));
    return kLoaded;
  };
  const auto port = [&](std::uint16_t value) {
    std::array<std::byte, 2> bytes;
    store_be16(bytes.data(), value);
    registers.write(e.to, bytes);
    return kLoaded;
  };
  const std::size_t size = entry.family() == Family::Ipv4 ? 4 : 16;
  if (e.key == CtKey::Direction) {
    return number(static_cast<std::uint8_t>(skb::is_reply(packet.skb.ct_info)));
  }
  if (e.key == CtKey::Status) return number(entry.status);
  if (e.key == CtKey::Mark) return number(entry.mark);
  if (e.key == CtKey::L3protocol) {
    return number(static_cast<std::uint8_t>(entry.family() == Family::Ipv4 ? 2 : 10));
  }
  if (e.key == CtKey::Protocol) return number(tuple.protocol);
  if (e.key == CtKey::Zone) return number(entry.zone.id);
  if (e.key == CtKey::Source) return address(tuple.source, size);
  if (e.key == CtKey::Destination) return address(tuple.destination, size);
  if (e.key == CtKey::SourcePort) return port(tuple.source_port);
  if (e.key == CtKey::DestinationPort) return port(tuple.destination_port);
  const bool v4 = e.key == CtKey::SourceIp || e.key == CtKey::DestinationIp;
  const bool v6 = e.key == CtKey::SourceIp6 || e.key == CtKey::DestinationIp6;
  if (!v4 && !v6) return not_modelled("this key of ct");
  if (v4 != (size == 4)) return kBreak;
  const bool source = e.key == CtKey::SourceIp || e.key == CtKey::SourceIp6;
  return address(source ? tuple.source : tuple.destination, size);
}

Loaded RuleLoads::load(const Fib& /*e*/) const { return not_modelled("fib"); }

Loaded RuleLoads::store(const MetaStore& e) const {
  if (e.key == MetaKey::Mark) {
    packet.skb.mark = registers.read_number(e.from);
  } else if (e.key == MetaKey::Priority) {
    packet.skb.priority = registers.read_number(e.from);
  } else if (e.key == MetaKey::Nftrace) {
    packet.skb.nftrace = registers.read_number(e.from) != 0;
  } else {
    return not_modelled("to set this key of meta");
  }
  return kLoaded;
}

Loaded RuleLoads::store(const CtStore& e) const {
  conntrack::Entry* entry = conntrack::entry_of(packet.skb);
  if (e.key != CtKey::Mark) return not_modelled("to set this key of ct");
  if (entry != nullptr) entry->mark = registers.read_number(e.from);
  return kLoaded;
}

}  // namespace topoproof::sim
