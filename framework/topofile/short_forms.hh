// SPDX-License-Identifier: GPL-2.0-or-later
// The short forms that topologies and scenarios share: names, places, routes, neighbours, sysctls,
// addresses with ports. Readers as in document/values.hh: nothing is returned without an issue.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/issue.hh"
#include "document/sentence.hh"
#include "flow/flow.hh"
#include "state/namespace.hh"
#include "state/neighbor.hh"
#include "state/route.hh"
#include "topology/topology.hh"

namespace topoproof::topofile {

// Letters, digits, '-' and '_', at most 63, not a word of the format. No dots and colons: a name
// must never look like an address, and "host.masquerade" and "host:eth0" must be clear.
std::expected<std::string, Issue> parse_node_name(std::string_view text);

// "red", "red:eth0", "host:br0/port1".
struct Place {
  std::string node;
  std::string bridge = {};
  std::string interface = {};
  friend auto operator<=>(const Place&, const Place&) = default;
};
std::expected<Place, Issue> parse_place(std::string_view text);

// "192.168.15.2", "192.168.15.2:80", "fd00::2 tcp/80" (or IPv4 so).
struct AddressPort {
  IpAddress address;
  std::optional<std::uint16_t> port = {};
  std::optional<flow::Protocol> protocol = {};  // where it was said
  friend auto operator<=>(const AddressPort&, const AddressPort&) = default;
};
std::expected<AddressPort, Issue> parse_address_port(std::string_view text);

// In the words of ip-route(8): "default via 10.0.0.1 metric 5", "blackhole 10.9.0.0/16",
// "10.0.0.0/8 nexthop via 10.1.0.1 nexthop via 10.2.0.1 weight 2". `default` is of the family of
// what it names, else IPv4. Takes all words that are left.
std::optional<state::Route> read_route(document::Sentence& words);
std::optional<state::Route> read_route(const document::Node& node, Issues& issues);

// In the words of ip-rule(8), in any order: "from 10.0.0.0/8 lookup 100", "fwmark 0x1/0xff lookup
// 7 priority 50", "not fwmark 51820 lookup 51820", "lookup main suppress_prefixlength 0", "iif eth1
// unreachable". Of IPv6 if it names such an address, or begins with "ipv6". A priority that is not
// said is 0: give_priorities() finds one.
std::optional<state::Rule> read_policy_rule(const document::Node& node, Issues& issues);
// As the kernel chooses them, one rule after the other (fib_default_rule_pref): before all that
// there are.
void give_priorities(std::vector<topology::Located<state::Rule>>& rules);
// "main", "local", "default", or a number
std::expected<std::uint32_t, Issue> parse_table(std::string_view text);

// "192.168.15.1 lladdr 02:00:00:00:00:01 dev eth0"
std::optional<state::Neighbor> read_neighbor(const document::Node& node, Issues& issues);

// "delay 10ms jitter 2ms loss 5%", in any order.
void take_impairment(document::Sentence& words, impair::Impairment& impairment);

// tcp/PORT or udp/PORT
std::optional<flow::Service> read_listen(const document::Node& node, Issues& issues);

// Only net.*: nothing else belongs to a namespace.
std::expected<std::string, Issue> parse_sysctl_name(std::string_view text);

// A reader that keeps the place beside the value.
template <class F>
auto located(F read) {
  return [read = std::move(read)](const document::Node& node, Issues& issues) {
    using T = document::ReadType<F>;
    auto value = document::read_value(node, issues, read);
    return value ? std::optional(topology::Located<T>{*std::move(value), node.where()})
                 : std::nullopt;
  };
}

}  // namespace topoproof::topofile
