// SPDX-License-Identifier: GPL-2.0-or-later
#include "asked.hh"
#include "xtables/match.hh"

namespace topoproof::agreement {
namespace {

using namespace xtables;  // NOLINT: all of its matches

Bytes number16(std::uint16_t value) {
  Bytes bytes(2);
  store_be16(bytes.data(), value);
  return bytes;
}
Bytes number8(std::uint8_t value) { return {std::byte{value}}; }

class Reader {
 public:
  std::vector<Asked> take() { return std::move(asked_); }

  void operator()(const TcpMatch& match) {
    protocol(6);
    ports(Field::SourcePort, match.source, (match.inverted & kInvertSourcePort) != 0);
    ports(Field::DestinationPort, match.destination,
          (match.inverted & kInvertDestinationPort) != 0);
    if (match.flag_mask == 0) return;
    const bool inverted = (match.inverted & kInvertTcpFlags) != 0;
    asked_.push_back({Field::TcpFlags, number8(match.flags), number8(match.flags), inverted});
  }
  void operator()(const UdpMatch& match) {
    protocol(17);
    ports(Field::SourcePort, match.source, (match.inverted & kInvertSourcePort) != 0);
    ports(Field::DestinationPort, match.destination,
          (match.inverted & kInvertDestinationPort) != 0);
  }
  void operator()(const MultiportMatch& match) {
    const Field field =
        match.side == MultiportSide::Source ? Field::SourcePort : Field::DestinationPort;
    if (!match.ports.empty()) ports(field, match.ports.back(), match.inverted);
    if (match.ports.size() > 1) ports(field, match.ports.front(), match.inverted);
  }
  void operator()(const IcmpMatch& match) {
    protocol(match.family == Family::Ipv4 ? 1 : 58);
    if (match.is_any()) return;
    asked_.push_back({Field::IcmpType, number8(match.type), number8(match.type), match.inverted});
    asked_.push_back(
        {Field::IcmpCode, number8(match.first_code), number8(match.last_code), match.inverted});
  }
  void operator()(const LengthMatch& match) {
    asked_.push_back({Field::Length, number16(match.first), number16(match.last), match.inverted});
  }
  void operator()(const HopLimitMatch& match) {
    const bool inverted = match.test == HopTest::NotEqual;
    const auto below = static_cast<std::uint8_t>(match.value - 1);
    const auto above = static_cast<std::uint8_t>(match.value + 1);
    const std::uint8_t value = match.test == HopTest::Less      ? below
                               : match.test == HopTest::Greater ? above
                                                                : match.value;
    asked_.push_back({Field::Ttl, number8(value), number8(value), inverted});
  }
  void operator()(const IpRangeMatch& match) {
    if ((match.flags & kOfSource) != 0) {
      addresses(Field::Source, match.source, (match.flags & kInvertSource) != 0);
    }
    if ((match.flags & kOfDestination) != 0) {
      addresses(Field::Destination, match.destination, (match.flags & kInvertDestination) != 0);
    }
  }
  template <class Other>
  void operator()(const Other& /*not read*/) {}

 private:
  void protocol(std::uint8_t number) {
    asked_.push_back({Field::Protocol, number8(number), number8(number)});
  }
  void ports(Field field, const PortRange& range, bool inverted) {
    if (range.is_any()) return;
    asked_.push_back({field, number16(range.first), number16(range.last), inverted});
  }
  void addresses(Field field, const AddressRange& range, bool inverted) {
    asked_.push_back({field, range.first.bytes(), range.last.bytes(), inverted});
  }

  std::vector<Asked> asked_;
};

}  // namespace

std::vector<Asked> read_match(const firewall::XtMatch& match, Family family) {
  Reader reader;
  std::visit(reader, decode_match(match.name, match.revision, match.info, family));
  return reader.take();
}

}  // namespace topoproof::agreement
