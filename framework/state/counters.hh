// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's counters of a namespace, as /proc/net prints them.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>

#include "base/issue.hh"

namespace topoproof::state {

// By group and name: "Ip.OutNoRoutes", "IpExt.InNoRoutes", "TcpExt.ListenDrops"; those of IPv6 as
// they are: "Ip6InNoRoutes". A few (Tcp.MaxConn) may be negative.
using Counters = std::map<std::string, std::int64_t>;

// /proc/net/snmp and /proc/net/netstat: pairs of lines, names and then numbers.
std::expected<Counters, Issue> parse_counter_table(std::string_view text);
// /proc/net/snmp6: a name and a number in each line.
std::expected<Counters, Issue> parse_counter_list(std::string_view text);

// What has grown from one reading to the next, and by how much.
Counters growth(const Counters& before, const Counters& after);

}  // namespace topoproof::state
