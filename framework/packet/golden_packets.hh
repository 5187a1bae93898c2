// SPDX-License-Identifier: GPL-2.0-or-later
// Real packets for tests: their bytes, and the stack that says the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "packet/stack.hh"

namespace topoproof::packet {

struct GoldenPacket {
  std::string name;
  std::string hex;  // for parse_hex: a comment before each header
  Stack stack;
};

const std::vector<GoldenPacket>& golden_packets();
const GoldenPacket& golden_packet(std::string_view name);  // REQUIRES: it exists
Bytes golden_bytes(std::string_view name);

}  // namespace topoproof::packet
