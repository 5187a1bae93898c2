// SPDX-License-Identifier: GPL-2.0-or-later
// Which struct each match is. For the sources of this module only.
#pragma once

#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_comment.h>
#include <linux/netfilter/xt_connmark.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_dscp.h>
#include <linux/netfilter/xt_hashlimit.h>
#include <linux/netfilter/xt_iprange.h>
#include <linux/netfilter/xt_length.h>
#include <linux/netfilter/xt_limit.h>
#include <linux/netfilter/xt_mac.h>
#include <linux/netfilter/xt_mark.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_owner.h>
#include <linux/netfilter/xt_physdev.h>
#include <linux/netfilter/xt_pkttype.h>
#include <linux/netfilter/xt_recent.h>
#include <linux/netfilter/xt_rpfilter.h>
#include <linux/netfilter/xt_set.h>
#include <linux/netfilter/xt_statistic.h>
#include <linux/netfilter/xt_string.h>
#include <linux/netfilter/xt_tcpmss.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <linux/netfilter/xt_u32.h>
#include <linux/netfilter_ipv4/ipt_ttl.h>

#include "xtables/layout.hh"
#include "xtables/match.hh"

namespace topoproof::xtables {

// struct ipt_icmp and ip6t_icmp, whose headers are not for C++.
inline constexpr std::size_t kIcmpSize = 4;

inline Format format_of(const TcpMatch&) { return {"tcp", 0, sizeof(xt_tcp)}; }
inline Format format_of(const UdpMatch&) { return {"udp", 0, sizeof(xt_udp)}; }
inline Format format_of(const MultiportMatch&) { return {"multiport", 1, sizeof(xt_multiport_v1)}; }
inline Format format_of(const IcmpMatch& m) {
  return {m.family == Family::Ipv4 ? "icmp" : "icmp6", 0, kIcmpSize, m.family};
}
inline Format format_of(const TcpMssMatch&) { return {"tcpmss", 0, sizeof(xt_tcpmss_match_info)}; }
inline Format format_of(const LengthMatch&) { return {"length", 0, sizeof(xt_length_info)}; }
inline Format format_of(const HopLimitMatch& m) {
  return {m.family == Family::Ipv4 ? "ttl" : "hl", 0, sizeof(ipt_ttl_info), m.family};
}
inline Format format_of(const DscpMatch&) { return {"dscp", 0, sizeof(xt_dscp_info)}; }
inline Format format_of(const TosMatch&) { return {"tos", 1, sizeof(xt_tos_match_info)}; }
inline Format format_of(const MacMatch&) { return {"mac", 0, sizeof(xt_mac_info)}; }
inline Format format_of(const PacketTypeMatch&) { return {"pkttype", 0, sizeof(xt_pkttype_info)}; }
inline Format format_of(const AddressTypeMatch&) {
  return {"addrtype", 1, sizeof(xt_addrtype_info_v1)};
}
inline Format format_of(const IpRangeMatch&) { return {"iprange", 1, sizeof(xt_iprange_mtinfo)}; }
inline Format format_of(const U32Match&) { return {"u32", 0, sizeof(xt_u32)}; }
inline Format format_of(const StringMatch&) { return {"string", 1, sizeof(xt_string_info)}; }
inline Format format_of(const PhysdevMatch&) { return {"physdev", 0, sizeof(xt_physdev_info)}; }
inline Format format_of(const CommentMatch&) { return {"comment", 0, sizeof(xt_comment_info)}; }
inline Format format_of(const RpfilterMatch&) { return {"rpfilter", 0, sizeof(xt_rpfilter_info)}; }
inline Format format_of(const ConntrackMatch&) {
  return {"conntrack", 3, sizeof(xt_conntrack_mtinfo3)};
}
inline Format format_of(const LimitMatch&) { return {"limit", 0, sizeof(xt_rateinfo)}; }
inline Format format_of(const HashLimitMatch& m) {
  return {"hashlimit", 3, sizeof(xt_hashlimit_mtinfo3), m.family};
}
inline Format format_of(const MarkMatch&) { return {"mark", 1, sizeof(xt_mark_mtinfo1)}; }
inline Format format_of(const ConnmarkMatch&) {
  return {"connmark", 1, sizeof(xt_connmark_mtinfo1)};
}
inline Format format_of(const OwnerMatch&) { return {"owner", 1, sizeof(xt_owner_match_info)}; }
inline Format format_of(const IpSetMatch&) { return {"set", 4, sizeof(xt_set_info_match_v4)}; }
inline Format format_of(const RecentMatch&) { return {"recent", 1, sizeof(xt_recent_mtinfo_v1)}; }
inline Format format_of(const StatisticMatch&) {
  return {"statistic", 0, sizeof(xt_statistic_info)};
}

}  // namespace topoproof::xtables
