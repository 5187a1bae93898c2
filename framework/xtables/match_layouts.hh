// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of each match's struct in their order. For the sources of this module only.
#pragma once

#include "xtables/match_formats.hh"

namespace topoproof::xtables {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

void layout(auto& io, Is<PortRange> auto& p) {
  io.template number<uint16_t>(p.first);
  io.template number<uint16_t>(p.last);
}
void layout(auto& io, Is<TcpMatch> auto& m) {
  layout(io, m.source);
  layout(io, m.destination);
  io.template number<uint8_t>(m.option);
  io.template number<uint8_t>(m.flag_mask);
  io.template number<uint8_t>(m.flags);
  io.template bits<uint8_t>(m.inverted, XT_TCP_INV_MASK);
}
void layout(auto& io, Is<UdpMatch> auto& m) {
  layout(io, m.source);
  layout(io, m.destination);
  io.template bits<uint8_t>(m.inverted, XT_UDP_INV_MASK);
  io.skip(0, 2);
}
void layout(auto& io, Is<IcmpMatch> auto& m) {
  io.template number<uint8_t>(m.type);
  io.template number<uint8_t>(m.first_code);
  io.template number<uint8_t>(m.last_code);
  io.template number<uint8_t>(m.inverted);
}
template <class M>
concept IsBetween = Is<M, TcpMssMatch> || Is<M, LengthMatch>;
void layout(auto& io, IsBetween auto& m) {
  io.template number<uint16_t>(m.first);
  io.template number<uint16_t>(m.last);
  io.template number<uint8_t>(m.inverted);
}
void layout(auto& io, Is<HopLimitMatch> auto& m) {
  io.template choice<uint8_t>(m.test, HopTest::Greater);
  io.template number<uint8_t>(m.value);
}
void layout(auto& io, Is<DscpMatch> auto& m) {
  io.template bits<uint8_t>(m.value, XT_DSCP_MAX);
  io.template number<uint8_t>(m.inverted);
}
void layout(auto& io, Is<TosMatch> auto& m) {
  io.template number<uint8_t>(m.mask);
  io.template number<uint8_t>(m.value);
  io.template number<uint8_t>(m.inverted);
}
void layout(auto& io, Is<MacMatch> auto& m) {
  io.mac(m.source);
  io.template number<std::int32_t>(m.inverted);
}
void layout(auto& io, Is<PacketTypeMatch> auto& m) {
  io.template choice<std::int32_t>(m.type, PacketType::OtherHost);
  io.template number<std::int32_t>(m.inverted);
}
void layout(auto& io, Is<AddressTypeMatch> auto& m) {
  io.template number<uint16_t>(m.source);
  io.template number<uint16_t>(m.destination);
  io.template bits<uint32_t>(m.flags, 15);
}
void layout(auto& io, Is<IpRangeMatch> auto& m) {
  io.address(m.source.first);
  io.address(m.source.last);
  io.address(m.destination.first);
  io.address(m.destination.last);
  io.template bits<uint8_t>(m.flags,
                            kOfSource | kOfDestination | kInvertSource | kInvertDestination);
}
void layout(auto& io, Is<CommentMatch> auto& m) { io.text(m.text, XT_MAX_COMMENT_LEN); }
void layout(auto& io, Is<RpfilterMatch> auto& m) { io.template bits<uint8_t>(m.flags, 15); }

void layout(auto& io, Is<MaskedAddress> auto& a) {
  io.address(a.address);
  io.address(a.mask);
}
void layout(auto& io, Is<ConntrackMatch> auto& m) {
  layout(io, m.original_source);
  layout(io, m.original_destination);
  layout(io, m.reply_source);
  layout(io, m.reply_destination);
  io.template number<uint32_t>(m.expiry_first);
  io.template number<uint32_t>(m.expiry_last);
  io.template number<uint16_t>(m.protocol);
  io.template number<uint16_t>(m.original_source_ports.first);
  io.template number<uint16_t>(m.original_destination_ports.first);
  io.template number<uint16_t>(m.reply_source_ports.first);
  io.template number<uint16_t>(m.reply_destination_ports.first);
  io.template bits<uint16_t>(m.asked, 0x3fff);
  io.template bits<uint16_t>(m.inverted, 0x3fff);
  io.template bits<uint16_t>(m.states, 0x1cf);
  io.template number<uint16_t>(m.status);
  io.template number<uint16_t>(m.original_source_ports.last);
  io.template number<uint16_t>(m.original_destination_ports.last);
  io.template number<uint16_t>(m.reply_source_ports.last);
  io.template number<uint16_t>(m.reply_destination_ports.last);
  io.skip(0, 4);
}
void layout(auto& io, Is<LimitMatch> auto& m) {
  io.template number<uint32_t>(m.period);
  io.template number<uint32_t>(m.burst);
  io.skip(sizeof(xt_rateinfo) - 8);  // the kernel's own
}
void layout(auto& io, Is<HashLimitMatch> auto& m) {
  io.text(m.name, NAME_MAX);
  io.template number<uint64_t>(m.period);
  io.template number<uint64_t>(m.burst);
  io.template bits<uint32_t>(m.mode, 127);
  io.template number<uint32_t>(m.buckets);
  io.template number<uint32_t>(m.entries);
  io.template number<uint32_t>(m.collect_ms);
  io.template number<uint32_t>(m.expire_ms);
  io.template number<uint32_t>(m.interval);
  io.template number<uint8_t>(m.source_length);
  io.template number<uint8_t>(m.destination_length);
  io.skip(sizeof(void*), sizeof(void*));  // the kernel's own
}
template <class M>
concept IsMark = Is<M, MarkMatch> || Is<M, ConnmarkMatch>;
void layout(auto& io, IsMark auto& m) {
  io.template number<uint32_t>(m.mark);
  io.template number<uint32_t>(m.mask);
  io.template number<uint8_t>(m.inverted);
  io.skip(0, 4);
}
void layout(auto& io, Is<OwnerMatch> auto& m) {
  io.template number<uint32_t>(m.first_user);
  io.template number<uint32_t>(m.last_user);
  io.template number<uint32_t>(m.first_group);
  io.template number<uint32_t>(m.last_group);
  io.template bits<uint8_t>(m.asked, XT_OWNER_MASK);
  io.template bits<uint8_t>(m.inverted, XT_OWNER_MASK);
  io.skip(0, 4);
}
void layout(auto& io, Is<IpSetMatch> auto& m) {
  io.template number<uint16_t>(m.set);
  io.template number<uint8_t>(m.dimensions);
  io.template number<uint8_t>(m.directions);
  io.template number<uint64_t>(m.packets);
  io.template number<uint8_t>(m.packets_test);
  io.template number<uint64_t>(m.bytes);
  io.template number<uint8_t>(m.bytes_test);
  io.skip(0, 8);
  io.template number<uint32_t>(m.flags);
}
void layout(auto& io, Is<RecentMatch> auto& m) {
  io.template number<uint32_t>(m.seconds);
  io.template number<uint32_t>(m.hits);
  io.template bits<uint8_t>(m.action, XT_RECENT_VALID_FLAGS);
  io.template number<uint8_t>(m.inverted);
  io.text(m.list, XT_RECENT_NAME_LEN);
  io.template number<uint8_t>(m.by_destination);
  io.address(m.mask);
}
void layout(auto& io, Is<StatisticMatch> auto& m) {
  io.template choice<uint16_t>(m.mode, StatisticMode::Nth);
  io.template number<uint16_t>(m.inverted);
  io.template number<uint32_t>(m.mode == StatisticMode::Random ? m.probability : m.every);
  io.template number<uint32_t>(m.packet);
  io.template number<uint32_t>(m.count);
  io.skip(sizeof(void*), sizeof(void*));  // the kernel's own
}

// Those with a count of their fields differ by direction: match_codec.cc.
void layout(LayoutReader& io, MultiportMatch& m);
void layout(LayoutWriter& io, const MultiportMatch& m);
void layout(LayoutReader& io, U32Match& m);
void layout(LayoutWriter& io, const U32Match& m);
void layout(LayoutReader& io, StringMatch& m);
void layout(LayoutWriter& io, const StringMatch& m);
void layout(LayoutReader& io, PhysdevMatch& m);
void layout(LayoutWriter& io, const PhysdevMatch& m);

}  // namespace topoproof::xtables
