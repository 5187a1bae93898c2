// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <array>
#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "xtables/match_text.hh"
#include "xtables/words.hh"

namespace topoproof::xtables {
namespace {

constexpr std::array<BitName, 6> kTcpFlags{
    {{1, "FIN"}, {2, "SYN"}, {4, "RST"}, {8, "PSH"}, {16, "ACK"}, {32, "URG"}}};

std::string tcp_flags_text(std::uint8_t flags) {
  return flags == 0 ? "NONE" : names_of(flags, kTcpFlags);
}

constexpr std::array<BitName, 12> kAddressTypes{{{1, "UNSPEC"},
                                                 {2, "UNICAST"},
                                                 {4, "LOCAL"},
                                                 {8, "BROADCAST"},
                                                 {16, "ANYCAST"},
                                                 {32, "MULTICAST"},
                                                 {64, "BLACKHOLE"},
                                                 {128, "UNREACHABLE"},
                                                 {256, "PROHIBIT"},
                                                 {512, "THROW"},
                                                 {1024, "NAT"},
                                                 {2048, "XRESOLVE"}}};

std::string multiport_option(MultiportSide side) {
  switch (side) {
    case MultiportSide::Source:
      return "--sports";
    case MultiportSide::Destination:
      return "--dports";
    case MultiportSide::Either:
      return "--ports";
  }
  return "";
}

std::string_view name_of(PacketType type) {
  switch (type) {
    case PacketType::Unicast:
      return "unicast";
    case PacketType::Broadcast:
      return "broadcast";
    case PacketType::Multicast:
      return "multicast";
    case PacketType::OtherHost:
      return "otherhost";
  }
  return "";
}

std::string address_range_text(const AddressRange& range) {
  return fmt::format("{}-{}", to_string(range.first), to_string(range.last));
}

std::string_view operator_text(U32Operation operation) {
  switch (operation) {
    case U32Operation::And:
      return "&";
    case U32Operation::ShiftLeft:
      return "<<";
    case U32Operation::ShiftRight:
      return ">>";
    case U32Operation::At:
      return "@";
  }
  return "";
}

std::string u32_text(const U32Test& test) {
  std::string text;
  for (std::size_t i = 0; i < test.steps.size(); ++i) {
    if (i > 0) text += operator_text(test.steps[i].next);
    text += hex(test.steps[i].number);
  }
  for (char before = '='; const auto& [first, last] : test.allowed) {
    text += before + hex(first) + (first == last ? "" : ":" + hex(last));
    before = ',';
  }
  return text;
}

bool is_printable(std::byte b) { return b >= std::byte{0x20} && b < std::byte{0x7f}; }

}  // namespace

std::string match_text(const TcpMatch& m) {
  const auto inverts = [&](std::uint8_t bit) { return (m.inverted & bit) != 0; };
  const auto asks = [&](const PortRange& r, std::uint8_t bit) {
    return !r.is_any() || inverts(bit);
  };
  return Words("-m tcp")
      .option_if(asks(m.source, kInvertSourcePort), "--sport", range_text(m.source, ':'),
                 inverts(kInvertSourcePort))
      .option_if(asks(m.destination, kInvertDestinationPort), "--dport",
                 range_text(m.destination, ':'), inverts(kInvertDestinationPort))
      .option_if(m.option != 0 || inverts(kInvertTcpOption), "--tcp-option",
                 std::to_string(m.option), inverts(kInvertTcpOption))
      .option_if(m.flag_mask != 0 || inverts(kInvertTcpFlags), "--tcp-flags",
                 fmt::format("{} {}", tcp_flags_text(m.flag_mask), tcp_flags_text(m.flags)),
                 inverts(kInvertTcpFlags))
      .take();
}

std::string match_text(const UdpMatch& m) {
  const bool inverts_source = (m.inverted & kInvertSourcePort) != 0;
  const bool inverts_destination = (m.inverted & kInvertDestinationPort) != 0;
  return Words("-m udp")
      .option_if(!m.source.is_any() || inverts_source, "--sport", range_text(m.source, ':'),
                 inverts_source)
      .option_if(!m.destination.is_any() || inverts_destination, "--dport",
                 range_text(m.destination, ':'), inverts_destination)
      .take();
}

std::string match_text(const MultiportMatch& m) {
  const auto ports =
      m.ports | std::views::transform([](const PortRange& r) { return range_text(r, ':'); });
  return Words("-m multiport")
      .option(multiport_option(m.side), fmt::format("{}", fmt::join(ports, ",")), m.inverted)
      .take();
}

std::string match_text(const IcmpMatch& m) {
  const bool is_v4 = m.family == Family::Ipv4;
  auto type = m.is_any() ? "any" : std::to_string(m.type);
  if (!m.is_any() && (m.first_code != 0 || m.last_code != 255)) {
    type += fmt::format("/{}", m.first_code);
    if (m.last_code != m.first_code) type += fmt::format("-{}", m.last_code);
  }
  return Words(is_v4 ? "-m icmp" : "-m icmp6")
      .option(is_v4 ? "--icmp-type" : "--icmpv6-type", type, m.inverted)
      .take();
}

std::string match_text(const TcpMssMatch& m) {
  return Words("-m tcpmss").option("--mss", range_text(m.first, m.last, ':'), m.inverted).take();
}

std::string match_text(const LengthMatch& m) {
  return Words("-m length").option("--length", range_text(m.first, m.last, ':'), m.inverted).take();
}

std::string match_text(const HopLimitMatch& m) {
  const std::string name = m.family == Family::Ipv4 ? "ttl" : "hl";
  const auto test = m.test == HopTest::Less ? "lt" : m.test == HopTest::Greater ? "gt" : "eq";
  return Words("-m " + name)
      .option(fmt::format("--{}-{}", name, test), std::to_string(m.value),
              m.test == HopTest::NotEqual)
      .take();
}

std::string match_text(const DscpMatch& m) {
  return Words("-m dscp").option("--dscp", fmt::format("0x{:02x}", m.value), m.inverted).take();
}

std::string match_text(const TosMatch& m) {
  return Words("-m tos")
      .option("--tos", fmt::format("0x{:02x}/0x{:02x}", m.value, m.mask), m.inverted)
      .take();
}

std::string match_text(const MacMatch& m) {
  return Words("-m mac").option("--mac-source", to_string(m.source), m.inverted).take();
}

std::string match_text(const PacketTypeMatch& m) {
  return Words("-m pkttype").option("--pkt-type", name_of(m.type), m.inverted).take();
}

std::string match_text(const AddressTypeMatch& m) {
  const auto has = [&](std::uint32_t flag) { return (m.flags & flag) != 0; };
  return Words("-m addrtype")
      .option_if(m.source != 0, "--src-type", names_of(m.source, kAddressTypes),
                 has(kInvertSourceType))
      .option_if(m.destination != 0, "--dst-type", names_of(m.destination, kAddressTypes),
                 has(kInvertDestinationType))
      .option_if(has(kOfInputInterface), "--limit-iface-in")
      .option_if(has(kOfOutputInterface), "--limit-iface-out")
      .take();
}

std::string match_text(const IpRangeMatch& m) {
  const auto has = [&](std::uint32_t flag) { return (m.flags & flag) != 0; };
  return Words("-m iprange")
      .option_if(has(kOfSource), "--src-range", address_range_text(m.source), has(kInvertSource))
      .option_if(has(kOfDestination), "--dst-range", address_range_text(m.destination),
                 has(kInvertDestination))
      .take();
}

std::string match_text(const U32Match& m) {
  const auto tests = m.tests | std::views::transform(u32_text);
  return Words("-m u32")
      .option("--u32", fmt::format("\"{}\"", fmt::join(tests, "&&")), m.inverted)
      .take();
}

std::string match_text(const StringMatch& m) {
  // Not as words of other matches, which are quoted where they need it.
  const auto in_quotes = [&] {
    std::string text = "\"";
    for (const char c : as_text(m.pattern)) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    return text + '"';
  };
  const bool is_text = std::ranges::all_of(m.pattern, is_printable);
  auto digits = to_hex(m.pattern);
  std::erase(digits, ' ');
  return Words("-m string")
      .option(is_text ? "--string" : "--hex-string",
              is_text ? in_quotes() : fmt::format("\"|{}|\"", digits), m.inverted)
      .option("--algo", m.algorithm)
      .option_if(m.from != 0, "--from", std::to_string(m.from))
      .option_if(m.to != 0xffff, "--to", std::to_string(m.to))
      .option_if(m.ignores_case, "--icase")
      .take();
}

std::string match_text(const PhysdevMatch& m) {
  const auto asks = [&](std::uint8_t bit) { return (m.asked & bit) != 0; };
  const auto inverts = [&](std::uint8_t bit) { return (m.inverted & bit) != 0; };
  return Words("-m physdev")
      .option_if(asks(kPhysdevIsIn), "--physdev-is-in", {}, inverts(kPhysdevIsIn))
      .option_if(asks(kPhysdevIn), "--physdev-in", m.in, inverts(kPhysdevIn))
      .option_if(asks(kPhysdevIsOut), "--physdev-is-out", {}, inverts(kPhysdevIsOut))
      .option_if(asks(kPhysdevOut), "--physdev-out", m.out, inverts(kPhysdevOut))
      .option_if(asks(kPhysdevIsBridged), "--physdev-is-bridged", {}, inverts(kPhysdevIsBridged))
      .take();
}

std::string match_text(const CommentMatch& m) {
  return Words("-m comment").option("--comment", quoted(m.text)).take();
}

std::string match_text(const RpfilterMatch& m) {
  const auto has = [&](std::uint8_t flag) { return (m.flags & flag) != 0; };
  return Words("-m rpfilter")
      .option_if(has(kRpfilterLoose), "--loose")
      .option_if(has(kRpfilterValidMark), "--validmark")
      .option_if(has(kRpfilterAcceptLocal), "--accept-local")
      .option_if(has(kRpfilterInvert), "--invert")
      .take();
}

}  // namespace topoproof::xtables
