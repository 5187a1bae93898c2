// SPDX-License-Identifier: GPL-2.0-or-later
// What connection tracking knows of the packet's flow (nft_ct.c).
#include <algorithm>
#include <chrono>
#include <cstring>

#include "machine/run.hh"

namespace topoproof::machine {
namespace {

using conntrack::Direction;
using conntrack::Entry;

constexpr std::uint32_t kInvalid = 1;
constexpr std::uint32_t kUntracked = 64;

// Established 2, related 4, new 8, the same in both directions.
std::uint32_t state_bits(const skb::Skb& packet) {
  using skb::CtInfo;
  if (!packet.connection) return packet.ct_info == CtInfo::Untracked ? kUntracked : kInvalid;
  switch (packet.ct_info) {
    case CtInfo::Established:
    case CtInfo::EstablishedReply:
      return 2;
    case CtInfo::Related:
    case CtInfo::RelatedReply:
      return 4;
    case CtInfo::New:
      return 8;
    case CtInfo::Untracked:
      break;
  }
  return kUntracked;
}

Direction direction_of(const std::optional<fw::CtDirection>& direction) {
  return direction == fw::CtDirection::Reply ? Direction::Reply : Direction::Original;
}

}  // namespace

void Run::run(const code::LoadCt& i) {
  if (i.key == fw::CtKey::State) {
    registers_.word(i.to) = state_bits(packet_);
    return;
  }
  const auto* entry = conntrack::entry_of(packet_);
  if (entry == nullptr || entry->has(conntrack::kTemplate)) return fail();
  load_flow(i, *entry);
}

void Run::load_flow(const code::LoadCt& i, const Entry& entry) {
  switch (i.key) {
    case fw::CtKey::Direction:
      return registers_.store8(i.to,
                               static_cast<std::uint8_t>(conntrack::direction_of(packet_.ct_info)));
    case fw::CtKey::Status:
      registers_.word(i.to) = entry.status;
      return;
    case fw::CtKey::Mark:
      registers_.word(i.to) = entry.mark;
      return;
    case fw::CtKey::Expiration: {
      if (!entry.is_confirmed()) return give_up("ct expiration of a flow that is not confirmed");
      const auto left = std::max(entry.expires - world_.clock.now, Time(0));
      registers_.word(i.to) =
          static_cast<std::uint32_t>(std::chrono::floor<std::chrono::milliseconds>(left).count());
      return;
    }
    case fw::CtKey::Helper:  // of the flow that expected this one: nothing is expected here
      return fail();
    case fw::CtKey::Labels:
      return registers_.store(i.to, std::as_bytes(std::span(entry.labels)));
    case fw::CtKey::Packets:
    case fw::CtKey::Bytes:
    case fw::CtKey::AveragePacket:
      return load_traffic(i, entry);
    case fw::CtKey::L3protocol:
      return registers_.store8(i.to, entry.family() == Family::Ipv4 ? 2 : 10);
    case fw::CtKey::Protocol:
      return registers_.store8(i.to, entry.protocol());
    case fw::CtKey::Zone:
      return registers_.store16(
          i.to, i.direction ? entry.zone.id_of(direction_of(i.direction)) : entry.zone.id);
    case fw::CtKey::Source:
    case fw::CtKey::Destination:
    case fw::CtKey::SourcePort:
    case fw::CtKey::DestinationPort:
    case fw::CtKey::SourceIp:
    case fw::CtKey::DestinationIp:
    case fw::CtKey::SourceIp6:
    case fw::CtKey::DestinationIp6:
      return load_tuple(i, entry);
    case fw::CtKey::Id:
    case fw::CtKey::Secmark:
    case fw::CtKey::EventMask:
    case fw::CtKey::State:
      return give_up("this key of ct");
  }
}

void Run::load_tuple(const code::LoadCt& i, const Entry& entry) {
  using enum fw::CtKey;
  const auto& tuple = entry.tuple(direction_of(i.direction));
  if (i.key == SourcePort) return registers_.store_be16(i.to, tuple.source_port);
  if (i.key == DestinationPort) return registers_.store_be16(i.to, tuple.destination_port);
  const bool v4 = entry.family() == Family::Ipv4;
  if ((i.key == SourceIp || i.key == DestinationIp) && !v4) return fail();
  if ((i.key == SourceIp6 || i.key == DestinationIp6) && v4) return fail();
  const bool source = i.key == Source || i.key == SourceIp || i.key == SourceIp6;
  const auto address = (source ? tuple.source : tuple.destination).bytes();
  // The length that Source and Destination load is that of the table's family.
  registers_.store(i.to, BytesView(address).first(v4 ? 4 : 16));
}

void Run::load_traffic(const code::LoadCt& i, const Entry& entry) {
  conntrack::Traffic sum;
  for (const auto direction : {Direction::Original, Direction::Reply}) {
    if (i.direction && direction_of(i.direction) != direction) continue;
    const auto& traffic = entry.traffic[static_cast<std::size_t>(direction)];
    sum.packets += traffic.packets;
    sum.bytes += traffic.bytes;
  }
  const auto average = sum.packets == 0 ? 0 : sum.bytes / sum.packets;
  if (i.key == fw::CtKey::AveragePacket) return registers_.store64(i.to, average);
  registers_.store64(i.to, i.key == fw::CtKey::Bytes ? sum.bytes : sum.packets);
}

void Run::other(const fw::CtStore& e, std::uint32_t /*index*/) {
  if (e.key == fw::CtKey::Zone) return choose_zone(e);
  auto* entry = conntrack::entry_of(packet_);
  if (entry == nullptr || entry->has(conntrack::kTemplate)) return;
  if (e.key == fw::CtKey::Mark) {
    entry->mark = registers_.word(e.from.word);
  } else if (e.key == fw::CtKey::Labels) {
    for (std::size_t i = 0; i < entry->labels.size(); ++i) {  // set, never cleared
      std::uint64_t bits = 0;
      std::memcpy(&bits, registers_.at(e.from.word + 2 * i), sizeof bits);
      entry->labels[i] |= bits;
    }
  } else if (e.key != fw::CtKey::EventMask) {  // which events are reported changes no packet
    give_up("setting this key of ct");
  }
}

void Run::choose_zone(const fw::CtStore& e) {
  if (packet_.connection) return;
  if (world_.tracker == nullptr) return give_up("ct zone without connection tracking");
  const auto id = registers_.load16(e.from.word);
  world_.tracker->choose_zone(packet_, {.id = id,
                                        .original = e.direction != fw::CtDirection::Reply,
                                        .reply = e.direction != fw::CtDirection::Original});
}

// Too late for a packet that has a flow already.
void Run::other(const fw::Notrack& /*e*/, std::uint32_t /*index*/) {
  if (!packet_.connection) packet_.ct_info = skb::CtInfo::Untracked;
}

}  // namespace topoproof::machine
