// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/random_ruleset.hh"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace topoproof::nft {

namespace fw = firewall;

// Fills the members of an expression. The limits are those of the kernel's enumerations and of
// attributes that are flags.
struct ExpressionFiller {
  RandomRuleset& random;

  template <class E>
  void pick(E& value, std::uint32_t count) const {
    value = static_cast<E>(random.below(count));
  }
  void pick(std::uint32_t& value) const { value = static_cast<std::uint32_t>(random.random_()); }
  void pick(fw::Register& value) const { value = random.reg(); }
  void pick(bool& value) const { value = random.coin(); }
  template <class T>
  void pick(std::optional<T>& value) const {
    if (random.coin()) pick(value.emplace());
  }
  void pick(Family& value) const { value = random.coin() ? Family::Ipv4 : Family::Ipv6; }
  void pick(std::uint8_t& value) const { pick(value, 256); }
  void pick(std::uint16_t& value) const { pick(value, 65536); }
  void pick(std::uint64_t& value) const { value = random.number64(); }
  void pick(std::string& value) const { value = random.name(); }
  void pick(Bytes& value) const { value = random.bytes(1, 64); }
  template <class... T>
  void pick_all(T&... values) const {
    (pick(values), ...);
  }

  void operator()(fw::PayloadLoad& e) const {
    pick(e.base, 4);
    pick_all(e.offset, e.length, e.to);
  }
  void operator()(fw::PayloadStore& e) const {
    pick(e.base, 4);
    pick(e.checksum, 3);
    pick_all(e.offset, e.length, e.from, e.checksum_offset, e.checksum_flags);
  }
  void operator()(fw::MetaLoad& e) const {
    pick(e.key, 36);
    pick(e.to);
  }
  void operator()(fw::MetaStore& e) const {
    pick(e.key, 36);
    pick(e.from);
  }
  void operator()(fw::CtLoad& e) const {
    pick(e.key, 24);
    pick(e.to);
    if (random.coin()) pick(e.direction.emplace(), 2);
  }
  void operator()(fw::CtStore& e) const {
    pick(e.key, 24);
    pick(e.from);
    if (random.coin()) pick(e.direction.emplace(), 2);
  }
  void operator()(fw::Compare& e) const {
    pick(e.op, 6);
    pick_all(e.from, e.value);
  }
  void operator()(fw::Bitwise& e) const {
    pick_all(e.from, e.to, e.mask);
    e.flip = random.bytes(static_cast<std::uint32_t>(e.mask.size()),
                          static_cast<std::uint32_t>(e.mask.size()));
  }
  void operator()(fw::Shift& e) const {
    e.direction = random.coin() ? fw::ShiftDirection::Left : fw::ShiftDirection::Right;
    pick_all(e.from, e.to, e.length, e.bits);
  }
  void operator()(fw::ByteOrder& e) const {
    pick(e.op, 2);
    pick_all(e.from, e.to, e.length, e.size);
  }
  void operator()(fw::Range& e) const { pick_all(e.from, e.low, e.high, e.inverted); }
  void operator()(fw::Lookup& e) const {
    pick_all(e.set, e.from, e.inverted);
    pick(e.to);
  }
  void operator()(fw::Verdict& e) const { e = random.verdict(); }
  void operator()(fw::Immediate& e) const { pick_all(e.to, e.value); }
  void operator()(fw::Nat& e) const {
    pick(e.kind, 2);
    e.family.reset();
    pick_all(e.family, e.address, e.address_high, e.port, e.port_high);
    e.flags = random.below(32) << 2;
  }
  template <class T>
    requires std::same_as<T, fw::Masquerade> || std::same_as<T, fw::Redirect>
  void operator()(T& e) const {
    pick_all(e.port, e.port_high);
    e.flags = random.below(32) << 2;
  }
  void operator()(fw::Reject& e) const {
    pick(e.kind, 3);
    pick(e.code);
  }
  void operator()(fw::Counter& e) const { pick_all(e.packets, e.bytes); }
  void operator()(fw::Limit& e) const {
    pick(e.unit, 2);
    pick_all(e.rate, e.per_seconds, e.burst, e.over);
  }
  void operator()(fw::Quota& e) const { pick_all(e.bytes, e.consumed, e.over); }
  void operator()(fw::Connlimit& e) const { pick_all(e.count, e.over); }
  void operator()(fw::Last& e) const { pick_all(e.seen, e.ago_ms); }
  void operator()(fw::Log& e) const {
    pick_all(e.prefix, e.group, e.snaplen, e.queue_threshold, e.level, e.flags);
  }
  void operator()(fw::Notrack& /*e*/) const {}
  void operator()(fw::Queue& e) const {
    pick(e.flags);
    if (random.coin()) return pick(e.number.emplace());
    pick_all(e.first, e.total);
  }
  void operator()(fw::Tproxy& e) const { pick_all(e.family, e.address, e.port); }
  void operator()(fw::Synproxy& e) const { pick_all(e.mss, e.wscale, e.flags); }
  void operator()(fw::Duplicate& e) const { pick_all(e.address, e.device); }
  void operator()(fw::Forward& e) const { pick_all(e.device, e.address, e.family); }
  void operator()(fw::Fib& e) const {
    e.result = static_cast<fw::FibResult>(1 + random.below(3));
    e.flags = random.below(64);
    pick(e.to);
  }
  void operator()(fw::ExtensionLoad& e) const {
    pick(e.kind, 4);
    pick_all(e.type, e.offset, e.length, e.to, e.presence);
  }
  void operator()(fw::ExtensionStore& e) const {
    pick(e.kind, 4);
    pick_all(e.type, e.offset, e.length, e.from);
  }
  void operator()(fw::ExtensionReset& e) const {
    pick(e.kind, 4);
    pick(e.type);
  }
  void operator()(fw::NumberGenerator& e) const {
    pick(e.kind, 2);
    pick_all(e.modulus, e.offset, e.to);
  }
  void operator()(fw::Hash& e) const {
    pick(e.kind, 2);
    pick_all(e.from, e.modulus, e.seed, e.offset, e.to);
    if (e.from) pick(e.length);
  }
  void operator()(fw::RouteLoad& e) const {
    pick(e.key, 5);
    pick(e.to);
  }
  void operator()(fw::SocketLoad& e) const {
    pick(e.key, 4);
    pick(e.to);
    if (e.key >= fw::SocketKey::Wildcard) pick(e.level);
  }
  void operator()(fw::OsfLoad& e) const { pick_all(e.to, e.ttl, e.with_version); }
  void operator()(fw::TunnelLoad& e) const {
    pick(e.key, 2);
    pick(e.to);
  }
  void operator()(fw::XfrmLoad& e) const {
    pick(e.key, 7);
    pick(e.direction, 2);
    pick_all(e.number, e.to);
  }
  void operator()(fw::DynamicSet& e) const {
    pick(e.change, 3);
    pick_all(e.set, e.key, e.data, e.timeout_ms, e.inverted);
    e.statements = random.some_stateful(3);
  }
  void operator()(fw::ObjectReference& e) const {
    pick(e.kind, 11);
    pick(e.name);
  }
  void operator()(fw::ObjectLookup& e) const { pick_all(e.set, e.from); }
  void operator()(fw::FlowOffload& e) const { pick(e.flowtable); }
  template <class T>
    requires std::same_as<T, fw::XtMatch> || std::same_as<T, fw::XtTarget>
  void operator()(T& e) const {
    pick_all(e.name, e.revision);
    e.info = random.bytes(8, 300);
  }

