// SPDX-License-Identifier: GPL-2.0-or-later
// Matches on what is known beside the packet (xt_conntrack.c, xt_limit.c, xt_hashlimit.c,
// xt_recent.c, xt_statistic.c, xt_owner.c, ipt_rpfilter.c).
#include <algorithm>

#include "machine/xt_match.hh"

namespace topoproof::machine {
namespace {

namespace xt = xtables;
using conntrack::Direction;
using conntrack::Entry;

std::uint16_t state_bits(const skb::Skb& packet, const Entry* entry) {
  using skb::CtInfo;
  if (entry == nullptr) {
    return packet.ct_info == CtInfo::Untracked ? xt::kStateUntracked : xt::kStateInvalid;
  }
  std::uint16_t bits = xt::kStateEstablished;
  if (packet.ct_info == CtInfo::New) bits = xt::kStateNew;
  if (packet.ct_info == CtInfo::Related || packet.ct_info == CtInfo::RelatedReply) {
    bits = xt::kStateRelated;
  }
  if (entry->has(conntrack::kSourceNat)) bits |= xt::kStateSourceNat;
  if (entry->has(conntrack::kDestinationNat)) bits |= xt::kStateDestinationNat;
  return bits;
}

bool is_under(const conntrack::RawAddress& address, const xt::MaskedAddress& wanted) {
  const auto value = conntrack::raw_address(wanted.address);
  const auto mask = conntrack::raw_address(wanted.mask);
  for (std::size_t i = 0; i < 2; ++i) {
    if (((address.words[i] ^ value.words[i]) & mask.words[i]) != 0) return false;
  }
  return true;
}

bool is_in(const xt::PortRange& range, std::uint16_t port) {
  return port >= range.first && port <= range.last;
}

// The tests of a conntrack match on a flow, each if it is asked for, inverted if told so.
class FlowTests {
 public:
  FlowTests(const xt::ConntrackMatch& m, const Entry& entry) : m_(m), entry_(entry) {}

  bool asks(std::uint16_t test) const { return (m_.asked & test) != 0; }
  bool holds(std::uint16_t test, bool value) const {
    return !asks(test) || value != ((m_.inverted & test) != 0);
  }
  bool tuples_hold() const {
    const auto& original = entry_.original();
    const auto& reply = entry_.reply();
    return holds(xt::kAskOriginalSource, is_under(original.source, m_.original_source)) &&
           holds(xt::kAskOriginalDestination,
                 is_under(original.destination, m_.original_destination)) &&
           holds(xt::kAskReplySource, is_under(reply.source, m_.reply_source)) &&
           holds(xt::kAskReplyDestination, is_under(reply.destination, m_.reply_destination)) &&
           holds(xt::kAskProtocol, entry_.protocol() == m_.protocol);
  }
  bool ports_hold() const {
    const auto& original = entry_.original();
    const auto& reply = entry_.reply();
    return holds(xt::kAskOriginalSourcePort,
                 is_in(m_.original_source_ports, original.source_port)) &&
           holds(xt::kAskOriginalDestinationPort,
                 is_in(m_.original_destination_ports, original.destination_port)) &&
           holds(xt::kAskReplySourcePort, is_in(m_.reply_source_ports, reply.source_port)) &&
           holds(xt::kAskReplyDestinationPort,
                 is_in(m_.reply_destination_ports, reply.destination_port));
  }

 private:
  const xt::ConntrackMatch& m_;
  const Entry& entry_;
};

void put(Bytes& key, BytesView bytes) { key.insert(key.end(), bytes.begin(), bytes.end()); }

void put_prefix(Bytes& key, const IpAddress& address, std::uint8_t length) {
  auto bytes = address.bytes();
  for (std::size_t bit = length; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] &= static_cast<std::byte>(~(0x80U >> bit % 8));
  }
  put(key, bytes);
}

Bytes hash_key(const xt::HashLimitMatch& m, const MatchInput& in) {
  Bytes key;
  if ((m.mode & xt::kHashByDestination) != 0) {
    put_prefix(key, in.packet.destination(), m.destination_length);
  }
  if ((m.mode & xt::kHashBySource) != 0) put_prefix(key, in.packet.source(), m.source_length);
  const auto ports = in.transport();
  const bool has_ports = conntrack::has_ports(in.headers.protocol) && ports.size() >= 4;
  if (!has_ports) return key;
  if ((m.mode & xt::kHashBySourcePort) != 0) put(key, ports.first(2));
  if ((m.mode & xt::kHashByDestinationPort) != 0) put(key, ports.subspan(2, 2));
  return key;
}

// One token bucket's say; see LimitState.
bool is_within(LimitState& state, Time now) {
  const auto passed = static_cast<std::uint64_t>((now - state.last).count());
  state.tokens = std::min(state.tokens + passed, state.most);
  state.last = now;
  if (state.tokens < state.cost) return false;
  state.tokens -= state.cost;
  return true;
}

}  // namespace

