// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet/ipv6_extension.hh"

#include <fmt/format.h>

namespace topoproof::packet {
namespace {

constexpr const char* name_of(std::uint8_t number) {
  if (number == HopByHop::kProtocol) return "hop-by-hop";
  return number == Routing::kProtocol ? "routing" : "destination-options";
}

}  // namespace

template <std::uint8_t Number>
Bytes Ipv6Extension<Number>::encode(const Surroundings& around) const {
  const std::size_t units = std::max<std::size_t>(1, (2 + data.size() + 7) / 8);
  return Writer()
      .u8(next_header.value_or(around.next_protocol))
      .u8(length.value_or(static_cast<std::uint8_t>(units - 1)))
      .bytes(data)
      .pad_to(8)
      .finish();
}

template <std::uint8_t Number>
std::optional<Ipv6Extension<Number>> Ipv6Extension<Number>::decode(Reader& in) {
  Ipv6Extension extension;
  extension.next_header = in.u8();
  extension.length = in.u8();
  extension.data = in.take_copy(6 + std::size_t{*extension.length} * 8);
  return in.ok() ? std::optional(std::move(extension)) : std::nullopt;
}

template <std::uint8_t Number>
std::string Ipv6Extension<Number>::describe() const {
  return fmt::format("{} [{}]{}{}", name_of(Number), to_hex(data),
                     as_given("next_header", next_header), as_given("length", length));
}

template struct Ipv6Extension<HopByHop::kProtocol>;
template struct Ipv6Extension<Routing::kProtocol>;
template struct Ipv6Extension<DestinationOptions::kProtocol>;

Bytes Ipv6Fragment::encode(const Surroundings& around) const {
  const unsigned word =
      (fragment_offset & 0x1fffu) << 3 | (reserved_bits & 3u) << 1 | (more_fragments ? 1u : 0u);
  return Writer()
      .u8(next_header.value_or(around.next_protocol))
      .u8(reserved)
      .u16(static_cast<std::uint16_t>(word))
      .u32(id)
      .finish();
}

std::optional<Ipv6Fragment> Ipv6Fragment::decode(Reader& in) {
  Ipv6Fragment fragment;
  fragment.next_header = in.u8();
  fragment.reserved = in.u8();
  const std::uint16_t word = in.u16();
  fragment.fragment_offset = word >> 3;
  fragment.reserved_bits = word >> 1 & 3;
  fragment.more_fragments = (word & 1) != 0;
  fragment.id = in.u32();
  return in.ok() ? std::optional(fragment) : std::nullopt;
}

std::string Ipv6Fragment::describe() const {
  return fmt::format("fragment {}{} id {}{}", fragment_offset * 8, more_fragments ? "+" : "", id,
                     as_given("next_header", next_header));
}

}  // namespace topoproof::packet
