// SPDX-License-Identifier: GPL-2.0-or-later
// Which libnftnl attribute each member of an expression is, written down once: fields() takes a
// writer with a constant expression, or a reader with one to be filled. For expression_codec.cc.
#pragma once

#include <concepts>
#include <type_traits>

#include <libnftnl/expr.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "firewall/expression.hh"

namespace topoproof::nft {

namespace fw = firewall;

template <class T, class Expected>
concept Is = std::same_as<std::remove_const_t<T>, Expected>;

void fields(auto& io, Is<fw::PayloadLoad> auto& e) {
  io.reg(NFTNL_EXPR_PAYLOAD_DREG, e.to);
  io.u32(NFTNL_EXPR_PAYLOAD_BASE, e.base);
  io.u32(NFTNL_EXPR_PAYLOAD_OFFSET, e.offset);
  io.u32(NFTNL_EXPR_PAYLOAD_LEN, e.length);
}
void fields(auto& io, Is<fw::PayloadStore> auto& e) {
  io.reg(NFTNL_EXPR_PAYLOAD_SREG, e.from);
  io.u32(NFTNL_EXPR_PAYLOAD_BASE, e.base);
  io.u32(NFTNL_EXPR_PAYLOAD_OFFSET, e.offset);
  io.u32(NFTNL_EXPR_PAYLOAD_LEN, e.length);
  io.unless_zero(NFTNL_EXPR_PAYLOAD_CSUM_TYPE, e.checksum);
  io.unless_zero(NFTNL_EXPR_PAYLOAD_CSUM_OFFSET, e.checksum_offset);
  io.unless_zero(NFTNL_EXPR_PAYLOAD_FLAGS, e.checksum_flags);
}
void fields(auto& io, Is<fw::MetaLoad> auto& e) {
  io.u32(NFTNL_EXPR_META_KEY, e.key);
  io.reg(NFTNL_EXPR_META_DREG, e.to);
}
void fields(auto& io, Is<fw::MetaStore> auto& e) {
  io.u32(NFTNL_EXPR_META_KEY, e.key);
  io.reg(NFTNL_EXPR_META_SREG, e.from);
}
void fields(auto& io, Is<fw::CtLoad> auto& e) {
  io.u32(NFTNL_EXPR_CT_KEY, e.key);
  io.reg(NFTNL_EXPR_CT_DREG, e.to);
  io.u8(NFTNL_EXPR_CT_DIR, e.direction);
}
void fields(auto& io, Is<fw::CtStore> auto& e) {
  io.u32(NFTNL_EXPR_CT_KEY, e.key);
  io.reg(NFTNL_EXPR_CT_SREG, e.from);
  io.u8(NFTNL_EXPR_CT_DIR, e.direction);
}
void fields(auto& io, Is<fw::Compare> auto& e) {
  io.reg(NFTNL_EXPR_CMP_SREG, e.from);
  io.u32(NFTNL_EXPR_CMP_OP, e.op);
  io.data(NFTNL_EXPR_CMP_DATA, e.value);
}
void fields(auto& io, Is<fw::Bitwise> auto& e) {
  io.reg(NFTNL_EXPR_BITWISE_SREG, e.from);
  io.reg(NFTNL_EXPR_BITWISE_DREG, e.to);
  io.fixed(NFTNL_EXPR_BITWISE_OP, NFT_BITWISE_BOOL);
  io.size_of(NFTNL_EXPR_BITWISE_LEN, e.mask);
  io.data(NFTNL_EXPR_BITWISE_MASK, e.mask);
  io.data(NFTNL_EXPR_BITWISE_XOR, e.flip);
}
void fields(auto& io, Is<fw::Shift> auto& e) {
  io.reg(NFTNL_EXPR_BITWISE_SREG, e.from);
  io.reg(NFTNL_EXPR_BITWISE_DREG, e.to);
  io.u32(NFTNL_EXPR_BITWISE_LEN, e.length);
  io.u32(NFTNL_EXPR_BITWISE_OP, e.direction);
  io.number_data(NFTNL_EXPR_BITWISE_DATA, e.bits);
}
void fields(auto& io, Is<fw::ByteOrder> auto& e) {
  io.reg(NFTNL_EXPR_BYTEORDER_SREG, e.from);
  io.reg(NFTNL_EXPR_BYTEORDER_DREG, e.to);
  io.u32(NFTNL_EXPR_BYTEORDER_OP, e.op);
  io.u32(NFTNL_EXPR_BYTEORDER_LEN, e.length);
  io.u32(NFTNL_EXPR_BYTEORDER_SIZE, e.size);
}
void fields(auto& io, Is<fw::Range> auto& e) {
  io.reg(NFTNL_EXPR_RANGE_SREG, e.from);
  io.flag(NFTNL_EXPR_RANGE_OP, e.inverted);
  io.data(NFTNL_EXPR_RANGE_FROM_DATA, e.low);
  io.data(NFTNL_EXPR_RANGE_TO_DATA, e.high);
}
void fields(auto& io, Is<fw::Lookup> auto& e) {
  io.reg(NFTNL_EXPR_LOOKUP_SREG, e.from);
  io.reg(NFTNL_EXPR_LOOKUP_DREG, e.to);
  io.set(NFTNL_EXPR_LOOKUP_SET, NFTNL_EXPR_LOOKUP_SET_ID, e.set);
  if (io.wants(NFTNL_EXPR_LOOKUP_FLAGS, e.inverted)) io.flag(NFTNL_EXPR_LOOKUP_FLAGS, e.inverted);
}
void fields(auto& io, Is<fw::Verdict> auto& e) {
  io.fixed(NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
  io.u32(NFTNL_EXPR_IMM_VERDICT, e.kind);
  io.chain(NFTNL_EXPR_IMM_CHAIN, NFTNL_EXPR_IMM_CHAIN_ID, e.chain);
}
void fields(auto& io, Is<fw::Immediate> auto& e) {
  io.reg(NFTNL_EXPR_IMM_DREG, e.to);
  io.data(NFTNL_EXPR_IMM_DATA, e.value);
}
void fields(auto& io, Is<fw::Nat> auto& e) {
  io.u32(NFTNL_EXPR_NAT_TYPE, e.kind);
  io.family(NFTNL_EXPR_NAT_FAMILY, e.family, NFPROTO_INET);
  io.reg(NFTNL_EXPR_NAT_REG_ADDR_MIN, e.address);
  io.reg(NFTNL_EXPR_NAT_REG_ADDR_MAX, e.address_high);
  io.reg(NFTNL_EXPR_NAT_REG_PROTO_MIN, e.port);
  io.reg(NFTNL_EXPR_NAT_REG_PROTO_MAX, e.port_high);
  io.nat_flags(NFTNL_EXPR_NAT_FLAGS, e.flags, says_port(e));
}
void fields(auto& io, Is<fw::Masquerade> auto& e) {
  io.reg(NFTNL_EXPR_MASQ_REG_PROTO_MIN, e.port);
  io.reg(NFTNL_EXPR_MASQ_REG_PROTO_MAX, e.port_high);
  io.nat_flags(NFTNL_EXPR_MASQ_FLAGS, e.flags, e.port.has_value());
}
void fields(auto& io, Is<fw::Redirect> auto& e) {
  io.reg(NFTNL_EXPR_REDIR_REG_PROTO_MIN, e.port);
  io.reg(NFTNL_EXPR_REDIR_REG_PROTO_MAX, e.port_high);
  io.nat_flags(NFTNL_EXPR_REDIR_FLAGS, e.flags, e.port.has_value());
}
void fields(auto& io, Is<fw::Reject> auto& e) {
  io.u32(NFTNL_EXPR_REJECT_TYPE, e.kind);
  io.u8(NFTNL_EXPR_REJECT_CODE, e.code);
}
void fields(auto& io, Is<fw::Counter> auto& e) {
  io.unless_zero_u64(NFTNL_EXPR_CTR_PACKETS, e.packets);
  io.unless_zero_u64(NFTNL_EXPR_CTR_BYTES, e.bytes);
}
void fields(auto& io, Is<fw::Limit> auto& e) {
  io.u64(NFTNL_EXPR_LIMIT_RATE, e.rate);
  io.u64(NFTNL_EXPR_LIMIT_UNIT, e.per_seconds);
  io.unless_zero(NFTNL_EXPR_LIMIT_BURST, e.burst);
  io.u32(NFTNL_EXPR_LIMIT_TYPE, e.unit);
  io.flag(NFTNL_EXPR_LIMIT_FLAGS, e.over);
}
void fields(auto& io, Is<fw::Quota> auto& e) {
  io.u64(NFTNL_EXPR_QUOTA_BYTES, e.bytes);
  io.u64(NFTNL_EXPR_QUOTA_CONSUMED, e.consumed);
  io.flag(NFTNL_EXPR_QUOTA_FLAGS, e.over);
}
void fields(auto& io, Is<fw::Log> auto& e) {
  io.text(NFTNL_EXPR_LOG_PREFIX, e.prefix);
  io.u16(NFTNL_EXPR_LOG_GROUP, e.group);
  io.u32(NFTNL_EXPR_LOG_SNAPLEN, e.snaplen);
  io.u16(NFTNL_EXPR_LOG_QTHRESHOLD, e.queue_threshold);
  io.u32(NFTNL_EXPR_LOG_LEVEL, e.level);
  io.u32(NFTNL_EXPR_LOG_FLAGS, e.flags);
}
void fields(auto& /*io*/, Is<fw::Notrack> auto& /*e*/) {}
void fields(auto& io, Is<fw::Queue> auto& e) {
  // The kernel takes the numbers or a register, not both.
  if (!e.number) io.u16(NFTNL_EXPR_QUEUE_NUM, e.first);
  if (!e.number) io.u16(NFTNL_EXPR_QUEUE_TOTAL, e.total);
  io.unless_zero_u16(NFTNL_EXPR_QUEUE_FLAGS, e.flags);
  io.reg(NFTNL_EXPR_QUEUE_SREG_QNUM, e.number);
}
void fields(auto& io, Is<fw::Tproxy> auto& e) {
  io.family(NFTNL_EXPR_TPROXY_FAMILY, e.family, NFPROTO_UNSPEC);
  io.reg(NFTNL_EXPR_TPROXY_REG_ADDR, e.address);
  io.reg(NFTNL_EXPR_TPROXY_REG_PORT, e.port);
}
void fields(auto& io, Is<fw::Synproxy> auto& e) {
  io.u16(NFTNL_EXPR_SYNPROXY_MSS, e.mss);
  io.u8(NFTNL_EXPR_SYNPROXY_WSCALE, e.wscale);
  io.u32(NFTNL_EXPR_SYNPROXY_FLAGS, e.flags);
}
void fields(auto& io, Is<fw::Duplicate> auto& e) {
  io.reg(NFTNL_EXPR_DUP_SREG_ADDR, e.address);
  io.reg(NFTNL_EXPR_DUP_SREG_DEV, e.device);
}
void fields(auto& io, Is<fw::Forward> auto& e) {
  io.reg(NFTNL_EXPR_FWD_SREG_DEV, e.device);
  io.reg(NFTNL_EXPR_FWD_SREG_ADDR, e.address);
  io.given_family(NFTNL_EXPR_FWD_NFPROTO, e.family);
}
void fields(auto& io, Is<fw::Connlimit> auto& e) {
  io.u32(NFTNL_EXPR_CONNLIMIT_COUNT, e.count);
  io.flag(NFTNL_EXPR_CONNLIMIT_FLAGS, e.over);
}
void fields(auto& io, Is<fw::Last> auto& e) {
  io.flag(NFTNL_EXPR_LAST_SET, e.seen);
  io.u64(NFTNL_EXPR_LAST_MSECS, e.ago_ms);
}
void fields(auto& io, Is<fw::DynamicSet> auto& e) {
  io.reg(NFTNL_EXPR_DYNSET_SREG_KEY, e.key);
  io.reg(NFTNL_EXPR_DYNSET_SREG_DATA, e.data);
  io.u32(NFTNL_EXPR_DYNSET_OP, e.change);
  io.unless_zero_u64(NFTNL_EXPR_DYNSET_TIMEOUT, e.timeout_ms);
  io.set(NFTNL_EXPR_DYNSET_SET_NAME, NFTNL_EXPR_DYNSET_SET_ID, e.set);
  io.statements(e.statements);
  if (io.wants(NFTNL_EXPR_DYNSET_FLAGS, e.inverted || e.statements.size() > 1)) {
    io.dynamic_flags(NFTNL_EXPR_DYNSET_FLAGS, e.inverted, e.statements.size() > 1);
  }
}
void fields(auto& io, Is<fw::ObjectReference> auto& e) {
  io.u32(NFTNL_EXPR_OBJREF_IMM_TYPE, e.kind);
  io.text(NFTNL_EXPR_OBJREF_IMM_NAME, e.name);
}
void fields(auto& io, Is<fw::ObjectLookup> auto& e) {
  io.reg(NFTNL_EXPR_OBJREF_SET_SREG, e.from);
  io.set(NFTNL_EXPR_OBJREF_SET_NAME, NFTNL_EXPR_OBJREF_SET_ID, e.set);
}
void fields(auto& io, Is<fw::FlowOffload> auto& e) {
  io.text(NFTNL_EXPR_FLOW_TABLE_NAME, e.flowtable);
}
void fields(auto& io, Is<fw::XtMatch> auto& e) {
  io.text(NFTNL_EXPR_MT_NAME, e.name);
  io.u32(NFTNL_EXPR_MT_REV, e.revision);
  io.info(NFTNL_EXPR_MT_INFO, e.info);
}
void fields(auto& io, Is<fw::XtTarget> auto& e) {
  io.text(NFTNL_EXPR_TG_NAME, e.name);
  io.u32(NFTNL_EXPR_TG_REV, e.revision);
  io.info(NFTNL_EXPR_TG_INFO, e.info);
}
void fields(auto& io, Is<fw::ExtensionLoad> auto& e) {
  io.reg(NFTNL_EXPR_EXTHDR_DREG, e.to);
  io.u8(NFTNL_EXPR_EXTHDR_TYPE, e.type);
  io.u32(NFTNL_EXPR_EXTHDR_OFFSET, e.offset);
  io.u32(NFTNL_EXPR_EXTHDR_LEN, e.length);
  io.u32(NFTNL_EXPR_EXTHDR_OP, e.kind);
  io.flag(NFTNL_EXPR_EXTHDR_FLAGS, e.presence);
}
void fields(auto& io, Is<fw::ExtensionStore> auto& e) {
  io.reg(NFTNL_EXPR_EXTHDR_SREG, e.from);
  io.u8(NFTNL_EXPR_EXTHDR_TYPE, e.type);
  io.u32(NFTNL_EXPR_EXTHDR_OFFSET, e.offset);
  io.u32(NFTNL_EXPR_EXTHDR_LEN, e.length);
  io.u32(NFTNL_EXPR_EXTHDR_OP, e.kind);
}
void fields(auto& io, Is<fw::ExtensionReset> auto& e) {
  io.u8(NFTNL_EXPR_EXTHDR_TYPE, e.type);
  io.u32(NFTNL_EXPR_EXTHDR_OP, e.kind);
}
void fields(auto& io, Is<fw::NumberGenerator> auto& e) {
  io.reg(NFTNL_EXPR_NG_DREG, e.to);
  io.u32(NFTNL_EXPR_NG_TYPE, e.kind);
  io.u32(NFTNL_EXPR_NG_MODULUS, e.modulus);
  io.u32(NFTNL_EXPR_NG_OFFSET, e.offset);
}
void fields(auto& io, Is<fw::Hash> auto& e) {
  io.u32(NFTNL_EXPR_HASH_TYPE, e.kind);
  io.reg(NFTNL_EXPR_HASH_DREG, e.to);
  io.reg(NFTNL_EXPR_HASH_SREG, e.from);
  if (io.wants(NFTNL_EXPR_HASH_LEN, e.from.has_value())) io.u32(NFTNL_EXPR_HASH_LEN, e.length);
  io.u32(NFTNL_EXPR_HASH_MODULUS, e.modulus);
  io.u32(NFTNL_EXPR_HASH_SEED, e.seed);
  io.u32(NFTNL_EXPR_HASH_OFFSET, e.offset);
}
void fields(auto& io, Is<fw::RouteLoad> auto& e) {
  io.u32(NFTNL_EXPR_RT_KEY, e.key);
  io.reg(NFTNL_EXPR_RT_DREG, e.to);
}
void fields(auto& io, Is<fw::SocketLoad> auto& e) {
  io.u32(NFTNL_EXPR_SOCKET_KEY, e.key);
  io.reg(NFTNL_EXPR_SOCKET_DREG, e.to);
  if (io.wants(NFTNL_EXPR_SOCKET_LEVEL, e.key >= fw::SocketKey::Wildcard)) {
    io.u32(NFTNL_EXPR_SOCKET_LEVEL, e.level);
  }
}
void fields(auto& io, Is<fw::OsfLoad> auto& e) {
  io.reg(NFTNL_EXPR_OSF_DREG, e.to);
  io.u8(NFTNL_EXPR_OSF_TTL, e.ttl);
  io.flag(NFTNL_EXPR_OSF_FLAGS, e.with_version);
}
void fields(auto& io, Is<fw::TunnelLoad> auto& e) {
  io.u32(NFTNL_EXPR_TUNNEL_KEY, e.key);
  io.reg(NFTNL_EXPR_TUNNEL_DREG, e.to);
}
void fields(auto& io, Is<fw::XfrmLoad> auto& e) {
  io.reg(NFTNL_EXPR_XFRM_DREG, e.to);
  io.u32(NFTNL_EXPR_XFRM_KEY, e.key);
  io.u8(NFTNL_EXPR_XFRM_DIR, e.direction);
  io.u32(NFTNL_EXPR_XFRM_SPNUM, e.number);
}
void fields(auto& io, Is<fw::Fib> auto& e) {
  io.reg(NFTNL_EXPR_FIB_DREG, e.to);
  io.u32(NFTNL_EXPR_FIB_RESULT, e.result);
  io.u32(NFTNL_EXPR_FIB_FLAGS, e.flags);
}

}  // namespace topoproof::nft