  void operator()(fw::CtHelper& e) const {
    pick_all(e.helper, e.l3_protocol, e.l4_protocol);
    e.helper.resize(std::min<std::size_t>(e.helper.size(), 15));
  }
  void operator()(fw::CtTimeout& e) const {
    pick(e.l3_protocol);
    const bool is_tcp = random.coin();
    e.l4_protocol = is_tcp ? 6 : 17;
    e.seconds.resize(is_tcp ? 11 : 2);
    for (auto& seconds : e.seconds) pick(seconds);
  }
  void operator()(fw::CtExpectation& e) const {
    pick_all(e.l3_protocol, e.l4_protocol, e.port, e.timeout_ms, e.size);
  }
  void operator()(fw::Secmark& e) const { pick(e.context); }
};

namespace {

// An empty value of the variant's alternative with this index.
template <class Variant, std::size_t... I>
Variant empty_alternative(std::size_t index, std::index_sequence<I...> /*all*/) {
  static const std::array<Variant, sizeof...(I)> kEmpty{Variant(std::in_place_index<I>)...};
  return kEmpty.at(index);
}

template <class Variant>
Variant empty_alternative(std::size_t index) {
  return empty_alternative<Variant>(index,
                                    std::make_index_sequence<std::variant_size_v<Variant>>());
}

}  // namespace

