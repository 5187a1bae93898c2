// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/ports.hh"

#include <charconv>
#include <cstdint>
#include <optional>
#include <ranges>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sys/files.hh"

namespace topoproof::service {
namespace {

// include/net/tcp_states.h; a UDP socket without a peer is told as closed.
constexpr std::string_view kListening = "0A";
constexpr std::string_view kUnconnected = "07";

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (const auto word : std::views::split(line, ' ')) {
    if (!word.empty()) words.emplace_back(word.begin(), word.end());
  }
  return words;
}

// "0: 0100007F:0050 00000000:0000 0A ...": the port behind the local address.
std::optional<std::uint16_t> port_of(std::string_view line, std::string_view state) {
  const auto words = words_of(line);
  if (words.size() < 4 || words[3] != state) return std::nullopt;
  const auto colon = words[1].find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view digits = words[1].substr(colon + 1);
  std::uint16_t port = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port, 16);
  return read.ec == std::errc() && port != 0 ? std::optional(port) : std::nullopt;
}

}  // namespace

void add_ports(std::string_view table, flow::Protocol protocol, std::set<flow::Service>& ports) {
  const std::string_view state = protocol == flow::Protocol::Tcp ? kListening : kUnconnected;
  for (const auto line : std::views::split(table, '\n')) {
    const auto port = port_of({line.begin(), line.end()}, state);
    if (port) ports.insert({protocol, *port});
  }
}

std::set<flow::Service> observe_ports() {
  std::set<flow::Service> ports;
  for (const auto& [name, protocol] : {std::pair{"tcp", flow::Protocol::Tcp},
                                       {"tcp6", flow::Protocol::Tcp},
                                       {"udp", flow::Protocol::Udp},
                                       {"udp6", flow::Protocol::Udp}}) {
    const auto table = sys::read_file(fmt::format("/proc/thread-self/net/{}", name));
    if (table) add_ports(*table, protocol, ports);
  }
  return ports;
}

}  // namespace topoproof::service
