// SPDX-License-Identifier: GPL-2.0-or-later
// Namespaces, veth pairs and senders for the kernel tests of this module. It runs ip(8) on purpose:
// what taps see is shown without the code that topoproof itself builds networks with.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "capture/tap.hh"
#include "sys/netns.hh"
#include "sys/process.hh"

namespace topoproof::capture {

// A namespace without IPv6, so that nothing is captured but what a test sends.
sys::Netns create_quiet_node();

// Lines for `ip -batch`, run inside `node`; fails the test with what ip says.
void ip(const sys::Netns& node, const std::string& batch);
void nft(const sys::Netns& node, const std::string& ruleset);

// veth pair `name` (up, with a MAC 02:00:00:00:00:NN) <-> `peer_name` in `peer`
struct End {
  const sys::Netns& node;
  std::string name;
  int number;  // the last byte of its MAC, and of its address 10.0.0.0/24 if `addressed`
  bool addressed = true;
};
void connect(const End& a, const End& b);

// One datagram from `node` to port 9. RETURNS: 0 or the errno of the send.
int send_udp(const sys::Netns& node, const std::string& to, std::size_t payload_size = 8,
             int count = 1);

// What a tap saw: "veth-red outgoing, veth-red host".
std::string drain_text(const sys::Netns& node, Tap& tap);

Tap open_tap_in(const sys::Netns& node, const TapOptions& options = {});

}  // namespace topoproof::capture
