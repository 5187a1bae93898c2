// SPDX-License-Identifier: GPL-2.0-or-later
// Which struct each target is, and its fields in their order. For the sources of this module only.
#pragma once

#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/xt_CHECKSUM.h>
#include <linux/netfilter/xt_CLASSIFY.h>
#include <linux/netfilter/xt_CONNMARK.h>
#include <linux/netfilter/xt_CT.h>
#include <linux/netfilter/xt_DSCP.h>
#include <linux/netfilter/xt_LOG.h>
#include <linux/netfilter/xt_MARK.h>
#include <linux/netfilter/xt_NFLOG.h>
#include <linux/netfilter/xt_NFQUEUE.h>
#include <linux/netfilter/xt_TCPMSS.h>
#include <linux/netfilter/xt_TPROXY.h>
#include <linux/netfilter_ipv4/ipt_REJECT.h>
#include <linux/netfilter_ipv4/ipt_TTL.h>
#include <linux/netfilter_ipv6/ip6t_REJECT.h>

#include "xtables/layout.hh"
#include "xtables/target.hh"

namespace topoproof::xtables {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

inline Format format_of(const RejectTarget& t) {
  return {"REJECT", 0, sizeof(ipt_reject_info), t.family};
}
inline Format format_of(const LogTarget&) { return {"LOG", 0, sizeof(xt_log_info)}; }
inline Format format_of(const NflogTarget&) { return {"NFLOG", 0, sizeof(xt_nflog_info)}; }
inline Format format_of(const MarkTarget&) { return {"MARK", 2, sizeof(xt_mark_tginfo2)}; }
inline Format format_of(const ConnmarkTarget&) {
  return {"CONNMARK", 2, sizeof(xt_connmark_tginfo2)};
}
inline Format format_of(const TcpMssTarget&) { return {"TCPMSS", 0, sizeof(xt_tcpmss_info)}; }
inline Format format_of(const CtTarget&) { return {"CT", 2, sizeof(xt_ct_target_info_v1)}; }
inline Format format_of(const TproxyTarget&) {
  return {"TPROXY", 1, sizeof(xt_tproxy_target_info_v1)};
}
inline Format format_of(const ClassifyTarget&) {
  return {"CLASSIFY", 0, sizeof(xt_classify_target_info)};
}
inline Format format_of(const DscpTarget&) { return {"DSCP", 0, sizeof(xt_DSCP_info)}; }
inline Format format_of(const TosTarget&) { return {"TOS", 1, sizeof(xt_tos_target_info)}; }
inline Format format_of(const ChecksumTarget&) { return {"CHECKSUM", 0, sizeof(xt_CHECKSUM_info)}; }
inline Format format_of(const HopLimitTarget& t) {
  return {t.family == Family::Ipv4 ? "TTL" : "HL", 0, sizeof(ipt_TTL_info), t.family};
}
inline Format format_of(const QueueTarget&) { return {"NFQUEUE", 3, sizeof(xt_NFQ_info_v3)}; }

// DNAT is of one form for both families; of the others IPv4 has an older one.
Format format_of(const NatTarget& t);

void layout(auto& io, Is<RejectTarget> auto& t) {
  io.template number<uint32_t>(t.with);
  io.require(t.with <= IP6T_ICMP6_REJECT_ROUTE);
}
void layout(auto& io, Is<LogTarget> auto& t) {
  io.template number<uint8_t>(t.level);
  io.template bits<uint8_t>(t.flags, XT_LOG_MASK);
  io.text(t.prefix, sizeof(xt_log_info::prefix));
}
void layout(auto& io, Is<NflogTarget> auto& t) {
  io.template number<uint32_t>(t.length);
  io.template number<uint16_t>(t.group);
  io.template number<uint16_t>(t.threshold);
  io.template bits<uint16_t>(t.flags, XT_NFLOG_MASK);
  io.skip(2);
  io.text(t.prefix, sizeof(xt_nflog_info::prefix));
}
void layout(auto& io, Is<MarkTarget> auto& t) {
  io.template number<uint32_t>(t.value);
  io.template number<uint32_t>(t.mask);
}
void layout(auto& io, Is<ConnmarkTarget> auto& t) {
  io.template number<uint32_t>(t.value);
  io.template number<uint32_t>(t.connection_mask);
  io.template number<uint32_t>(t.packet_mask);
  io.template number<uint8_t>(t.shifts_right);
  io.template number<uint8_t>(t.shift_bits);
  io.template choice<uint8_t>(t.mode, ConnmarkMode::Restore);
  io.require(t.shift_bits < 32);
}
void layout(auto& io, Is<TcpMssTarget> auto& t) { io.template number<uint16_t>(t.size); }
void layout(auto& io, Is<CtTarget> auto& t) {
  io.template bits<uint16_t>(t.flags, XT_CT_MASK);
  io.template number<uint16_t>(t.zone);
  io.template number<uint32_t>(t.events);
  io.template number<uint32_t>(t.expectation_events);
  io.text(t.helper, sizeof(xt_ct_target_info_v1::helper));
  io.text(t.timeout, sizeof(xt_ct_target_info_v1::timeout));
  io.skip(sizeof(void*), sizeof(void*));  // the kernel's own
}
void layout(auto& io, Is<TproxyTarget> auto& t) {
  io.template number<uint32_t>(t.mask);
  io.template number<uint32_t>(t.value);
  io.address(t.address);
  io.be16(t.port);
  io.skip(0, 4);
}
void layout(auto& io, Is<ClassifyTarget> auto& t) { io.template number<uint32_t>(t.priority); }
void layout(auto& io, Is<DscpTarget> auto& t) { io.template bits<uint8_t>(t.value, XT_DSCP_MAX); }
void layout(auto& io, Is<TosTarget> auto& t) {
  io.template number<uint8_t>(t.value);
  io.template number<uint8_t>(t.mask);
}
void layout(auto& io, Is<ChecksumTarget> auto& t) {
  io.template bits<uint8_t>(t.operation, XT_CHECKSUM_OP_FILL);
}
void layout(auto& io, Is<HopLimitTarget> auto& t) {
  io.template choice<uint8_t>(t.change, HopChange::Decrease);
  io.template number<uint8_t>(t.value);
}
void layout(auto& io, Is<QueueTarget> auto& t) {
  io.template number<uint16_t>(t.first);
  io.template number<uint16_t>(t.total);
  io.template bits<uint16_t>(t.flags, NFQ_FLAG_MASK);
}

void nat_of_ipv4(auto& io, Is<NatTarget> auto& t) {
  uint32_t ranges = 1;
  io.template number<uint32_t>(ranges);
  io.require(ranges == 1);
  io.template bits<uint32_t>(t.flags, NF_NAT_RANGE_MASK);
  io.ipv4(t.first_address);
  io.ipv4(t.last_address);
  io.be16(t.first_port);
  io.be16(t.last_port);
}
void layout(auto& io, Is<NatTarget> auto& t) {
  const bool is_dnat = t.kind == NatTargetKind::Dnat;
  if (!is_dnat && t.family == Family::Ipv4) return nat_of_ipv4(io, t);
  io.template bits<uint32_t>(t.flags, NF_NAT_RANGE_MASK);
  io.address(t.first_address);
  io.address(t.last_address);
  io.be16(t.first_port);
  io.be16(t.last_port);
  if (is_dnat) io.be16(t.base_port);
}

}  // namespace topoproof::xtables
