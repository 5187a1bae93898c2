// SPDX-License-Identifier: GPL-2.0-or-later
// From what a rule asks to packets.
#include <algorithm>
#include <optional>

#include "packet/icmpv6.hh"
#include "packet_spec.hh"

namespace topoproof::agreement {
namespace {

using firewall::Hook;
using firewall::TableFamily;

std::uint64_t number_of(const Bytes& bytes) {
  std::uint64_t number = 0;
  for (const std::byte byte : bytes) number = number << 8 | std::to_integer<std::uint64_t>(byte);
  return number;
}

// Network order, of any length; wraps.
Bytes moved(Bytes bytes, int step) {
  int carry = step;
  for (std::size_t i = bytes.size(); i-- > 0 && carry != 0;) {
    const int sum = std::to_integer<int>(bytes[i]) + carry;
    bytes[i] = static_cast<std::byte>(sum & 0xff);
    carry = sum < 0 ? -1 : sum > 255 ? 1 : 0;
  }
  return bytes;
}

// The values that tell a match's border: inside first (or outside, if it is inverted).
std::vector<Bytes> border(const Asked& asked) {
  std::vector<Bytes> values{asked.low, moved(asked.low, -1), moved(asked.high, 1)};
  if (asked.high != asked.low) values.push_back(asked.high);
  if (asked.inverted) std::rotate(values.begin(), values.begin() + 1, values.end());
  return values;
}

class Maker {
 public:
  Maker(const RuleAsks& asks, const Zones& zones, conntrack::Random& random)
      : asks_(asks), zones_(zones), random_(random), v6_(is_v6()) {}

  PacketSpec base() {
    PacketSpec spec;
    choose_ends(spec);
    spec.source_port = static_cast<std::uint16_t>(1024 + random_.next16() % 60000);
    spec.protocol = random_.next() % 2 == 0 ? 6 : 17;
    spec.destination_port = static_cast<std::uint16_t>(1 + random_.next16() % 1000);
    for (const Asked& asked : asks_.inherited) set(spec, asked, border(asked).front());
    for (const Asked& asked : asks_.own) set(spec, asked, border(asked).front());
    settle(spec);
    return spec;
  }

  std::vector<PacketSpec> variations(const PacketSpec& base) {
    std::vector<PacketSpec> all;
    for (const Asked& asked : asks_.own) {
      for (const Bytes& value : border(asked)) {
        PacketSpec spec = base;
        if (!set(spec, asked, value)) continue;
        settle(spec);
        all.push_back(std::move(spec));
      }
    }
    return all;
  }

 private:
  bool is_v6() {
    if (asks_.family == TableFamily::Ip) return false;
    if (asks_.family == TableFamily::Ip6) return true;
    for (const auto* list : {&asks_.own, &asks_.inherited}) {
      for (const Asked& asked : *list) {
        if (asked.field == Field::NetworkFamily)
          return (asked.low[0] == std::byte{10}) != asked.inverted;
        const bool address = asked.field == Field::Source || asked.field == Field::Destination;
        if (address) return asked.low.size() == 16;
        if (asked.field == Field::Protocol && asked.low[0] == std::byte{58}) return true;
        if (asked.field == Field::Protocol && asked.low[0] == std::byte{1}) return false;
      }
    }
    return random_.next() % 3 == 0;
  }
  std::size_t family() const { return v6_ ? 1 : 0; }

  std::optional<std::size_t> zone_asked(Field field) const {
    for (const auto* list : {&asks_.own, &asks_.inherited}) {
      for (const Asked& asked : *list) {
        if (asked.field == field) return zones_.find(as_text(asked.low), asked.inverted);
      }
    }
    return std::nullopt;
  }
  std::size_t other_zone(std::size_t zone) {
    const std::size_t count = zones_.all.size();
    return (zone + 1 + random_.next() % (count - 1)) % count;
  }

  // What is sent by the router itself is an answer: then its fields are the request's, turned.
  void choose_ends(PacketSpec& spec) {
    auto in = zone_asked(Field::In);
    auto out = zone_asked(Field::Out);
    if (asks_.family == TableFamily::Bridge) stay_in_bridge(in, out);
    if (asks_.hook == Hook::Output) {
      spec.zone = out.value_or(random_.next() % zones_.all.size());
    } else {
      spec.zone = in.value_or(other_zone(out.value_or(0)));
    }
    const bool local = asks_.hook == Hook::Output || asks_.hook == Hook::Input ||
                       (asks_.hook == Hook::Prerouting && random_.next() % 3 == 0);
    spec.source = zones_.all[spec.zone].neighbor[family()];
    const std::size_t to = out.value_or(other_zone(spec.zone));
    spec.destination =
        local ? zones_.all[spec.zone].router[family()] : zones_.all[to].neighbor[family()];
  }

  // The last two zones are the bridge's ports.
  void stay_in_bridge(std::optional<std::size_t>& in, std::optional<std::size_t>& out) const {
    const std::size_t last = zones_.all.size() - 1;
    if (!in) in = out == last ? last - 1 : last;
    if (!out) out = in == last ? last - 1 : last;
  }

  // RETURNS: false if there is no such packet.
  bool set(PacketSpec& spec, const Asked& asked, const Bytes& value) {
    const bool turned = asks_.hook == Hook::Output;
    const auto number = number_of(value);
    switch (asked.field) {
      case Field::In:
        return true;
      case Field::Out:
      case Field::NetworkFamily:
        return true;
      case Field::Protocol:
        spec.protocol = static_cast<std::uint8_t>(number);
        return true;
      case Field::Source:
      case Field::Destination:
        if (value.size() != (v6_ ? 16U : 4U)) return false;
        ((asked.field == Field::Source) != turned ? spec.source : spec.destination) =
            IpAddress::from_bytes(value);
        return true;
      case Field::SourcePort:
      case Field::DestinationPort:
        ((asked.field == Field::SourcePort) != turned ? spec.source_port : spec.destination_port) =
            static_cast<std::uint16_t>(number);
        return true;
      case Field::IcmpType:
        spec.type = static_cast<std::uint8_t>(number);
        has_type_ = true;
        return true;
      case Field::IcmpCode:
        spec.code = static_cast<std::uint8_t>(number);
        return true;
      case Field::TcpFlags:
        spec.flags = static_cast<std::uint8_t>(number);
        return true;
      case Field::Ttl:
        spec.ttl = static_cast<std::uint8_t>(number);
        return true;
      case Field::Length:
        spec.payload = std::min<std::uint64_t>(number, 1400);
        return true;
    }
    return false;
  }

  // A type that fits the family, and a source that may be one at all.
  void settle(PacketSpec& spec) const {
    if (spec.is_icmp() && !has_type_) {
      spec.type = spec.protocol == packet::Icmpv6::kProtocol ? packet::Icmpv6::kEchoRequest : 8;
    }
    if (spec.source.family() != spec.destination.family()) spec.source = spec.destination;
  }

  const RuleAsks& asks_;
  const Zones& zones_;
  conntrack::Random& random_;
  bool v6_;
  bool has_type_ = false;
};

}  // namespace

std::vector<PacketSpec> packets_for(const RuleAsks& asks, const Zones& zones,
                                    conntrack::Random& random) {
  Maker maker(asks, zones, random);
  std::vector<PacketSpec> all{maker.base()};
  for (PacketSpec& spec : maker.variations(all.front())) all.push_back(std::move(spec));
  return all;
}

}  // namespace topoproof::agreement
