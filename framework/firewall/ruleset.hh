// SPDX-License-Identifier: GPL-2.0-or-later
// An nf_tables program as values: tables, their chains, rules, sets and objects. Order is the
// kernel's, and meaningful in rules only. Names are unique within their table.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hh"
#include "firewall/expression.hh"
#include "firewall/object.hh"
#include "firewall/origin.hh"
#include "firewall/set.hh"

namespace topoproof::firewall {

// What iptables-nft tells the kernel beside a rule with XtMatch or XtTarget: the protocol that they
// were written for. The kernel does not list it; then it follows from the rule's expressions.
struct XtProtocol {
  std::uint32_t protocol = 0;
  std::uint32_t flags = 0;  // 2: any but this one
  friend auto operator<=>(const XtProtocol&, const XtProtocol&) = default;
};

struct Rule {
  Expressions expressions;
  Origin origin;             // not known to the kernel
  Bytes userdata;            // opaque to the kernel; nft keeps the comment here
  std::uint64_t handle = 0;  // the kernel's number, unique in the table; 0: not loaded
  std::optional<XtProtocol> xt_protocol = {};
  friend auto operator<=>(const Rule&, const Rule&) = default;
};

// The numbers are NFPROTO_*.
enum class TableFamily : std::uint8_t {
  Inet = 1,
  Ip = 2,
  Arp = 3,
  Netdev = 5,
  Bridge = 7,
  Ip6 = 10
};

enum class ChainType { Filter, Nat, Route };

// Ingress and Egress: of netdev tables, Ingress of inet tables as well; the others of any other.
enum class Hook { Prerouting, Input, Forward, Output, Postrouting, Ingress, Egress };

inline constexpr std::int32_t kDestinationNatPriority = -100;
inline constexpr std::int32_t kSourceNatPriority = 100;

// What makes a chain a base chain: packets enter it at a hook. Lower priorities come first.
struct BaseChain {
  ChainType type = ChainType::Filter;
  Hook hook = Hook::Input;
  std::int32_t priority = 0;
  bool drops = false;                // the policy: drop, else accept
  std::vector<std::string> devices;  // of netdev chains
  friend auto operator<=>(const BaseChain&, const BaseChain&) = default;
};

inline constexpr std::uint32_t kChainOffload = 2;  // to the devices
inline constexpr std::uint32_t kChainBinding = 4;  // anonymous: of the one rule that jumps there

// Anonymous chains bear the name that the kernel gives them ("__chain7"); the encoder lets it
// choose.
struct Chain {
  std::string name;
  std::optional<BaseChain> base;
  std::vector<Rule> rules;
  std::uint32_t flags = 0;
  Bytes userdata = {};       // nft keeps the comment here
  std::uint64_t handle = 0;  // the kernel's number; 0: not loaded
  Origin origin = {};        // not known to the kernel
  friend auto operator<=>(const Chain&, const Chain&) = default;

  bool is_anonymous() const { return (flags & kChainBinding) != 0; }
};

struct Table {
  TableFamily family = TableFamily::Ip;
  std::string name;
  bool dormant = false;
  std::vector<Set> sets;
  std::vector<Chain> chains;
  std::vector<Object> objects = {};
  std::vector<Flowtable> flowtables = {};
  bool owned = false;   // by the socket that loads it: the kernel drops both together
  Bytes userdata = {};  // nft keeps the comment here
  Origin origin = {};   // not known to the kernel
  friend auto operator<=>(const Table&, const Table&) = default;
};

struct Ruleset {
  std::vector<Table> tables;
  friend auto operator<=>(const Ruleset&, const Ruleset&) = default;
};

std::string_view to_string(TableFamily family);  // as nft says it: "ip", "inet", ...
std::string_view to_string(ChainType type);
std::string_view to_string(Hook hook);

// RETURNS: null where there is none.
const Table* find_table(const Ruleset& ruleset, TableFamily family, std::string_view name);
const Chain* find_chain(const Table& table, std::string_view name);
const Set* find_set(const Table& table, std::string_view name);
const Object* find_object(const Table& table, ObjectKind kind, std::string_view name);
const Rule* find_rule(const Table& table, std::uint64_t handle);

// The comment of a rule lies in its userdata, as nft puts it there. RETURNS: empty without one.
std::string comment_of(const Rule& rule);
Bytes make_comment(std::string_view text);  // REQUIRES: at most 128 bytes

// The same program without what loading and running it change: handles, counters, consumed quotas,
// the order of elements, what the kernel adds where it was left out; and without what it does not
// tell: origins, the protocols of x_tables.
Ruleset without_state(Ruleset ruleset);

}  // namespace topoproof::firewall
