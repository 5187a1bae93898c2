// SPDX-License-Identifier: GPL-2.0-or-later
#include "conntrack/tracker.hh"

#include <utility>

#include "conntrack/protocols.hh"
#include "conntrack/wire.hh"

namespace topoproof::conntrack {
namespace {

using skb::CtInfo;

void forget_connection(skb::Skb& packet) {
  packet.connection.reset();
  packet.ct_info = CtInfo::Established;
}

CtInfo info_of(const Entry::Side& side) {
  if (side.direction() == Direction::Reply) return CtInfo::EstablishedReply;
  if (side.entry->has(kSeenReply)) return CtInfo::Established;
  return side.entry->has(kExpected) ? CtInfo::Related : CtInfo::New;
}

// Two flows that began at once are one (nf_conntrack_l4proto::allow_clash); not for TCP and ICMP.
bool may_clash(std::uint8_t protocol) {
  return protocol != kTcp && !is_icmp(protocol) && protocol != kSctp && protocol != kDccp;
}

}  // namespace

Tracker::Tracker(const Clock& clock, Settings settings)
    : clock_(clock), settings_(settings), table_(clock) {}

Outcome Tracker::track(skb::Skb& packet, const HookPoint& at) {
  if (packet.ct_info == CtInfo::Untracked) return accepted();
  // What the loopback interface brings back has its connection already. The template is held until
  // the end: it says the zone.
  const auto before = std::exchange(packet.connection, {});
  const auto* entry = static_cast<const Entry*>(before.get());
  if (entry != nullptr && !entry->has(kTemplate)) {
    packet.connection = before;
    return accepted();
  }
  packet.ct_info = CtInfo::Established;
  return track_flow(packet, at, entry == nullptr ? Zone{} : entry->zone);
}

Outcome Tracker::track_flow(skb::Skb& packet, const HookPoint& at, const Zone& zone) {
  const auto transport = find_transport(packet.bytes(), 0, at.family);
  if (!transport || transport->offset == 0) return accepted();
  const bool v6 = at.family == Family::Ipv6;
  if (transport->protocol == (v6 ? kIcmpv6 : kIcmp)) {
    if (!relate_error(packet, transport->offset, at, settings_, zone, table_)) return accepted();
    if (packet.connection || packet.ct_info == CtInfo::Untracked) return accepted();
  }
  return resolve(packet, *transport, at, zone);
}

Outcome Tracker::resolve(skb::Skb& packet, const Transport& transport, const HookPoint& at,
                         const Zone& zone) {
  const auto tuple = read_tuple(packet.bytes(), 0, transport, at.family);
  if (!tuple) return accepted();
  if (auto* side = table_.find(*tuple, zone)) {
    packet.ct_info = info_of(*side);
    packet.connection = skb::Ref<Entry>(side->entry);
  } else if (const auto added = add_flow(packet, *tuple, zone); !added.accepts()) {
    return added;
  }
  auto* entry = entry_of(packet);
  if (entry == nullptr) return accepted();
  const auto info = packet.ct_info;
  const auto step = follow({.entry = *entry,
                            .packet = packet,
                            .transport = transport.offset,
                            .info = info,
                            .at = at,
                            .settings = settings_,
                            .clock = clock_,
                            .table = table_});
  if (step == Step::Follow) {
    if (info == CtInfo::EstablishedReply) entry->status |= kSeenReply;
    return accepted();
  }
  if (step == Step::Unknown) return unknown("conntrack of this transport protocol");
  forget_connection(packet);
  if (step == Step::Again) return resolve(packet, transport, at, zone);
  return step == Step::Drop ? dropped("conntrack") : accepted();
}

Outcome Tracker::add_flow(skb::Skb& packet, const Tuple& tuple, const Zone& zone) {
  const auto reply = inverse(tuple);
  if (!reply) return accepted();
  if (const auto room = make_room(); !room.accepts()) return room;
  skb::Ref<Entry> entry(new Entry(tuple, *reply, zone));
  entry->id = next_id_++;
  packet.connection = entry;
  packet.ct_info = CtInfo::New;
  return accepted();
}

// At the limit the kernel may evict a flow that nobody answered, from the buckets that its own
// hash puts next to the new one: that cannot be foretold.
Outcome Tracker::make_room() {
  if (settings_.max_entries == 0 || table_.size() < settings_.max_entries) return accepted();
  table_.remove_expired();
  if (table_.size() < settings_.max_entries) return accepted();
  bool may_evict = false;
  table_.for_each([&](const Entry& entry) { may_evict = may_evict || !entry.has(kAssured); });
  if (may_evict) return unknown("conntrack table full: which flow is evicted depends on its hash");
  return dropped("conntrack table full");
}

Outcome Tracker::confirm(skb::Skb& packet) {
  auto* entry = entry_of(packet);
  if (entry == nullptr || entry->is_confirmed() || entry->has(kTemplate)) return accepted();
  // An answer that was attached to the flow of the packet it answers does not confirm it.
  if (direction_of(packet.ct_info) == Direction::Reply) return accepted();
  if (entry->has(kDying)) return dropped("conntrack: the flow ended meanwhile");
  return insert(packet, *entry);
}

Outcome Tracker::insert(skb::Skb& packet, Entry& entry) {
  for (const auto direction : {Direction::Original, Direction::Reply}) {
    auto* other = table_.find(entry.tuple(direction), entry.zone);
    if (other != nullptr) return resolve_clash(packet, entry, *other);
  }
  entry.expires += clock_.now;
  table_.insert(entry);
  return accepted();
}

Outcome Tracker::resolve_clash(skb::Skb& packet, Entry& loser, const Entry::Side& winner) {
  auto& entry = *winner.entry;
  if (!may_clash(entry.protocol())) return dropped("conntrack clash: the tuple is taken");
  const bool same = entry.original() == loser.original() && entry.reply() == loser.reply() &&
                    entry.zone == loser.zone;
  if (entry.has(kNatDoneBits) && !same) return unknown("conntrack clash under NAT");
  packet.connection = skb::Ref<Entry>(&entry);
  return accepted();
}

const Entry* Tracker::find(const Tuple& tuple, const Zone& zone) {
  const auto* side = table_.find(tuple, zone);
  return side == nullptr ? nullptr : side->entry;
}

void Tracker::choose_zone(skb::Skb& packet, const Zone& zone) {
  if (packet.connection) return;
  skb::Ref<Entry> model(new Entry({}, {}, zone));
  model->status = kTemplate | kConfirmed;
  packet.connection = model;
  packet.ct_info = CtInfo::New;
}

void Tracker::attach(skb::Skb& answer, const skb::Skb& to) {
  if (!to.connection) return;
  answer.connection = to.connection;
  answer.ct_info =
      direction_of(to.ct_info) == Direction::Original ? CtInfo::RelatedReply : CtInfo::Related;
}

}  // namespace topoproof::conntrack
