// SPDX-License-Identifier: GPL-2.0-or-later
#include "listing/fields.hh"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "firewall/build.hh"

namespace topoproof::listing {
namespace {

struct PlacedField {
  std::uint32_t offset = 0;
  Field field;
};

constexpr std::array kIpv4Fields{
    PlacedField{8, {"ip ttl", ValueForm::Number, 1}},
    PlacedField{9, {"ip protocol", ValueForm::Protocol, 1}},
    PlacedField{12, {"ip saddr", ValueForm::Address, 4}},
    PlacedField{16, {"ip daddr", ValueForm::Address, 4}},
};
constexpr std::array kIpv6Fields{
    PlacedField{6, {"ip6 nexthdr", ValueForm::Protocol, 1}},
    PlacedField{7, {"ip6 hoplimit", ValueForm::Number, 1}},
    PlacedField{8, {"ip6 saddr", ValueForm::Address, 16}},
    PlacedField{24, {"ip6 daddr", ValueForm::Address, 16}},
};
constexpr std::array kTcpFields{
    PlacedField{0, {"tcp sport", ValueForm::Number, 2}},
    PlacedField{2, {"tcp dport", ValueForm::Number, 2}},
};
constexpr std::array kUdpFields{
    PlacedField{0, {"udp sport", ValueForm::Number, 2}},
    PlacedField{2, {"udp dport", ValueForm::Number, 2}},
};
constexpr std::array kIcmpFields{
    PlacedField{0, {"icmp type", ValueForm::Number, 1}},
    PlacedField{1, {"icmp code", ValueForm::Number, 1}},
};
constexpr std::array kIcmpv6Fields{
    PlacedField{0, {"icmpv6 type", ValueForm::Number, 1}},
    PlacedField{1, {"icmpv6 code", ValueForm::Number, 1}},
};

std::span<const PlacedField> network_fields(const PacketContext& context) {
  if (!context.network) return {};
  if (*context.network == Family::Ipv4) return kIpv4Fields;
  return kIpv6Fields;
}

std::span<const PlacedField> transport_fields(const PacketContext& context) {
  switch (context.transport.value_or(0)) {
    case kTcp:
      return kTcpFields;
    case kUdp:
      return kUdpFields;
    case kIcmp:
      return kIcmpFields;
    case kIcmpv6:
      return kIcmpv6Fields;
    default:
      return {};
  }
}

std::uint64_t big_endian(BytesView value) {
  std::uint64_t number = 0;
  for (const auto byte : value) number = number << 8 | std::to_integer<std::uint64_t>(byte);
  return number;
}

std::string name_text(BytesView value) {
  const auto text = as_text(value);
  const auto end = text.find('\0');
  // Without the final zeros it is the beginning of a name.
  return end == std::string_view::npos ? quoted(std::string(text) + '*')
                                       : quoted(text.substr(0, end));
}

struct NamedBit {
  std::uint32_t bit;
  std::string_view name;
};

// RETURNS: nothing if there is none, or one without a name.
std::optional<std::string> bits_text(std::uint32_t bits, std::span<const NamedBit> names,
                                     std::string_view between) {
  std::string text;
  for (const auto& [bit, name] : names) {
    if ((bits & bit) == 0) continue;
    text += fmt::format("{}{}", text.empty() ? "" : between, name);
    bits &= ~bit;
  }
  if (bits != 0 || text.empty()) return std::nullopt;
  return text;
}

}  // namespace

std::optional<Field> find_field(const PacketContext& context, PayloadBase base,
                                std::uint32_t offset) {
  std::span<const PlacedField> fields;
  if (base == PayloadBase::Network) fields = network_fields(context);
  if (base == PayloadBase::Transport) fields = transport_fields(context);
  const auto found = std::ranges::find(fields, offset, &PlacedField::offset);
  return found == fields.end() ? std::nullopt : std::optional(found->field);
}

std::optional<Field> find_field(MetaKey key) {
  // Only what the builders can say; the others are refused by name.
  if (key == MetaKey::Iifname) return Field{"iifname", ValueForm::Name, 16};
  if (key == MetaKey::Oifname) return Field{"oifname", ValueForm::Name, 16};
  if (key == MetaKey::Mark) return Field{"meta mark", ValueForm::Mark, 4};
  if (key == MetaKey::L4proto) return Field{"meta l4proto", ValueForm::Protocol, 1};
  if (key == MetaKey::Nftrace) return Field{"meta nftrace", ValueForm::Number, 1};
  return std::nullopt;
}

std::optional<Field> find_field(CtKey key) {
  if (key == CtKey::State) return Field{"ct state", ValueForm::CtState, 4};
  if (key == CtKey::Mark) return Field{"ct mark", ValueForm::Mark, 4};
  return std::nullopt;
}

std::string value_text(ValueForm form, BytesView value) {
  switch (form) {
    case ValueForm::Address:
      return to_string(IpAddress::from_bytes(value));
    case ValueForm::Number:
      return fmt::to_string(big_endian(value));
    case ValueForm::HostNumber:
      return fmt::to_string(load_host_number(value));
    case ValueForm::Name:
      return name_text(value);
    case ValueForm::Protocol:
      return protocol_text(std::to_integer<std::uint8_t>(value[0]));
    case ValueForm::CtState:
      return ct_states_text(load_host_number(value)).value_or("?");
    case ValueForm::Mark:
      return fmt::format("0x{:08x}", load_host_number(value));
  }
  return "?";
}

std::string protocol_text(std::uint8_t protocol) {
  switch (protocol) {
    case kTcp:
      return "tcp";
    case kUdp:
      return "udp";
    case kIcmp:
      return "icmp";
    case kIcmpv6:
      return "ipv6-icmp";
    default:
      return fmt::to_string(protocol);
  }
}

std::optional<std::string> ct_states_text(std::uint32_t states) {
  constexpr std::array kNames{NamedBit{kCtInvalid, "invalid"},
                              NamedBit{kCtEstablished, "established"},
                              NamedBit{kCtRelated, "related"}, NamedBit{kCtNew, "new"},
                              NamedBit{kCtUntracked, "untracked"}};
  return bits_text(states, kNames, ",");
}

std::optional<std::string> ct_status_text(std::uint32_t bits) {
  constexpr std::array kNames{NamedBit{kCtSourceNat, "snat"}, NamedBit{kCtDestinationNat, "dnat"}};
  return bits_text(bits, kNames, ",");
}

std::string tcp_flags_text(std::uint8_t flags) {
  constexpr std::array kNames{NamedBit{1, "fin"},  NamedBit{2, "syn"},  NamedBit{4, "rst"},
                              NamedBit{8, "psh"},  NamedBit{16, "ack"}, NamedBit{32, "urg"},
                              NamedBit{64, "ecn"}, NamedBit{128, "cwr"}};
  return bits_text(flags, kNames, " | ").value_or("0x0");
}

std::string quoted(std::string_view text) { return fmt::format("\"{}\"", text); }

}  // namespace topoproof::listing
