// SPDX-License-Identifier: GPL-2.0-or-later
// Which libnftnl attribute each member of an expression is, written down once: fields() takes a
// writer with a constant expression, or a reader with one to be filled. For expression_codec.cc.
#pragma once

#include <concepts>
#include <type_traits>

#include <libnftnl/expr.h>
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
  io.u32(NFTNL_EXPR_PAYLOAD_CSUM_TYPE, e.checksum);
  io.u32(NFTNL_EXPR_PAYLOAD_CSUM_OFFSET, e.checksum_offset);
  io.u32(NFTNL_EXPR_PAYLOAD_FLAGS, e.checksum_flags);
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
  io.text(NFTNL_EXPR_IMM_CHAIN, e.chain);
}
void fields(auto& io, Is<fw::Immediate> auto& e) {
  io.reg(NFTNL_EXPR_IMM_DREG, e.to);
  io.data(NFTNL_EXPR_IMM_DATA, e.value);
}
void fields(auto& io, Is<fw::Nat> auto& e) {
  io.u32(NFTNL_EXPR_NAT_TYPE, e.kind);
  io.family(NFTNL_EXPR_NAT_FAMILY, e.family);
  io.reg(NFTNL_EXPR_NAT_REG_ADDR_MIN, e.address);
  io.upper_reg(NFTNL_EXPR_NAT_REG_ADDR_MAX, e.address_high, e.address);
  io.reg(NFTNL_EXPR_NAT_REG_PROTO_MIN, e.port);
  io.upper_reg(NFTNL_EXPR_NAT_REG_PROTO_MAX, e.port_high, e.port);
  io.nat_flags(NFTNL_EXPR_NAT_FLAGS, e.flags, e.port);
}
void fields(auto& io, Is<fw::Masquerade> auto& e) {
  io.reg(NFTNL_EXPR_MASQ_REG_PROTO_MIN, e.port);
  io.upper_reg(NFTNL_EXPR_MASQ_REG_PROTO_MAX, e.port_high, e.port);
  io.nat_flags(NFTNL_EXPR_MASQ_FLAGS, e.flags, e.port);
}
void fields(auto& io, Is<fw::Redirect> auto& e) {
  io.reg(NFTNL_EXPR_REDIR_REG_PROTO_MIN, e.port);
  io.upper_reg(NFTNL_EXPR_REDIR_REG_PROTO_MAX, e.port_high, e.port);
  io.nat_flags(NFTNL_EXPR_REDIR_FLAGS, e.flags, e.port);
}
void fields(auto& io, Is<fw::Reject> auto& e) {
  io.u32(NFTNL_EXPR_REJECT_TYPE, e.kind);
  io.u8(NFTNL_EXPR_REJECT_CODE, e.code);
}
void fields(auto& io, Is<fw::Counter> auto& e) {
  io.u64(NFTNL_EXPR_CTR_PACKETS, e.packets);
  io.u64(NFTNL_EXPR_CTR_BYTES, e.bytes);
}
void fields(auto& io, Is<fw::Limit> auto& e) {
  io.u64(NFTNL_EXPR_LIMIT_RATE, e.rate);
  io.u64(NFTNL_EXPR_LIMIT_UNIT, e.per_seconds);
  io.u32(NFTNL_EXPR_LIMIT_BURST, e.burst);
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
  io.u16(NFTNL_EXPR_QUEUE_FLAGS, e.flags);
  io.reg(NFTNL_EXPR_QUEUE_SREG_QNUM, e.number);
}
void fields(auto& io, Is<fw::Fib> auto& e) {
  io.reg(NFTNL_EXPR_FIB_DREG, e.to);
  io.u32(NFTNL_EXPR_FIB_RESULT, e.result);
  io.u32(NFTNL_EXPR_FIB_FLAGS, e.flags);
}

}  // namespace topoproof::nft
