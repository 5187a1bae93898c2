// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/ruleset.hh"

#include <algorithm>
#include <array>
#include <variant>

#include "base/check.hh"

namespace topoproof::firewall {
namespace {

constexpr std::size_t kCommentMax = 128;  // NFTNL_UDATA_COMMENT_MAXLEN of nft

template <class T>
const T* find_named(const std::vector<T>& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &T::name);
  return found == all.end() ? nullptr : &*found;
}

constexpr std::uint32_t kDefaultLogLevel = 4;

template <class T>
void forget_equal_end(std::optional<T>& high, const std::optional<T>& low) {
  if (high == low) high.reset();
}

struct ForgetState {
  void operator()(Counter& e) const { e = {}; }
  void operator()(Quota& e) const { e.consumed = 0; }
  void operator()(Last& e) const { e = {}; }
  // The kernel tells the level also where none was asked for,
  void operator()(Log& e) const {
    if (e.level == kDefaultLogLevel) e.level.reset();
  }
  // and repeats the lower end of a range where no upper one was given.
  void operator()(Nat& e) const {
    forget_equal_end(e.address_high, e.address);
    forget_equal_end(e.port_high, e.port);
  }
  void operator()(Masquerade& e) const { forget_equal_end(e.port_high, e.port); }
  void operator()(Redirect& e) const { forget_equal_end(e.port_high, e.port); }
  void operator()(DynamicSet& e) const {
    for (auto& statement : e.statements) std::visit(*this, statement);
  }
  template <class Other>
  void operator()(Other& /*e*/) const {}
};

void forget_state(Set& set) {
  set.handle = 0;
  set.origin = {};
  for (auto& expression : set.expressions) std::visit(ForgetState{}, expression);
  for (auto& element : set.elements) {
    element.expiration_ms = 0;
    element.where = {};
    for (auto& expression : element.expressions) std::visit(ForgetState{}, expression);
  }
  // The kernel lists them in the order of a hash or a tree.
  std::ranges::sort(set.elements);
}

void forget_state(Rule& rule) {
  rule.handle = 0;
  rule.origin = {};
  rule.xt_protocol.reset();
  for (auto& expression : rule.expressions) std::visit(ForgetState{}, expression);
}

void forget_state(Table& table) {
  table.origin = {};
  std::ranges::for_each(table.sets, [](Set& set) { forget_state(set); });
  for (auto& object : table.objects) {
    object.handle = 0;
    object.origin = {};
    std::visit(ForgetState{}, object.value);
  }
  for (auto& flowtable : table.flowtables) {
    flowtable.handle = 0;
    flowtable.origin = {};
  }
  for (auto& chain : table.chains) {
    chain.handle = 0;
    chain.origin = {};
    std::ranges::for_each(chain.rules, [](Rule& rule) { forget_state(rule); });
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

ObjectKind kind_of(const ObjectValue& value) {
  constexpr std::array kKinds{
      ObjectKind::Counter,   ObjectKind::Quota,         ObjectKind::Limit,   ObjectKind::CtHelper,
      ObjectKind::CtTimeout, ObjectKind::CtExpectation, ObjectKind::Secmark, ObjectKind::Synproxy};
  static_assert(kKinds.size() == std::variant_size_v<ObjectValue>);
  return kKinds.at(value.index());
}

const Object* find_object(const Table& table, ObjectKind kind, std::string_view name) {
  const auto found = std::ranges::find_if(table.objects, [&](const Object& object) {
    return object.name == name && kind_of(object.value) == kind;
  });
  return found == table.objects.end() ? nullptr : &*found;
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