MatchResult match(const xt::ConntrackMatch& m, const MatchInput& in) {
  const auto* entry = conntrack::entry_of(in.packet);
  if ((m.asked & xt::kAskState) != 0) {
    const bool any = (m.states & state_bits(in.packet, entry)) != 0;
    if (any == ((m.inverted & xt::kAskState) != 0)) return when(false);
  }
  if (entry == nullptr) return when((m.asked & xt::kAskState) != 0);
  const FlowTests tests(m, *entry);
  const bool original = conntrack::direction_of(in.packet.ct_info) == Direction::Original;
  if (!tests.holds(xt::kAskDirection, original)) return when(false);
  if (!tests.tuples_hold() || !tests.ports_hold()) return when(false);
  if (!tests.holds(xt::kAskStatus, (m.status & entry->status) != 0)) return when(false);
  if (!tests.asks(xt::kAskExpiry)) return when(true);
  if (!entry->is_confirmed()) return not_known("the expiry of a flow that is not confirmed");
  const auto left = std::chrono::floor<std::chrono::seconds>(entry->expires - in.world.clock.now);
  const auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(left.count(), 0));
  return when(tests.holds(xt::kAskExpiry, seconds >= m.expiry_first && seconds <= m.expiry_last));
}

MatchResult match(const xt::MarkMatch& m, const MatchInput& in) {
  return when(((in.packet.mark & m.mask) == m.mark) != m.inverted);
}

MatchResult match(const xt::ConnmarkMatch& m, const MatchInput& in) {
  const auto* entry = conntrack::entry_of(in.packet);
  if (entry == nullptr) return when(false);
  return when(((entry->mark & m.mask) == m.mark) != m.inverted);
}

MatchResult match(const xt::OwnerMatch& m, const MatchInput& in) {
  const auto owner = in.world.environment.socket_owner(in.packet);
  if (!owner) return not_known(owner.error().reason);
  if ((m.asked & xt::kOwnerOtherGroups) != 0) return not_known("supplementary groups");
  const bool wants_no_socket = (m.inverted & xt::kOwnerSocket) != 0;
  if (!*owner) return when((m.asked ^ m.inverted) == 0);
  if ((m.asked & xt::kOwnerSocket) != 0 && wants_no_socket) return when(false);
  const auto holds = [&](std::uint8_t bit, std::uint32_t id, std::uint32_t first,
                         std::uint32_t last) {
    if ((m.asked & bit) == 0) return true;
    return (id >= first && id <= last) != ((m.inverted & bit) != 0);
  };
  return when(holds(xt::kOwnerUser, (*owner)->user, m.first_user, m.last_user) &&
              holds(xt::kOwnerGroup, (*owner)->group, m.first_group, m.last_group));
}

namespace {

bool comes_over_loopback(const MatchInput& in) {
  return in.at.in != nullptr && in.at.in->type == kLoopbackDevice;
}

// A sender that has no address yet asks who is on its link (DHCP); of IPv6 the source alone counts.
bool has_no_address_yet(const skb::Skb& packet) {
  if (packet.is_ipv6()) return packet.source().is_unspecified();
  const std::uint32_t to = packet.destination().v4().bits();
  return packet.source().v4().bits() >> 24U == 0 && (to == 0xffff'ffff || to >> 8U == 0xe0'0000);
}

}  // namespace

MatchResult match(const xt::RpfilterMatch& m, const MatchInput& in) {
  const bool inverted = (m.flags & xt::kRpfilterInvert) != 0;
  if (comes_over_loopback(in) || has_no_address_yet(in.packet)) return when(!inverted);
  const auto leads_back = in.world.environment.leads_back(
      {.source = in.packet.source(),
       .destination = in.packet.destination(),
       .mark = (m.flags & xt::kRpfilterValidMark) != 0 ? in.packet.mark : 0,
       .in_interface = in.at.in == nullptr ? 0 : in.at.in->index,
       .loose = (m.flags & xt::kRpfilterLoose) != 0,
       .accept_local = (m.flags & xt::kRpfilterAcceptLocal) != 0});
  if (!leads_back) return not_known(leads_back.error().reason);
  return when(*leads_back != inverted);
}

