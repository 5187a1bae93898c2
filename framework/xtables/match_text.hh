// SPDX-License-Identifier: GPL-2.0-or-later
// Each match in iptables' words. For the sources of this module only: others use to_string.
#pragma once

#include "xtables/match.hh"

namespace topoproof::xtables {

std::string match_text(const Extension& m);
std::string match_text(const TcpMatch& m);
std::string match_text(const UdpMatch& m);
std::string match_text(const MultiportMatch& m);
std::string match_text(const IcmpMatch& m);
std::string match_text(const TcpMssMatch& m);
std::string match_text(const LengthMatch& m);
std::string match_text(const HopLimitMatch& m);
std::string match_text(const DscpMatch& m);
std::string match_text(const TosMatch& m);
std::string match_text(const MacMatch& m);
std::string match_text(const PacketTypeMatch& m);
std::string match_text(const AddressTypeMatch& m);
std::string match_text(const IpRangeMatch& m);
std::string match_text(const U32Match& m);
std::string match_text(const StringMatch& m);
std::string match_text(const PhysdevMatch& m);
std::string match_text(const CommentMatch& m);
std::string match_text(const RpfilterMatch& m);
std::string match_text(const ConntrackMatch& m);
std::string match_text(const LimitMatch& m);
std::string match_text(const HashLimitMatch& m);
std::string match_text(const MarkMatch& m);
std::string match_text(const ConnmarkMatch& m);
std::string match_text(const OwnerMatch& m);
std::string match_text(const IpSetMatch& m);
std::string match_text(const RecentMatch& m);
std::string match_text(const StatisticMatch& m);

}  // namespace topoproof::xtables
