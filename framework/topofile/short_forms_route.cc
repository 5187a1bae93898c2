// SPDX-License-Identifier: GPL-2.0-or-later
// Routes in the words of ip-route(8), which everyone who reads a topology knows.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/interface_name.hh"
#include "topofile/short_forms.hh"

namespace topoproof::topofile {
namespace {

using document::flag;
using document::option;
using document::Sentence;
using state::RouteType;

constexpr std::array<std::pair<std::string_view, RouteType>, 5> kTypes{{
    {"unicast", RouteType::Unicast},
    {"blackhole", RouteType::Blackhole},
    {"unreachable", RouteType::Unreachable},
    {"prohibit", RouteType::Prohibit},
    {"throw", RouteType::Throw},
}};

RouteType take_type(Sentence& words) {
  for (const auto& [word, type] : kTypes) {
    if (words.skip(word)) return type;
  }
  return RouteType::Unicast;
}

void take_next_hop(Sentence& words, state::Route& route) {
  constexpr std::uint32_t kHeaviest = 256;
  state::NextHop hop;
  while (!words.is_done()) {
    if (words.skip("via")) {
      words.value("an address", IpAddress::parse, hop.gateway);
    } else if (words.skip("dev")) {
      words.value("an interface", parse_interface_name, hop.interface);
    } else if (words.skip("weight")) {
      words.value("a number", document::integer<std::uint32_t>(1, kHeaviest), hop.weight);
    } else {
      break;
    }
  }
  if (!hop.gateway && !hop.interface) {
    words.refuse(words.where(), "a nexthop needs 'via ADDRESS' or 'dev INTERFACE'");
  }
  route.next_hops.push_back(std::move(hop));
}

// All addresses that the route names besides its destination.
std::vector<IpAddress> addresses_in(const state::Route& route) {
  std::vector<IpAddress> found;
  if (route.gateway) found.push_back(*route.gateway);
  for (const state::NextHop& hop : route.next_hops) {
    if (hop.gateway) found.push_back(*hop.gateway);
  }
  if (route.source) found.push_back(*route.source);
  return found;
}

void refuse_other_family(Sentence& words, const Location& where, const state::Route& route) {
  for (const IpAddress& address : addresses_in(route)) {
    if (address.family() == route.family()) continue;
    words.refuse(where,
                 fmt::format("{} is not of the family of {}, which is {}", to_string(address),
                             to_string(route.destination), to_string(route.family())));
  }
}

void refuse_nonsense(Sentence& words, const Location& where, const state::Route& route) {
  const bool single = route.gateway || route.interface;
  if (route.type == RouteType::Unicast) {
    if (!single && route.next_hops.empty()) {
      words.refuse(words.where(), "a route needs 'via ADDRESS' or 'dev INTERFACE'");
    }
    if (single && !route.next_hops.empty()) {
      words.refuse(where, "a route has either 'via' and 'dev', or nexthops");
    }
  } else if (single || !route.next_hops.empty()) {
    words.refuse(where, fmt::format("a route of type {} leads nowhere: no 'via', 'dev' or nexthop",
                                    to_string(route.type)));
  }
}

}  // namespace

std::optional<state::Route> read_route(Sentence& words) {
  state::Route route;
  const Location where = words.where();
  route.type = take_type(words);
  const bool is_default = words.skip("default");
  if (!is_default) words.value("a network or 'default'", Prefix::parse, route.destination);
  words.options(
      {option("via", "an address", IpAddress::parse, route.gateway),
       option("dev", "an interface", parse_interface_name, route.interface),
       option("metric", "a number", document::integer<std::uint32_t>(0, 0xffff'ffff), route.metric),
       option("table", "a table", parse_table, route.table),
       option("src", "an address", IpAddress::parse, route.source),
       option("mtu", "a number", document::integer<std::uint32_t>(68, 65535), route.mtu),
       flag("onlink", route.on_link),
       {"nexthop", [&](Sentence& rest) { take_next_hop(rest, route); }, true}});
  if (words.failed()) return std::nullopt;
  const auto others = addresses_in(route);
  if (is_default && !others.empty()) {
    route.destination = make_default_prefix(others.front().family());
  }
  refuse_other_family(words, where, route);
  refuse_nonsense(words, where, route);
  if (words.failed()) return std::nullopt;
  return route;
}

std::optional<state::Route> read_route(const document::Node& node, Issues& issues) {
  Sentence words(node, "a route like 'default via 10.0.0.1'", issues);
  return read_route(words);
}

}  // namespace topoproof::topofile
