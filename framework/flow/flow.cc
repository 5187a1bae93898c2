// SPDX-License-Identifier: GPL-2.0-or-later
#include "flow/flow.hh"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/suggest.hh"

namespace topoproof::flow {
namespace {

constexpr std::array<std::string_view, 3> kServiceWords{"icmp", "tcp", "udp"};

std::unexpected<Issue> refuse(std::string_view text, std::string_view why) {
  return std::unexpected(make_issue(fmt::format("'{}' {}", text, why)));
}

std::string endpoint_text(const IpAddress& address, std::uint16_t port, bool has_port) {
  if (!has_port) return to_string(address);
  return fmt::format("{}{}{}", to_string(address), address.is_v4() ? ":" : " port ", port);
}

}  // namespace

std::string_view to_string(Protocol protocol) {
  switch (protocol) {
    case Protocol::Icmp:
      return "icmp";
    case Protocol::Tcp:
      return "tcp";
    case Protocol::Udp:
      return "udp";
    case Protocol::Raw:
      return "raw";
  }
  return "?";
}

std::expected<Service, Issue> Service::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto word = text.substr(0, slash);
  if (text == "icmp") return Service{Protocol::Icmp, 0};
  if (word != "tcp" && word != "udp") {
    return refuse(text, "is not icmp, tcp/PORT or udp/PORT" + did_you_mean(word, kServiceWords));
  }
  if (slash == std::string_view::npos) return refuse(text, "needs a port, like tcp/80");
  const auto digits = text.substr(slash + 1);
  std::uint16_t port = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, port);
  if (digits.empty() || error != std::errc{} || stop != end || port == 0) {
    return refuse(text, "needs a port from 1 to 65535");
  }
  return Service{word == "tcp" ? Protocol::Tcp : Protocol::Udp, port};
}

std::string to_string(const Service& service) {
  const std::string_view word = to_string(service.protocol);
  return service.has_port() ? fmt::format("{}/{}", word, service.port) : std::string(word);
}

std::string to_string(const Tuple& tuple) {
  const bool has_port = tuple.protocol == Protocol::Tcp || tuple.protocol == Protocol::Udp;
  return fmt::format("{} -> {} {}", endpoint_text(tuple.source, tuple.source_port, has_port),
                     endpoint_text(tuple.destination, tuple.destination_port, has_port),
                     to_string(tuple.protocol));
}

}  // namespace topoproof::flow