std::uint32_t RandomRuleset::below(std::uint32_t limit) {
  return static_cast<std::uint32_t>(random_() % limit);
}

std::uint64_t RandomRuleset::number64() { return random_() >> below(64); }

Bytes RandomRuleset::bytes(std::uint32_t least, std::uint32_t most) {
  Bytes bytes(least + below(most - least + 1));
  for (auto& byte : bytes) byte = static_cast<std::byte>(random_());
  return bytes;
}

std::string RandomRuleset::name() {
  std::string name(1 + below(20), 'a');
  for (auto& letter : name) letter = static_cast<char>('a' + below(26));
  return name;
}

fw::Verdict RandomRuleset::verdict() {
  constexpr std::array kKinds{fw::VerdictKind::Drop,     fw::VerdictKind::Accept,
                              fw::VerdictKind::Continue, fw::VerdictKind::Return,
                              fw::VerdictKind::Jump,     fw::VerdictKind::Goto};
  fw::Verdict verdict{kKinds.at(below(kKinds.size())), {}};
  if (verdict.kind <= fw::VerdictKind::Jump && verdict.kind != fw::VerdictKind::Return) {
    verdict.chain = name();
  }
  return verdict;
}

fw::Expression RandomRuleset::expression(std::size_t alternative) {
  auto made = empty_alternative<fw::Expression>(alternative);
  std::visit(ExpressionFiller{*this}, made);
  return made;
}

fw::Expression RandomRuleset::any_expression() {
  return expression(below(std::variant_size_v<fw::Expression>));
}

fw::StatefulExpression RandomRuleset::stateful() {
  auto made =
      empty_alternative<fw::StatefulExpression>(below(std::variant_size_v<fw::StatefulExpression>));
  std::visit(ExpressionFiller{*this}, made);
  return made;
}

std::vector<fw::StatefulExpression> RandomRuleset::some_stateful(std::uint32_t most) {
  std::vector<fw::StatefulExpression> some(below(most + 1));
  for (auto& expression : some) expression = stateful();
  return some;
}

fw::Element RandomRuleset::element(const fw::Set& set) {
  fw::Element element{.key = bytes(set.key_length, set.key_length), .data = {}};
  if (below(8) == 0) {
    element.key.clear();
    element.flags = fw::kElementCatchall;
  }
  if (below(4) == 0) element.key_high = bytes(set.key_length, set.key_length);
  if (set.is_object_map()) {
    element.object = name();
  } else if (set.is_map()) {
    if (set.data_length == 0) element.data = verdict();
    if (set.data_length != 0) element.data = bytes(set.data_length, set.data_length);
  }
  if (coin()) element.timeout_ms = number64();
  if (coin()) element.expiration_ms = number64();
  if (coin()) element.userdata = bytes(1, 100);
  element.expressions = some_stateful(2);
  return element;
}