MatchResult match(const xt::LimitMatch& /*m*/, const MatchInput& in, XtMatchCode& code) {
  return when(is_within(code.limit, in.world.clock.now));
}

MatchResult match(const xt::HashLimitMatch& m, const MatchInput& in, XtMatchCode& code) {
  if ((m.mode & (xt::kHashLimitBytes | xt::kHashLimitRateMatch)) != 0) {
    return not_known("hashlimit of bytes or by rate");
  }
  const auto cost = m.period * 1000;  // microseconds
  const auto now = in.world.clock.now;
  const LimitState full{
      .tokens = cost * m.burst, .most = cost * m.burst, .cost = cost, .last = now};
  auto& state = code.buckets->try_emplace(hash_key(m, in), full).first->second;
  const bool above = (m.mode & xt::kHashLimitAbove) != 0;
  return when(is_within(state, now) != above);
}

MatchResult match(const xt::StatisticMatch& m, const MatchInput& in, XtMatchCode& code) {
  if (m.mode == xt::StatisticMode::Random) {
    const bool open = m.probability != 0 && m.probability < 0x8000'0000U;
    if (open && in.world.can_choose()) {
      return when((in.world.choices->choose(2) == 0) != m.inverted);
    }
    const bool hit = (in.random.next32() & 0x7fffffffU) < m.probability;
    return {.matches = hit != m.inverted, .is_random = true};
  }
  code.count = code.count == m.every ? 0 : code.count + 1;
  return when((code.count == 0) != m.inverted);
}

namespace {

Bytes recent_key(const xt::RecentMatch& m, const skb::Skb& packet) {
  auto bytes = (m.by_destination ? packet.destination() : packet.source()).bytes();
  const auto mask = m.mask.bytes();
  for (std::size_t i = 0; i < bytes.size() && i < mask.size(); ++i) bytes[i] &= mask[i];
  return bytes;
}

bool was_seen(const xt::RecentMatch& m, const RecentList::Address& address, Time now) {
  const auto since = now - std::chrono::seconds(m.seconds);
  std::uint32_t hits = 0;
  for (const auto& time : address.seen) {
    if (m.seconds != 0 && since > time) continue;
    if (m.hits == 0 || ++hits >= m.hits) return true;
  }
  return false;
}

void see(RecentList& list, std::list<RecentList::Address>::iterator address, std::uint8_t ttl,
         Time now, std::uint32_t hits) {
  address->seen.push_back(now);
  address->ttl = ttl;
  const auto most = std::max<std::size_t>(hits, 32);
  while (address->seen.size() > most) address->seen.pop_front();
  list.addresses.splice(list.addresses.end(), list.addresses, address);
}

}  // namespace

MatchResult match(const xt::RecentMatch& m, const MatchInput& in, XtMatchCode& code) {
  if ((m.action & xt::kRecentReap) != 0) return not_known("recent --reap");
  auto& list = *code.recent;
  const auto now = in.world.clock.now;
  const bool local = in.at.hook == firewall::Hook::Output;
  const auto ttl = static_cast<std::uint8_t>(in.packet.ttl() + (local ? 1 : 0));
  const auto key = recent_key(m, in.packet);
  const bool by_ttl = (m.action & xt::kRecentTtl) != 0;
  const bool sets = (m.action & xt::kRecentSet) != 0;
  const auto found = std::ranges::find_if(list.addresses, [&](const auto& address) {
    return address.bytes == key && (!by_ttl || address.ttl == 0 || address.ttl == ttl);
  });
  if (found == list.addresses.end()) {
    if (!sets) return when(m.inverted);
    if (list.addresses.size() >= RecentList::kMost) list.addresses.pop_front();
    list.addresses.push_back({key, ttl, {now}});
    return when(!m.inverted);
  }
  bool hit = sets;
  if ((m.action & xt::kRecentRemove) != 0) {
    list.addresses.erase(found);
    return when(!m.inverted);
  }
  if (!sets) hit = was_seen(m, *found, now);
  const bool matches = hit != m.inverted;
  const bool updates = (m.action & xt::kRecentUpdate) != 0 && matches;
  if (sets || updates) see(list, found, ttl, now, m.hits);
  return when(matches);
}

}  // namespace topoproof::machine
