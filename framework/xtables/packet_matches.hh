// SPDX-License-Identifier: GPL-2.0-or-later
// The matches of iptables that look at one packet only. Default values match as much as can be.
#pragma once

#include <vector>

#include "base/ip_address.hh"
#include "base/mac_address.hh"
#include "xtables/extension.hh"

namespace topoproof::xtables {

// Bits of `inverted` (XT_TCP_INV_*, XT_UDP_INV_*).
inline constexpr std::uint8_t kInvertSourcePort = 1;
inline constexpr std::uint8_t kInvertDestinationPort = 2;
inline constexpr std::uint8_t kInvertTcpFlags = 4;
inline constexpr std::uint8_t kInvertTcpOption = 8;

struct TcpMatch {
  PortRange source;
  PortRange destination;
  std::uint8_t option = 0;  // kind of a TCP option that is present; 0: not asked
  std::uint8_t flag_mask = 0;
  std::uint8_t flags = 0;  // the flags under the mask are these
  std::uint8_t inverted = 0;
  friend auto operator<=>(const TcpMatch&, const TcpMatch&) = default;
};
struct UdpMatch {
  PortRange source;
  PortRange destination;
  std::uint8_t inverted = 0;
  friend auto operator<=>(const UdpMatch&, const UdpMatch&) = default;
};

enum class MultiportSide : std::uint8_t { Source, Destination, Either };

struct MultiportMatch {
  MultiportSide side = MultiportSide::Either;
  std::vector<PortRange> ports;  // any of these; at most 15 numbers in all
  bool inverted = false;
  friend auto operator<=>(const MultiportMatch&, const MultiportMatch&) = default;
};

// In IPv4 the type 255 is any; in IPv6 it is one like others (icmp_match, icmp6_match).
struct IcmpMatch {
  Family family = Family::Ipv4;
  std::uint8_t type = 255;
  std::uint8_t first_code = 0;
  std::uint8_t last_code = 255;
  bool inverted = false;
  bool is_any() const { return family == Family::Ipv4 && type == 255; }
  friend auto operator<=>(const IcmpMatch&, const IcmpMatch&) = default;
};

// The option of a SYN; a segment without one does not match, inverted or not (xt_tcpmss.c).
struct TcpMssMatch {
  std::uint16_t first = 0;
  std::uint16_t last = 0xffff;
  bool inverted = false;
  friend auto operator<=>(const TcpMssMatch&, const TcpMssMatch&) = default;
};

// Of the whole packet: IPv4's total length, IPv6's payload length plus 40.
struct LengthMatch {
  std::uint16_t first = 0;
  std::uint16_t last = 0xffff;
  bool inverted = false;
  friend auto operator<=>(const LengthMatch&, const LengthMatch&) = default;
};

enum class HopTest : std::uint8_t { Equal, NotEqual, Less, Greater };

struct HopLimitMatch {  // ttl of IPv4, hl of IPv6
  Family family = Family::Ipv4;
  HopTest test = HopTest::Equal;
  std::uint8_t value = 0;
  friend auto operator<=>(const HopLimitMatch&, const HopLimitMatch&) = default;
};

struct DscpMatch {
  std::uint8_t value = 0;
  bool inverted = false;
  friend auto operator<=>(const DscpMatch&, const DscpMatch&) = default;
};
struct TosMatch {  // the whole byte of type of service, or traffic class
  std::uint8_t mask = 0xff;
  std::uint8_t value = 0;
  bool inverted = false;
  friend auto operator<=>(const TosMatch&, const TosMatch&) = default;
};

struct MacMatch {
  MacAddress source;
  bool inverted = false;
  friend auto operator<=>(const MacMatch&, const MacMatch&) = default;
};

enum class PacketType : std::int32_t { Unicast, Broadcast, Multicast, OtherHost };

struct PacketTypeMatch {
  PacketType type = PacketType::Unicast;
  bool inverted = false;
  friend auto operator<=>(const PacketTypeMatch&, const PacketTypeMatch&) = default;
};

// Bits of AddressTypeMatch::flags (XT_ADDRTYPE_*).
inline constexpr std::uint32_t kInvertSourceType = 1;
inline constexpr std::uint32_t kInvertDestinationType = 2;
inline constexpr std::uint32_t kOfInputInterface = 4;  // local to the interface it came in by
inline constexpr std::uint32_t kOfOutputInterface = 8;

// Types are bits, 1 << RTN_*: 2 unicast, 4 local, 8 broadcast, 32 multicast, ... 0: not asked.
struct AddressTypeMatch {
  std::uint16_t source = 0;
  std::uint16_t destination = 0;
  std::uint32_t flags = 0;
  friend auto operator<=>(const AddressTypeMatch&, const AddressTypeMatch&) = default;
};

struct AddressRange {
  IpAddress first;
  IpAddress last;
  friend auto operator<=>(const AddressRange&, const AddressRange&) = default;
};

// Bits of IpRangeMatch::flags (IPRANGE_*).
inline constexpr std::uint8_t kOfSource = 1;
inline constexpr std::uint8_t kOfDestination = 2;
inline constexpr std::uint8_t kInvertSource = 16;
inline constexpr std::uint8_t kInvertDestination = 32;

struct IpRangeMatch {
  AddressRange source;
  AddressRange destination;
  std::uint8_t flags = 0;
  friend auto operator<=>(const IpRangeMatch&, const IpRangeMatch&) = default;
};

enum class U32Operation : std::uint8_t { And, ShiftLeft, ShiftRight, At };

// The first step's number is where 4 bytes are read, from the network header on; the operation of a
// step is what is done with the next step's number. `At` reads anew, that far from the place so
// far. A packet that is too short does not match (xt_u32.c).
struct U32Step {
  std::uint32_t number = 0;
  U32Operation next = U32Operation::And;
  friend auto operator<=>(const U32Step&, const U32Step&) = default;
};
struct U32Range {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  friend auto operator<=>(const U32Range&, const U32Range&) = default;
};
struct U32Test {
  std::vector<U32Step> steps;     // 1 to 11
  std::vector<U32Range> allowed;  // 1 to 11
  friend auto operator<=>(const U32Test&, const U32Test&) = default;
};
struct U32Match {
  std::vector<U32Test> tests;  // all of them hold; 1 to 11
  bool inverted = false;
  friend auto operator<=>(const U32Match&, const U32Match&) = default;
};

struct StringMatch {
  std::uint16_t from = 0;  // offsets into the packet, from the network header on
  std::uint16_t to = 0xffff;
  std::string algorithm;  // "bm", "kmp"
  Bytes pattern;          // at most 128 bytes
  bool inverted = false;
  bool ignores_case = false;
  friend auto operator<=>(const StringMatch&, const StringMatch&) = default;
};

// Bits of PhysdevMatch (XT_PHYSDEV_OP_*): what is asked, and what of it is inverted.
inline constexpr std::uint8_t kPhysdevIn = 1;
inline constexpr std::uint8_t kPhysdevOut = 2;
inline constexpr std::uint8_t kPhysdevIsBridged = 4;
inline constexpr std::uint8_t kPhysdevIsIn = 8;
inline constexpr std::uint8_t kPhysdevIsOut = 16;

struct PhysdevMatch {
  std::string in;  // a final '+': any so begun
  std::string out;
  std::uint8_t inverted = 0;
  std::uint8_t asked = 0;
  friend auto operator<=>(const PhysdevMatch&, const PhysdevMatch&) = default;
};

struct CommentMatch {  // every packet
  std::string text;
  friend auto operator<=>(const CommentMatch&, const CommentMatch&) = default;
};

// Bits of RpfilterMatch::flags (XT_RPFILTER_*).
inline constexpr std::uint8_t kRpfilterLoose = 1;
inline constexpr std::uint8_t kRpfilterValidMark = 2;
inline constexpr std::uint8_t kRpfilterAcceptLocal = 4;
inline constexpr std::uint8_t kRpfilterInvert = 8;

struct RpfilterMatch {
  std::uint8_t flags = 0;
  friend auto operator<=>(const RpfilterMatch&, const RpfilterMatch&) = default;
};

}  // namespace topoproof::xtables
