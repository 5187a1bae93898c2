// SPDX-License-Identifier: GPL-2.0-or-later
#include "topofile/short_forms.hh"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/duration.hh"
#include "base/interface_name.hh"

namespace topoproof::topofile {
namespace {

// Words that have another meaning where a node may be named.
constexpr std::array<std::string_view, 9> kReserved{
    "all", "any", "none", "nodes", "links", "defaults", "groups", "addressing", "routing"};

std::unexpected<Issue> refuse(std::string text) {
  return std::unexpected(make_issue(std::move(text)));
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

std::expected<std::uint16_t, Issue> parse_port(std::string_view whole, std::string_view digits) {
  const auto service = flow::Service::parse(fmt::format("tcp/{}", digits));
  if (service) return service->port;
  return refuse(fmt::format("'{}': the port must be from 1 to 65535", whole));
}

}  // namespace

std::expected<std::string, Issue> parse_node_name(std::string_view text) {
  constexpr std::size_t kLongest = 63;  // as a host name's part
  if (text.empty()) return refuse("a node's name is empty");
  if (text.size() > kLongest) {
    return refuse(fmt::format("node name '{}' has over {} letters", text, kLongest));
  }
  if (!std::ranges::all_of(text, is_name_character) || text.front() == '-') {
    return refuse(fmt::format(
        "node name '{}': letters, digits, '-' and '_' are allowed, and '-' not as the first",
        text));
  }
  if (std::ranges::find(kReserved, text) != kReserved.end()) {
    return refuse(fmt::format("node name '{}' is a word of the format; take another one", text));
  }
  return std::string(text);
}

std::expected<Place, Issue> parse_place(std::string_view text) {
  const auto colon = text.find(':');
  auto node = parse_node_name(text.substr(0, colon));
  if (!node) return std::unexpected(node.error());
  Place place{.node = *std::move(node)};
  if (colon == std::string_view::npos) return place;
  std::string_view interface = text.substr(colon + 1);
  if (const auto slash = interface.find('/'); slash != std::string_view::npos) {
    auto bridge = parse_interface_name(interface.substr(0, slash));
    if (!bridge) return std::unexpected(bridge.error());
    place.bridge = *std::move(bridge);
    interface.remove_prefix(slash + 1);
  }
  auto name = parse_interface_name(interface);
  if (!name) return std::unexpected(name.error());
  place.interface = *std::move(name);
  return place;
}

std::expected<AddressPort, Issue> parse_address_port(std::string_view text) {
  if (text.starts_with('[')) {
    return refuse(fmt::format("'{}': write an IPv6 address with a port as 'fd00::2 tcp/80'", text));
  }
  const auto blank = text.find(' ');
  const auto colon = text.find(':');
  const bool has_colon_port = colon != std::string_view::npos && colon == text.rfind(':');
  const auto address = IpAddress::parse(text.substr(0, has_colon_port ? colon : blank));
  if (!address) return std::unexpected(address.error());
  AddressPort result{.address = *address};
  if (has_colon_port) {
    const auto port = parse_port(text, text.substr(colon + 1));
    if (!port) return std::unexpected(port.error());
    result.port = *port;
  } else if (blank != std::string_view::npos) {
    const auto service = flow::Service::parse(text.substr(text.find_first_not_of(' ', blank)));
    if (!service) return std::unexpected(service.error());
    if (!service->has_port()) return refuse(fmt::format("'{}' has no port", text));
    result.port = service->port;
    result.protocol = service->protocol;
  }
  return result;
}

std::expected<std::string, Issue> parse_sysctl_name(std::string_view text) {
  const auto allowed = [](char c) { return is_name_character(c) || c == '.' || c == '/'; };
  const bool clean = std::ranges::all_of(text, allowed) &&
                     text.find("..") == std::string_view::npos && !text.ends_with('.');
  if (!clean) return refuse(fmt::format("'{}' is not the name of a sysctl", text));
  if (!text.starts_with("net.") && !text.starts_with("net/")) {
    return refuse(
        fmt::format("sysctl '{}': only net.* belongs to a node, the rest is the machine's", text));
  }
  return std::string(text);
}

std::optional<state::Neighbor> read_neighbor(const document::Node& node, Issues& issues) {
  using document::option;
  document::Sentence words(node, "a neighbour like '10.0.0.1 lladdr 02:.. dev eth0'", issues);
  state::Neighbor neighbor;
  words.value("an address", IpAddress::parse, neighbor.address);
  words.options({option("lladdr", "a MAC address", MacAddress::parse, neighbor.mac),
                 option("dev", "an interface", parse_interface_name, neighbor.interface)});
  if (!neighbor.mac) words.refuse(words.where(), "a neighbour needs 'lladdr MAC'");
  if (neighbor.interface.empty()) words.refuse(words.where(), "a neighbour needs 'dev INTERFACE'");
  if (words.failed()) return std::nullopt;
  return neighbor;
}

void take_impairment(document::Sentence& words, impair::Impairment& impairment) {
  using document::option;
  constexpr const char* kShare = "a share like 5%";
  const auto seed = document::integer<std::uint64_t>(0, INT64_MAX);
  words.options({option("delay", "a time like 10ms", parse_duration, impairment.delay),
                 option("jitter", "a time like 2ms", parse_duration, impairment.jitter),
                 option("loss", kShare, impair::Share::parse, impairment.loss),
                 option("duplicate", kShare, impair::Share::parse, impairment.duplicate),
                 option("reorder", kShare, impair::Share::parse, impairment.reorder),
                 option("rate", "a rate like 10mbit", impair::Rate::parse, impairment.rate),
                 option("seed", "a number", seed, impairment.seed)});
}

std::optional<flow::Service> read_listen(const document::Node& node, Issues& issues) {
  const auto service = document::read_value(node, issues, flow::Service::parse);
  if (!service || service->has_port()) return service;
  issues.push_back(make_issue(node.where(), "every node answers icmp; listen on tcp or udp"));
  return std::nullopt;
}

}  // namespace topoproof::topofile
