// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/bridge_options.hh"

#include <linux/if_link.h>

namespace topoproof::netlink {
namespace {

using state::Centiseconds;

constexpr std::array kBridgeAttributes{
    AttributeSpec{IFLA_BR_FORWARD_DELAY, Kind::U32, "IFLA_BR_FORWARD_DELAY"},
    AttributeSpec{IFLA_BR_HELLO_TIME, Kind::U32, "IFLA_BR_HELLO_TIME"},
    AttributeSpec{IFLA_BR_MAX_AGE, Kind::U32, "IFLA_BR_MAX_AGE"},
    AttributeSpec{IFLA_BR_AGEING_TIME, Kind::U32, "IFLA_BR_AGEING_TIME"},
    AttributeSpec{IFLA_BR_STP_STATE, Kind::U32, "IFLA_BR_STP_STATE"},
    AttributeSpec{IFLA_BR_PRIORITY, Kind::U16, "IFLA_BR_PRIORITY"},
    AttributeSpec{IFLA_BR_MCAST_SNOOPING, Kind::U8, "IFLA_BR_MCAST_SNOOPING"},
};

constexpr std::array kPortAttributes{
    AttributeSpec{IFLA_BRPORT_MODE, Kind::U8, "IFLA_BRPORT_MODE"},
    AttributeSpec{IFLA_BRPORT_LEARNING, Kind::U8, "IFLA_BRPORT_LEARNING"},
    AttributeSpec{IFLA_BRPORT_UNICAST_FLOOD, Kind::U8, "IFLA_BRPORT_UNICAST_FLOOD"},
    AttributeSpec{IFLA_BRPORT_MCAST_FLOOD, Kind::U8, "IFLA_BRPORT_MCAST_FLOOD"},
    AttributeSpec{IFLA_BRPORT_BCAST_FLOOD, Kind::U8, "IFLA_BRPORT_BCAST_FLOOD"},
    AttributeSpec{IFLA_BRPORT_NEIGH_SUPPRESS, Kind::U8, "IFLA_BRPORT_NEIGH_SUPPRESS"},
    AttributeSpec{IFLA_BRPORT_ISOLATED, Kind::U8, "IFLA_BRPORT_ISOLATED"},
};

struct PortFlag {
  std::uint16_t type;
  bool state::PortOptions::* member;
};
constexpr std::array kPortFlags{
    PortFlag{IFLA_BRPORT_MODE, &state::PortOptions::hairpin},
    PortFlag{IFLA_BRPORT_LEARNING, &state::PortOptions::learning},
    PortFlag{IFLA_BRPORT_UNICAST_FLOOD, &state::PortOptions::flood},
    PortFlag{IFLA_BRPORT_MCAST_FLOOD, &state::PortOptions::multicast_flood},
    PortFlag{IFLA_BRPORT_BCAST_FLOOD, &state::PortOptions::broadcast_flood},
    PortFlag{IFLA_BRPORT_NEIGH_SUPPRESS, &state::PortOptions::neighbor_suppression},
    PortFlag{IFLA_BRPORT_ISOLATED, &state::PortOptions::isolated},
};

struct BridgeTime {
  std::uint16_t type;
  Centiseconds state::BridgeOptions::* member;
};
constexpr std::array kBridgeTimes{
    BridgeTime{IFLA_BR_FORWARD_DELAY, &state::BridgeOptions::forward_delay},
    BridgeTime{IFLA_BR_HELLO_TIME, &state::BridgeOptions::hello_time},
    BridgeTime{IFLA_BR_MAX_AGE, &state::BridgeOptions::max_age},
    BridgeTime{IFLA_BR_AGEING_TIME, &state::BridgeOptions::ageing_time},
};

// Leaves out what is as in `already`, if that is given.
void put(const state::BridgeOptions& options, const state::BridgeOptions* already,
         MessageWriter& writer) {
  const auto is_new = [&](auto member) {
    return already == nullptr || options.*member != already->*member;
  };
  for (const auto& [type, member] : kBridgeTimes) {
    if (is_new(member)) writer.put_u32(type, (options.*member).count());
  }
  if (is_new(&state::BridgeOptions::stp)) writer.put_u32(IFLA_BR_STP_STATE, options.stp ? 1 : 0);
  if (is_new(&state::BridgeOptions::priority)) writer.put_u16(IFLA_BR_PRIORITY, options.priority);
  if (is_new(&state::BridgeOptions::multicast_snooping)) {
    writer.put_u8(IFLA_BR_MCAST_SNOOPING, options.multicast_snooping ? 1 : 0);
  }
}

}  // namespace

constinit const Schema kBridgeOptions{.header_size = 0, .attributes = kBridgeAttributes};
constinit const Schema kPortOptions{.header_size = 0, .attributes = kPortAttributes};
static_assert(Schema{.header_size = 0, .attributes = kBridgeAttributes}.is_well_formed());
static_assert(Schema{.header_size = 0, .attributes = kPortAttributes}.is_well_formed());

void encode(const state::BridgeOptions& options, MessageWriter& writer) {
  put(options, nullptr, writer);
}

void encode_unusual(const state::BridgeOptions& options, MessageWriter& writer) {
  static constexpr state::BridgeOptions kUsual;
  put(options, &kUsual, writer);
}

void encode(const state::PortOptions& options, MessageWriter& writer) {
  for (const auto& [type, member] : kPortFlags) writer.put_u8(type, options.*member ? 1 : 0);
}

state::BridgeOptions decode_bridge_options(const AttributeReader& reader) {
  state::BridgeOptions options;
  for (const auto& [type, member] : kBridgeTimes) {
    if (const auto time = reader.u32(type)) options.*member = Centiseconds(*time);
  }
  options.stp = reader.u32(IFLA_BR_STP_STATE).value_or(0) != 0;
  options.priority = reader.u16(IFLA_BR_PRIORITY).value_or(options.priority);
  options.multicast_snooping = reader.u8(IFLA_BR_MCAST_SNOOPING).value_or(1) != 0;
  return options;
}

state::PortOptions decode_port_options(const AttributeReader& reader) {
  state::PortOptions options;
  for (const auto& [type, member] : kPortFlags) {
    if (const auto flag = reader.u8(type)) options.*member = *flag != 0;
  }
  return options;
}

}  // namespace topoproof::netlink
