// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/expression.hh"

#include <cstring>

#include "base/check.hh"

namespace topoproof::firewall {

Bytes host_number(std::uint32_t value) {
  Bytes bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

std::uint32_t load_host_number(BytesView bytes) {
  std::uint32_t value = 0;
  TOPOPROOF_CHECK(bytes.size() == sizeof value, "a number in a register has four bytes");
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

bool says_port(const Nat& nat) {
  constexpr int kWords = 4;  // of a register of 128 bits
  if (!nat.port) return false;
  return !nat.address || nat.port->word <= nat.address->word ||
         nat.port->word >= nat.address->word + kWords;
}

}  // namespace topoproof::firewall
