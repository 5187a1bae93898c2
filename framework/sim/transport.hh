// SPDX-License-Identifier: GPL-2.0-or-later
// TCP and UDP as far as listeners, clients and closed ports need them. Internal to this module.
#pragma once

#include <functional>
#include <optional>

#include "sim/world.hh"

namespace topoproof::sim {

void receive_tcp(World& world, Host& host, Packet&& packet);
void receive_udp(World& world, Host& host, Packet&& packet);

// The packet that resets a segment's connection, in the name of whom it was for. Its checksum is
// left to the device. Nothing about a reset, or what is no TCP.
std::optional<skb::Skb> make_reset(const Host& host, const skb::Skb& about);

// A reset in answer to a segment, in the name of whom it was for, as its receiver or a rule sends
// it. `finish` may add to the packet before it leaves. Nothing if the segment is a reset itself, or
// no TCP.
void send_reset(World& world, Host& host, const Packet& about,
                const std::function<void(Packet&)>& finish = {});

// The way of these packets takes no more than `mtu`: their socket sends again, in smaller segments,
// what was larger. `cause`: what told of it.
void heed_path_mtu(World& world, Host& host, const flow::Tuple& tuple, std::uint32_t mtu,
                   RecordId cause);

// What a flow's sender begins with. `source_port`: or the identifier of an echo.
struct Launch {
  flow::Flow flow;
  std::uint16_t source_port = 0;
  std::uint16_t echo_sequence = 0;
};
// Sends the flow's first packet. RETURNS: the record that stands before all of its own.
RecordId launch(World& world, Host& host, const Launch& launch);

}  // namespace topoproof::sim
