// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/ruleset.hh"

#include <algorithm>

#include "base/check.hh"

namespace topoproof::firewall {
namespace {

constexpr std::size_t kCommentMax = 128;  // NFTNL_UDATA_COMMENT_MAXLEN of nft

template <class T>
const T* find_named(const std::vector<T>& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &T::name);
  return found == all.end() ? nullptr : &*found;
}

void forget_state(Expression& expression) {
  if (auto* counter = std::get_if<Counter>(&expression)) *counter = {};
  if (auto* quota = std::get_if<Quota>(&expression)) quota->consumed = 0;
}

void forget_state(Table& table) {
  for (auto& set : table.sets) {
    set.handle = 0;
    // The kernel lists them in the order of a hash or a tree.
    std::ranges::sort(set.elements);
  }
  for (auto& chain : table.chains) {
    for (auto& rule : chain.rules) {
      rule.handle = 0;
      rule.origin = {};
      for (auto& expression : rule.expressions) forget_state(expression);
    }
  }
}

}  // namespace

std::string_view to_string(TableFamily family) {
  switch (family) {
    case TableFamily::Inet:
      return "inet";
    case TableFamily::Ip:
      return "ip";
    case TableFamily::Arp:
      return "arp";
    case TableFamily::Netdev:
      return "netdev";
    case TableFamily::Bridge:
      return "bridge";
    case TableFamily::Ip6:
      return "ip6";
  }
  return "?";
}

std::string_view to_string(ChainType type) {
  switch (type) {
    case ChainType::Filter:
      return "filter";
    case ChainType::Nat:
      return "nat";
    case ChainType::Route:
      return "route";
  }
  return "?";
}

std::string_view to_string(Hook hook) {
  switch (hook) {
    case Hook::Prerouting:
      return "prerouting";
    case Hook::Input:
      return "input";
    case Hook::Forward:
      return "forward";
    case Hook::Output:
      return "output";
    case Hook::Postrouting:
      return "postrouting";
    case Hook::Ingress:
      return "ingress";
    case Hook::Egress:
      return "egress";
  }
  return "?";
}

const Table* find_table(const Ruleset& ruleset, TableFamily family, std::string_view name) {
  const auto found = std::ranges::find_if(ruleset.tables, [&](const Table& table) {
    return table.family == family && table.name == name;
  });
  return found == ruleset.tables.end() ? nullptr : &*found;
}

const Chain* find_chain(const Table& table, std::string_view name) {
  return find_named(table.chains, name);
}

const Set* find_set(const Table& table, std::string_view name) {
  return find_named(table.sets, name);
}

const Rule* find_rule(const Table& table, std::uint64_t handle) {
  for (const auto& chain : table.chains) {
    const auto found = std::ranges::find(chain.rules, handle, &Rule::handle);
    if (found != chain.rules.end()) return &*found;
  }
  return nullptr;
}

// Attributes of one byte type, one byte length and their bytes; the comment is type 0 and ends in a
// zero.
std::string comment_of(const Rule& rule) {
  BytesView rest = rule.userdata;
  while (rest.size() >= 2) {
    const auto length = std::to_integer<std::size_t>(rest[1]);
    if (rest.size() < 2 + length) return {};
    const auto value = as_text(rest.subspan(2, length));
    if (rest[0] == std::byte{0}) return std::string(value.substr(0, value.find('\0')));
    rest = rest.subspan(2 + length);
  }
  return {};
}

Bytes make_comment(std::string_view text) {
  TOPOPROOF_CHECK(text.size() <= kCommentMax, "a comment has at most 128 bytes");
  Bytes bytes(text.size() + 3);
  bytes[1] = static_cast<std::byte>(text.size() + 1);
  std::ranges::copy(as_view(text), bytes.begin() + 2);
  return bytes;
}

Ruleset without_state(Ruleset ruleset) {
  for (auto& table : ruleset.tables) forget_state(table);
  return ruleset;
}

}  // namespace topoproof::firewall
