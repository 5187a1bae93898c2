// SPDX-License-Identifier: GPL-2.0-or-later
// Three ways to show a packet to a person: a line, its bytes with a comment per header, and the
// Scapy expression that builds the same bytes.
#pragma once

#include <string>

#include "packet/stack.hh"
#include "packet/view.hh"

namespace topoproof::packet {

// "ether a > b, ipv4 10.0.0.1 > 10.0.0.2 ttl 64, udp 40000 > 53, payload 3 bytes". A quoted packet
// in an ICMP error stands in parentheses. Computed fields appear only where they are set.
std::string describe(const Stack& stack);

// "192.168.15.2:40000 > 192.168.1.3:80 tcp [S] seq 1000, 0 bytes": what was captured, in one look.
std::string describe(const PacketView& packet);

// The bytes of build(stack), 16 a row, each header behind a comment line; parse_hex reads it back.
std::string annotated_hex(const Stack& stack);

// A Python expression: bytes(expression) in Scapy is build(stack). Set fields are given as they
// are.
std::string scapy_command(const Stack& stack);

}  // namespace topoproof::packet
