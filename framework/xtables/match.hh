// SPDX-License-Identifier: GPL-2.0-or-later
// Any match of iptables: from the bytes that the kernel has to a type, back, and in iptables'
// words.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "xtables/packet_matches.hh"
#include "xtables/state_matches.hh"

namespace topoproof::xtables {

using Match =
    std::variant<Extension, TcpMatch, UdpMatch, MultiportMatch, IcmpMatch, TcpMssMatch, LengthMatch,
                 HopLimitMatch, DscpMatch, TosMatch, MacMatch, PacketTypeMatch, AddressTypeMatch,
                 IpRangeMatch, U32Match, StringMatch, PhysdevMatch, CommentMatch, RpfilterMatch,
                 ConntrackMatch, LimitMatch, HashLimitMatch, MarkMatch, ConnmarkMatch, OwnerMatch,
                 IpSetMatch, RecentMatch, StatisticMatch>;

// `family` is that of the packets, which decides what addresses and some names are. What has no
// type here, another revision, another size than the kernel's struct, or a value that has no
// meaning, stays an Extension.
Match decode_match(std::string_view name, std::uint32_t revision, BytesView bytes, Family family);

// With the padding that the kernel wants. decode_match gives the same value again.
Extension encode(const Match& match);

// As iptables-save says it: "-m conntrack --ctstate NEW"; of what has no type "-m policy" and that
// it is unknown.
std::string to_string(const Match& match);

}  // namespace topoproof::xtables
