// SPDX-License-Identifier: GPL-2.0-or-later
// The order in which base chains of one hook and priority meet packets: the one registered last
// comes first, across tables and families. The kernel does not list it; its events tell it. In the
// values it is the order of tables, and of chains in a table.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/issue.hh"
#include "firewall/ruleset.hh"
#include "netlink/socket.hh"
#include "rules/rule_lines.hh"

namespace topoproof::rules {

// Where the kernel keeps one list of chains. Those of nat have a list of their own.
struct MeetingPlace {
  firewall::TableFamily family = firewall::TableFamily::Ip;  // Ip, Ip6, Arp, Bridge, Netdev
  firewall::Hook hook = firewall::Hook::Input;
  std::int32_t priority = 0;
  bool is_nat = false;
  std::string device = {};  // of ingress and egress
  friend auto operator<=>(const MeetingPlace&, const MeetingPlace&) = default;
};

// The base chains at each place, as registered, by the order of the values. Chains that no packet
// notices (no rules, policy accept) and those of dormant tables are none.
using Meetings = std::map<MeetingPlace, std::vector<ChainName>>;
Meetings meetings(const firewall::Ruleset& ruleset);

// Whether chains of several tables meet.
bool is_order_open(const firewall::Ruleset& ruleset);

// Hears which base chains are registered in the namespace of the thread that makes it.
class Registrations {
 public:
  Registrations();
  // Those that stand, in their order. THROWS: ExchangeError, with Overrun if events were lost.
  std::vector<ChainName> take();

 private:
  void hear(const netlink::Message& message);
  void hear_table(const netlink::Message& message);

  netlink::Socket socket_;
  std::vector<ChainName> chains_;
  std::set<std::pair<firewall::TableFamily, std::string>> tables_;
};

// Puts the tables in an order that keeps that of the chains, and leaves it where it does already.
// RETURNS: why there is none.
std::optional<Issue> arrange(firewall::Ruleset& ruleset, const std::vector<ChainName>& registered);

}  // namespace topoproof::rules
