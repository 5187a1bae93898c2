// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/selector.hh"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/check.hh"
#include "firewall/layout.hh"

namespace topoproof::firewall {
namespace {

Selector field(Expression load, std::uint32_t type, std::uint32_t length) {
  return {.load = {.expressions = {std::move(load)}}, .type = type, .lengths = {length}};
}

Selector host_field(Expression load, std::uint32_t type) {
  auto made = field(std::move(load), type, kWord);
  made.is_host_order = true;
  return made;
}

Selector address_field(Family family, std::uint32_t v4_offset, std::uint32_t v6_offset) {
  const bool is_v4 = family == Family::Ipv4;
  const std::uint32_t length = is_v4 ? 4 : 16;
  auto made =
      field(PayloadLoad{PayloadBase::Network, is_v4 ? v4_offset : v6_offset, length, reg(1)},
            is_v4 ? kTypeIpv4 : kTypeIpv6, length);
  made.load.network = family;
  return made;
}

Selector port_field(std::uint8_t protocol, std::uint32_t offset) {
  auto made = field(PayloadLoad{PayloadBase::Transport, offset, 2, reg(1)}, kTypePort, 2);
  made.load.transport = protocol;
  return made;
}

// The same load to another register.
struct Redirected {
  Register to;
  template <class T>
  Expression operator()(T e) const {
    if constexpr (requires { e.to = to; }) e.to = to;
    return e;
  }
};

Bytes be16(std::uint16_t value) {
  Bytes bytes(2);
  store_be16(bytes.data(), value);
  return bytes;
}

Bytes last_of(const Prefix& prefix) {
  auto bytes = prefix.address().bytes();
  for (auto bit = static_cast<std::size_t>(prefix.length()); bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] |= std::byte{0x80} >> (bit % 8);
  }
  return bytes;
}

Bytes interface_bytes(std::string_view name) {
  TOPOPROOF_CHECK(!name.empty() && name.size() < kInterfaceNameSize,
                  "an interface name has 1 to 15 bytes");
  Bytes bytes(as_view(name).begin(), as_view(name).end());
  bytes.resize(kInterfaceNameSize);
  return bytes;
}

void append_padded(Bytes& to, const Bytes& value) {
  to.insert(to.end(), value.begin(), value.end());
  to.resize(in_words(static_cast<std::uint32_t>(to.size())) * kWord);
}

}  // namespace

std::uint32_t Selector::key_length() const {
  if (!is_concatenation()) return lengths.at(0);
  return std::transform_reduce(lengths.begin(), lengths.end(), 0U, std::plus<>(),
                               [](std::uint32_t length) { return in_words(length) * kWord; });
}

namespace by {

Selector saddr(Family family) { return address_field(family, 12, 8); }
Selector daddr(Family family) { return address_field(family, 16, 24); }
Selector sport(std::uint8_t protocol) { return port_field(protocol, 0); }
Selector dport(std::uint8_t protocol) { return port_field(protocol, 2); }
Selector l4proto() { return field(MetaLoad{MetaKey::L4proto, reg(1)}, kTypeProtocol, 1); }
Selector iifname() {
  return field(MetaLoad{MetaKey::Iifname, reg(1)}, kTypeInterfaceName, kInterfaceNameSize);
}
Selector oifname() {
  return field(MetaLoad{MetaKey::Oifname, reg(1)}, kTypeInterfaceName, kInterfaceNameSize);
}
Selector mark() { return host_field(MetaLoad{MetaKey::Mark, reg(1)}, kTypeMark); }
Selector ct_state() { return host_field(CtLoad{CtKey::State, reg(1), {}}, kTypeCtState); }

}  // namespace by

Selector concatenation(const std::vector<Selector>& fields) {
  TOPOPROOF_CHECK(fields.size() > 1, "a concatenation is of several fields");
  Selector whole;
  std::uint32_t words = 0;
  for (const auto& field : fields) {
    const Register to{static_cast<std::uint8_t>(reg(1).word + words)};
    for (const auto& load : field.load.expressions) {
      whole.load.expressions.push_back(std::visit(Redirected{to}, load));
    }
    if (field.load.network) whole.load.network = field.load.network;
    if (field.load.transport) whole.load.transport = field.load.transport;
    whole.type = whole.type << kTypeBits | field.type;
    whole.lengths.insert(whole.lengths.end(), field.lengths.begin(), field.lengths.end());
    words += in_words(field.key_length());
  }
  TOPOPROOF_CHECK(words <= 16, "a concatenation fits the registers");
  return whole;
}

Interval::Interval(PortRange ports) : first(be16(ports.first)), last(be16(ports.last)) {}
Interval::Interval(int port) : Interval(PortRange(static_cast<std::uint16_t>(port))) {}
Interval::Interval(const Prefix& prefix) : first(prefix.address().bytes()), last(last_of(prefix)) {}
Interval::Interval(const IpAddress& address) : first(address.bytes()), last(first) {}
Interval::Interval(std::string_view interface) : first(interface_bytes(interface)), last(first) {}

Interval Interval::protocol(std::uint8_t number) {
  const Bytes bytes{std::byte{number}};
  return {bytes, bytes};
}

Interval Interval::host_number(std::uint32_t number) {
  const auto bytes = firewall::host_number(number);
  return {bytes, bytes};
}

Interval Interval::joined(const std::vector<Interval>& fields) {
  Interval whole{Bytes{}, Bytes{}};
  for (const auto& field : fields) {
    append_padded(whole.first, field.first);
    append_padded(whole.last, field.last);
  }
  return whole;
}

Statement in(const Selector& by, std::string set, Match match) {
  auto statement = by.load;
  statement.expressions.emplace_back(
      Lookup{.set = std::move(set), .from = reg(1), .inverted = match == Match::IsNot});
  return statement;
}

Statement vmap(const Selector& by, std::string map) {
  auto statement = by.load;
  statement.expressions.emplace_back(
      Lookup{.set = std::move(map), .from = reg(1), .to = kVerdictRegister});
  return statement;
}

}  // namespace topoproof::firewall