fw::Set RandomRuleset::set(int number) {
  fw::Set set{.name = fmt::format("set{}", number),
              .flags = below(256) & ~(fw::kSetAnonymous | fw::kSetMap | fw::kSetObject),
              .key_type = below(100),
              .key_length = 1 + below(64)};
  if (below(3) == 0) {
    set.flags |= fw::kSetObject;
    set.object_kind = static_cast<fw::ObjectKind>(1 + below(10));
  } else if (coin()) {
    set.flags |= fw::kSetMap;
    set.data_type = coin() ? fw::kTypeVerdict : 1 + below(50);
    if (set.data_type != fw::kTypeVerdict) set.data_length = 1 + below(64);
  }
  for (auto fields = below(5); fields > 0; --fields) set.field_lengths.push_back(1 + below(16));
  set.timeout_ms = coin() ? number64() : 0;
  set.gc_interval_ms = below(2) * below(100000);
  set.size = below(2) * below(100000);
  if (coin()) set.userdata = bytes(1, 200);
  if (coin()) set.policy = coin() ? fw::SetPolicy::Memory : fw::SetPolicy::Performance;
  set.expressions = some_stateful(2);
  for (auto count = below(200); count > 0; --count) set.elements.push_back(element(set));
  return set;
}

fw::Object RandomRuleset::object(int number) {
  fw::Object object{
      .name = fmt::format("object{}", number),
      .value = empty_alternative<fw::ObjectValue>(below(std::variant_size_v<fw::ObjectValue>))};
  std::visit(ExpressionFiller{*this}, object.value);
  if (coin()) object.userdata = bytes(1, 100);
  return object;
}

fw::Rule RandomRuleset::rule() {
  fw::Rule rule;
  for (auto count = below(20); count > 0; --count) rule.expressions.push_back(any_expression());
  if (coin()) rule.userdata = bytes(1, 200);
  rule.xt_protocol = {.protocol = below(256), .flags = below(4)};
  return rule;
}

fw::Chain RandomRuleset::chain(int number) {
  fw::Chain chain{.name = fmt::format("chain{}", number)};
  if (coin()) {
    constexpr std::array kHooks{fw::Hook::Input, fw::Hook::Output};
    chain.base = fw::BaseChain{.type = static_cast<fw::ChainType>(below(3)),
                               .hook = kHooks.at(below(2)),
                               .priority = static_cast<std::int32_t>(random_()),
                               .drops = coin(),
                               .devices = {}};
    for (auto count = below(4); count > 0; --count) chain.base->devices.push_back(name());
  }
  if (coin()) chain.flags = fw::kChainOffload;
  if (coin()) chain.userdata = bytes(1, 100);
  for (auto count = below(10); count > 0; --count) chain.rules.push_back(rule());
  return chain;
}

fw::Table RandomRuleset::table(int number) {
  using enum fw::TableFamily;
  constexpr std::array kFamilies{Inet, Ip, Ip6, Bridge};
  fw::Table table{.family = kFamilies.at(below(kFamilies.size())),
                  .name = fmt::format("table{}", number),
                  .dormant = coin()};
  table.owned = coin();
  if (coin()) table.userdata = bytes(1, 100);
  for (auto count = below(4); count > 0; --count)
    table.sets.push_back(set(static_cast<int>(count)));
  for (auto count = below(4); count > 0; --count) {
    table.objects.push_back(object(static_cast<int>(count)));
  }
  for (auto count = below(4); count > 0; --count) {
    table.chains.push_back(chain(static_cast<int>(count)));
  }
  if (coin()) table.flowtables = {{.name = name(), .priority = 5, .devices = {name(), name()}}};
  return table;
}

fw::Ruleset RandomRuleset::ruleset() {
  fw::Ruleset ruleset;
  for (auto count = 1 + below(3); count > 0; --count) {
    ruleset.tables.push_back(table(static_cast<int>(count)));
  }
  return ruleset;
}

}  // namespace topoproof::nft
