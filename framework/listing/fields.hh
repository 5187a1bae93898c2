// SPDX-License-Identifier: GPL-2.0-or-later
// Names of packet header fields and other values of nft text, and how their values are written.
// For the printer only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "firewall/ruleset.hh"

namespace topoproof::listing {

using namespace firewall;  // NOLINT: the values that it says

enum class ValueForm { Address, Number, HostNumber, Name, Protocol, Mark, CtState };

struct Field {
  std::string_view name;  // "ip saddr", "meta mark"
  ValueForm form = ValueForm::Number;
  std::uint32_t length = 0;  // bytes
};

// What a rule has established about its packets.
struct PacketContext {
  std::optional<Family> network;
  std::optional<std::uint8_t> transport;
};

// The field that begins at this place of such a packet.
std::optional<Field> find_field(const PacketContext& context, PayloadBase base,
                                std::uint32_t offset);
std::optional<Field> find_field(MetaKey key);
std::optional<Field> find_field(CtKey key);

// REQUIRES: as many bytes as the field has.
std::string value_text(ValueForm form, BytesView value);
std::string protocol_text(std::uint8_t protocol);  // "tcp"; the number if it has no name
std::optional<std::string> ct_states_text(std::uint32_t states);  // "established,related"
std::optional<std::string> ct_status_text(std::uint32_t bits);    // "snat,dnat"
std::string tcp_flags_text(std::uint8_t flags);                   // "syn | ack"
std::string quoted(std::string_view text);

}  // namespace topoproof::listing
