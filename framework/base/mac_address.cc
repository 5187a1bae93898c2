// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/mac_address.hh"

#include <fmt/format.h>

#include "base/bytes.hh"

namespace topoproof {

std::expected<MacAddress, Issue> MacAddress::parse(std::string_view text) {
  const auto refuse = [&] {
    return std::unexpected(make_issue(fmt::format("'{}' is not a MAC address", text)));
  };
  if (text.size() != 17) return refuse();
  std::array<std::byte, 6> bytes{};
  for (std::size_t i = 0; i < 6; ++i) {
    const auto value = parse_hex(text.substr(3 * i, 2));
    if (!value || value->size() != 1 || (i < 5 && text[3 * i + 2] != ':')) return refuse();
    bytes[i] = value->front();
  }
  return MacAddress(bytes);
}

std::string to_string(const MacAddress& mac) {
  std::string text = to_hex(mac.bytes());
  for (char& c : text) {
    if (c == ' ') c = ':';
  }
  return text;
}

}  // namespace topoproof
