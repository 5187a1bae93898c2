// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet/neighbor_discovery.hh"

#include <fmt/format.h>

namespace topoproof::packet {
namespace {

std::string describe_options(BytesView options) {
  return options.empty() ? std::string() : fmt::format(" options [{}]", to_hex(options));
}

}  // namespace

Bytes NdTarget::encode(const Surroundings&) const {
  return Writer().ipv6(target).bytes(options).finish();
}

std::optional<NdTarget> NdTarget::decode(Reader& in) {
  NdTarget body;
  body.target = in.ipv6();
  body.options = in.take_copy(in.rest().size());
  return in.ok() ? std::optional(std::move(body)) : std::nullopt;
}

std::string NdTarget::describe() const {
  return "target " + to_string(target) + describe_options(options);
}

Bytes NdRouter::encode(const Surroundings&) const {
  return Writer().u32(reachable_ms).u32(retransmission_ms).bytes(options).finish();
}

std::optional<NdRouter> NdRouter::decode(Reader& in) {
  NdRouter body;
  body.reachable_ms = in.u32();
  body.retransmission_ms = in.u32();
  body.options = in.take_copy(in.rest().size());
  return in.ok() ? std::optional(std::move(body)) : std::nullopt;
}

std::string NdRouter::describe() const {
  return fmt::format("reachable {}ms retransmission {}ms{}", reachable_ms, retransmission_ms,
                     describe_options(options));
}

Bytes nd_link_address(std::uint8_t type, const MacAddress& mac) {
  return Writer().u8(type).u8(1).mac(mac).finish();
}

std::optional<MacAddress> find_nd_link_address(BytesView options, std::uint8_t type) {
  Reader in(options);
  while (!in.rest().empty()) {
    const std::uint8_t found = in.u8();
    const std::size_t units = in.u8();
    if (units == 0) return std::nullopt;  // RFC 4861 4.6: such a packet is discarded
    Reader body(in.take(units * 8 - 2));
    if (!in.ok()) return std::nullopt;
    if (found == type && units == 1) return body.mac();
  }
  return std::nullopt;
}

}  // namespace topoproof::packet
