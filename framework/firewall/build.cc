// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/build.hh"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "base/check.hh"
#include "base/planted_fault.hh"
#include "firewall/layout.hh"

namespace topoproof::firewall {
namespace {

Bytes one_byte(std::uint8_t value) { return {std::byte{value}}; }

CompareOp compare_op(Match match) {
  return match == Match::Is ? CompareOp::Equal : CompareOp::NotEqual;
}

Statement act(Expression expression) { return {.expressions = {std::move(expression)}}; }

Expressions meta_is(MetaKey key, Bytes value, Match match = Match::Is) {
  return {MetaLoad{key, reg(1)}, Compare{compare_op(match), reg(1), std::move(value)}};
}

// nft loads only the bytes that the prefix fixes where they are whole bytes, else all and masks.
Expressions address_in(const Prefix& prefix, std::uint32_t offset, Match match) {
  auto bytes = prefix.address().bytes();
  const auto length = static_cast<std::size_t>(prefix.length());
  if (length % 8 == 0) {
    bytes.resize(length / 8);
    return {
        PayloadLoad{PayloadBase::Network, offset, static_cast<std::uint32_t>(length / 8), reg(1)},
        Compare{compare_op(match), reg(1), bytes}};
  }
  const auto mask =
      masked(prefix.family() == Family::Ipv4 ? IpAddress(Ipv4Address(0xffff'ffff))
                                             : IpAddress::from_bytes(Bytes(16, std::byte{0xff})),
             prefix.length());
  const auto whole = static_cast<std::uint32_t>(bytes.size());
  return {PayloadLoad{PayloadBase::Network, offset, whole, reg(1)},
          Bitwise{reg(1), reg(1), mask.bytes(), Bytes(bytes.size())},
          Compare{compare_op(match), reg(1), bytes}};
}

Statement address_match(const Prefix& prefix, std::uint32_t v4, std::uint32_t v6, Match match) {
  Statement statement{.expressions = {}, .network = prefix.family()};
  TOPOPROOF_CHECK(!prefix.is_default() || match == Match::Is,
                  "no packet is outside of any address");
  if (prefix.is_default()) return statement;
  const auto offset = prefix.family() == Family::Ipv4 ? v4 : v6;
  statement.expressions = address_in(prefix, offset, match);
  return statement;
}

Statement port_match(std::uint8_t protocol, std::uint32_t offset, PortRange ports, Match match) {
  TOPOPROOF_CHECK(ports.first <= ports.last, "a range of ports goes upwards");
  Statement statement{.expressions = {PayloadLoad{PayloadBase::Transport, offset, 2, reg(1)}},
                      .network = {},
                      .transport = protocol};
  auto& code = statement.expressions;
  const auto low = wire_port(ports.first);
  const auto high = wire_port(ports.last);
  if (ports.first == ports.last) {
    code.emplace_back(Compare{compare_op(match), reg(1), low});
  } else if (match == Match::IsNot) {
    code.emplace_back(Range{reg(1), low, high, true});
  } else {
    code.emplace_back(Compare{CompareOp::GreaterOrEqual, reg(1), low});
    code.emplace_back(Compare{CompareOp::LessOrEqual, reg(1), high});
  }
  return statement;
}

Statement interface_match(MetaKey key, std::string_view name, Match match) {
  TOPOPROOF_CHECK(!name.empty() && name != "*" && name.size() < kInterfaceNameSize,
                  "an interface name has 1 to 15 bytes");
  const bool any_so_begun = name.ends_with('*');
  if (any_so_begun) name.remove_suffix(1);
  Bytes value(as_view(name).begin(), as_view(name).end());
  if (!any_so_begun) value.resize(kInterfaceNameSize);
  return {.expressions = meta_is(key, std::move(value), match)};
}

Statement icmp_type_match(Family family, std::uint8_t protocol, std::uint8_t type) {
  return {.expressions = {PayloadLoad{PayloadBase::Transport, 0, 1, reg(1)},
                          Compare{CompareOp::Equal, reg(1), one_byte(type)}},
          .network = family,
          .transport = protocol};
}

std::optional<Family> family_of(TableFamily table) {
  if (table == TableFamily::Ip) return Family::Ipv4;
  if (table == TableFamily::Ip6) return Family::Ipv6;
  return {};
}

Expressions network_is(TableFamily table, Family family) {
  if (table == TableFamily::Inet) {
    const auto number = family == Family::Ipv4 ? TableFamily::Ip : TableFamily::Ip6;
    return meta_is(MetaKey::Nfproto, one_byte(static_cast<std::uint8_t>(number)));
  }
  Bytes ether_type(2);
  store_be16(ether_type.data(), family == Family::Ipv4 ? 0x0800 : 0x86dd);
  return meta_is(MetaKey::Protocol, ether_type);
}

// In a table of one family there is no icmpx: its four codes become those of the family.
Reject reject_in(TableFamily table, const Reject& reject) {
  const auto family = family_of(table);
  if (!family || reject.kind != RejectKind::AnyError) return reject;
  constexpr std::array<std::uint8_t, 4> kIcmpCodes{0, 3, 1, 13};
  constexpr std::array<std::uint8_t, 4> kIcmpv6Codes{0, 4, 3, 1};
  TOPOPROOF_CHECK(reject.code < 4, "icmpx has four codes");
  const auto& codes = *family == Family::Ipv4 ? kIcmpCodes : kIcmpv6Codes;
  return {RejectKind::IcmpError, codes.at(reject.code)};
}

// A test of one field for one value: what nft joins with the same test of the field that follows.
bool is_field_test(std::span<const Expression> code) {
  if (code.size() != 2 || !std::holds_alternative<PayloadLoad>(code[0])) return false;
  const auto* compare = std::get_if<Compare>(&code[1]);
  return compare != nullptr && compare->op == CompareOp::Equal;
}

// Adds statements to a rule, with what they need to be known before.
class RuleBuilder {
 public:
  explicit RuleBuilder(TableFamily table) : table_(table), network_(family_of(table)) {}

  void add(const Statement& statement) {
    if (statement.network) need_network(*statement.network);
    if (statement.transport) need_transport(*statement.transport);
    if (joined_with_last(statement.expressions)) return;
    last_ = code_.size();
    for (const auto& expression : statement.expressions) add(expression);
  }

  Expressions take() { return std::move(code_); }

 private:
  void add(const Expression& expression) {
    // A translation passes packets of the other family over, and needs no test of its own.
    const auto* nat = std::get_if<Nat>(&expression);
    TOPOPROOF_CHECK(nat == nullptr || !network_ || !nat->family || *network_ == *nat->family,
                    "a rule is about one family");
    const auto* reject = std::get_if<Reject>(&expression);
    code_.push_back(reject == nullptr ? expression : Expression(reject_in(table_, *reject)));
  }

  void need_network(Family family) {
    TOPOPROOF_CHECK(!network_ || *network_ == family, "a rule is about one family");
    if (std::exchange(network_, family)) return;
    append(network_is(table_, family));
  }

  void need_transport(std::uint8_t protocol) {
    TOPOPROOF_CHECK(!transport_ || *transport_ == protocol, "a rule is about one protocol");
    if (std::exchange(transport_, protocol) || planted("encoder-dependency")) return;
    append(meta_is(MetaKey::L4proto, one_byte(protocol)));
  }

  void append(const Expressions& dependency) {
    code_.insert(code_.end(), dependency.begin(), dependency.end());
    last_ = code_.size();
  }

  // nft loads neighbouring fields of one header at once if they fill no more than a 32-bit word
  // (source and destination port), in whichever order they are tested.
  bool joined_with_last(const Expressions& next) {
    const auto last = std::span(code_).subspan(last_);
    if (!is_field_test(last) || !is_field_test(next)) return false;
    auto& load = std::get<PayloadLoad>(last[0]);
    const auto& other = std::get<PayloadLoad>(next[0]);
    if (load.base != other.base || load.length + other.length > kWord) return false;
    const bool follows = load.offset + load.length == other.offset;
    if (!follows && other.offset + other.length != load.offset) return false;
    auto& value = std::get<Compare>(last[1]).value;
    const auto& more = std::get<Compare>(next[1]).value;
    value.insert(follows ? value.end() : value.begin(), more.begin(), more.end());
    load.offset = std::min(load.offset, other.offset);
    load.length += other.length;
    return true;
  }

  TableFamily table_;
  std::optional<Family> network_;
  std::optional<std::uint8_t> transport_;
  Expressions code_;
  std::size_t last_ = 0;  // where the last statement's own expressions begin
};

}  // namespace

Bytes wire_port(std::uint16_t port) {
  Bytes bytes(2);
  store_be16(bytes.data(), planted("encoder-byte-order") ? std::byteswap(port) : port);
  return bytes;
}

Statement ip_saddr(const Prefix& prefix, Match match) {
  return address_match(prefix, 12, 8, match);
}
Statement ip_daddr(const Prefix& prefix, Match match) {
  return address_match(prefix, 16, 24, match);
}
Statement sport(std::uint8_t protocol, PortRange ports, Match match) {
  return port_match(protocol, 0, ports, match);
}
Statement dport(std::uint8_t protocol, PortRange ports, Match match) {
  return port_match(protocol, 2, ports, match);
}
Statement l4proto(std::uint8_t protocol) {
  return {.expressions = {}, .network = {}, .transport = protocol};
}
Statement icmp_type(std::uint8_t type) { return icmp_type_match(Family::Ipv4, kIcmp, type); }
Statement icmpv6_type(std::uint8_t type) { return icmp_type_match(Family::Ipv6, kIcmpv6, type); }
Statement nfproto(Family family) { return {.expressions = {}, .network = family}; }
Statement iifname(std::string_view name, Match match) {
  return interface_match(MetaKey::Iifname, name, match);
}
Statement oifname(std::string_view name, Match match) {
  return interface_match(MetaKey::Oifname, name, match);
}
Statement meta_mark(std::uint32_t mark, Match match) {
  return {.expressions = meta_is(MetaKey::Mark, host_number(mark), match)};
}
Statement ct_state(std::uint32_t states) {
  return {.expressions = {CtLoad{.key = CtKey::State, .to = reg(1), .direction = {}},
                          Bitwise{reg(1), reg(1), host_number(states), host_number(0)},
                          Compare{CompareOp::NotEqual, reg(1), host_number(0)}}};
}

Statement counter() { return act(Counter{}); }
Statement log(std::string prefix) { return act(Log{.prefix = std::move(prefix)}); }
Statement notrack() { return act(Notrack{}); }
Statement limit(std::uint64_t rate, std::uint64_t per_seconds, std::uint32_t burst) {
  return act(Limit{.rate = rate, .per_seconds = per_seconds, .burst = burst});
}
Statement set_mark(std::uint32_t mark) {
  return {.expressions = {Immediate{reg(1), host_number(mark)}, MetaStore{MetaKey::Mark, reg(1)}}};
}
Statement set_nftrace() {
  return {.expressions = {Immediate{reg(1), one_byte(1)}, MetaStore{MetaKey::Nftrace, reg(1)}}};
}

Statement accept() { return act(Verdict{VerdictKind::Accept, {}}); }
Statement drop() { return act(Verdict{VerdictKind::Drop, {}}); }
Statement jump(std::string chain) { return act(Verdict{VerdictKind::Jump, std::move(chain)}); }
Statement go_to(std::string chain) { return act(Verdict{VerdictKind::Goto, std::move(chain)}); }
Statement return_to_caller() { return act(Verdict{VerdictKind::Return, {}}); }
Statement reject() { return act(Reject{}); }
Statement reject_with(Reject how) { return act(how); }
Statement reject_with_tcp_reset() {
  return {.expressions = {Reject{RejectKind::TcpReset, 0}}, .network = {}, .transport = kTcp};
}
Rule make_rule(TableFamily family, std::span<const Statement> statements, Origin origin) {
  RuleBuilder builder(family);
  for (const auto& statement : statements) builder.add(statement);
  return {.expressions = builder.take(), .origin = std::move(origin)};
}

Rule make_rule(TableFamily family, std::initializer_list<Statement> statements, Origin origin) {
  return make_rule(family, std::span(statements.begin(), statements.size()), std::move(origin));
}

Chain make_base_chain(std::string name, ChainType type, Hook hook, std::int32_t priority) {
  return {.name = std::move(name),
          .base = BaseChain{.type = type, .hook = hook, .priority = priority},
          .rules = {}};
}

}  // namespace topoproof::firewall
