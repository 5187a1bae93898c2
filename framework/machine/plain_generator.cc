// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/plain_generator.hh"

#include <algorithm>
#include <set>
#include <string>

#include "packet/stack.hh"

namespace topoproof::machine::plain {
namespace {

namespace fw = firewall;

std::vector<std::uint8_t> octets_of(const Bytes& bytes) {
  std::vector<std::uint8_t> out;
  for (const auto byte : bytes) out.push_back(std::to_integer<std::uint8_t>(byte));
  return out;
}

std::string chain_name(std::size_t index) { return "c" + std::to_string(index); }

}  // namespace

Bytes Generator::some_bytes(std::size_t count) {
  Bytes bytes(count);
  for (auto& byte : bytes) byte = static_cast<std::byte>(chance(70) ? below(4) : below(256));
  return bytes;
}

fw::Register Generator::some_register() {
  return chance(70) ? fw::reg(1) : fw::reg32(static_cast<int>(below(8)));
}

fw::Verdict Generator::verdict(std::size_t chain) {
  const auto kind = below(10);
  if (kind < 3) return {fw::VerdictKind::Accept, {}};
  if (kind < 5) return {fw::VerdictKind::Drop, {}};
  if (kind < 6) return {fw::VerdictKind::Return, {}};
  if (kind < 7) return {fw::VerdictKind::Continue, {}};
  if (chain + 1 >= chains_) return {fw::VerdictKind::Accept, {}};
  // Only forwards, so that it ends.
  const auto target = chain + 1 + below(chains_ - chain - 1);
  return {kind < 9 ? fw::VerdictKind::Jump : fw::VerdictKind::Goto, chain_name(target)};
}

void Generator::add_match(fw::Expressions& code) {
  const auto to = some_register();
  std::size_t length = 4;
  const auto kind = below(10);
  if (kind < 5) {
    static constexpr std::uint32_t kLengths[] = {1, 2, 2, 4, 4, 6, 8, 3, 16};
    length = kLengths[below(std::size(kLengths))];
    const auto base = static_cast<fw::PayloadBase>(chance(10) ? 0 : 1 + below(2));
    code.emplace_back(fw::PayloadLoad{base, static_cast<std::uint32_t>(below(24)),
                                      static_cast<std::uint32_t>(length), to});
  } else if (kind < 9) {
    using enum fw::MetaKey;
    static constexpr fw::MetaKey kKeys[] = {Length,  Protocol, Mark,    Iif,     Oif,     Iifname,
                                            Oifname, Nfproto,  L4proto, Pkttype, Priority};
    const auto key = kKeys[below(std::size(kKeys))];
    if (key == Iifname || key == Oifname) length = 16;
    if (key == Nfproto || key == L4proto || key == Pkttype) length = 1;
    if (key == Protocol) length = 2;
    code.emplace_back(fw::MetaLoad{key, to});
  } else {
    length = 1 + below(2);
    code.emplace_back(fw::ExtensionLoad{.kind = fw::ExtensionKind::TcpOption,
                                        .type = static_cast<std::uint8_t>(1 + below(4)),
                                        .offset = static_cast<std::uint32_t>(below(4)),
                                        .length = static_cast<std::uint32_t>(length),
                                        .to = to,
                                        .presence = chance(20)});
  }
  if (chance(20)) {
    code.emplace_back(fw::Bitwise{to, to, some_bytes(length), some_bytes(length)});
  }
  if (length % 2 == 0 && length <= 8 && chance(10)) {
    code.emplace_back(
        fw::ByteOrder{fw::ByteOrderOp::ToHost, to, to, static_cast<std::uint32_t>(length), 2});
  }
  if (chance(20)) {
    auto low = some_bytes(length);
    auto high = some_bytes(length);
    code.emplace_back(fw::Range{to, std::min(low, high), std::max(low, high), chance(30)});
    return;
  }
  code.emplace_back(fw::Compare{static_cast<fw::CompareOp>(below(6)), to, some_bytes(length)});
}

void Generator::add_lookup(fw::Expressions& code) {
  const auto which = below(5);
  code.emplace_back(fw::PayloadLoad{fw::PayloadBase::Transport, 2, 2, fw::reg(1)});
  if (which == 4) {
    code.emplace_back(fw::MetaLoad{fw::MetaKey::Mark, fw::reg32(1)});
    code.emplace_back(fw::Lookup{"concat", fw::reg(1), {}, chance(20)});
  } else if (which == 3) {
    code.emplace_back(fw::Lookup{"verdicts", fw::reg(1), fw::kVerdictRegister, false});
  } else if (which == 2) {
    code.emplace_back(fw::Lookup{"map", fw::reg(1), fw::reg(2), false});
    code.emplace_back(fw::MetaStore{fw::MetaKey::Mark, fw::reg(2)});
  } else {
    code.emplace_back(fw::Lookup{which == 0 ? "exact" : "ranges", fw::reg(1), {}, chance(30)});
  }
}

void Generator::add_action(fw::Expressions& code) {
  switch (below(8)) {
    case 0:
      code.emplace_back(fw::Immediate{fw::reg(1), some_bytes(4)});
      code.emplace_back(fw::MetaStore{fw::MetaKey::Mark, fw::reg(1)});
      return;
    case 1:
      code.emplace_back(fw::Limit{.rate = 1 + below(5),
                                  .burst = 1 + static_cast<std::uint32_t>(below(4)),
                                  .over = chance(20)});
      return;
    case 2:
      code.emplace_back(fw::Quota{.bytes = below(400), .over = chance(20)});
      return;
    case 3:
      code.emplace_back(fw::NumberGenerator{
          fw::NumberKind::Incremental, 1 + static_cast<std::uint32_t>(below(3)), 0, fw::reg(1)});
      code.emplace_back(fw::Compare{fw::CompareOp::Equal, fw::reg(1), Bytes(4)});
      return;
    case 4:
      code.emplace_back(fw::Immediate{fw::reg(1), some_bytes(4)});
      code.emplace_back(fw::PayloadStore{fw::PayloadBase::Network, 12, 4, fw::reg(1),
                                         fw::ChecksumKind::Internet, 10,
                                         static_cast<std::uint32_t>(below(2))});
      return;
    case 5:
      code.emplace_back(fw::Immediate{fw::reg(1), some_bytes(2)});
      code.emplace_back(fw::PayloadStore{fw::PayloadBase::Transport, 2, 2, fw::reg(1),
                                         fw::ChecksumKind::Internet, 6, 0});
      return;
    default:
      code.emplace_back(fw::Counter{});
  }
}

fw::Rule Generator::rule(std::size_t chain) {
  fw::Rule made;
  auto& code = made.expressions;
  for (auto matches = below(3); matches > 0; --matches) add_match(code);
  if (chance(30)) add_lookup(code);
  if (chance(60)) add_action(code);
  code.emplace_back(fw::Counter{});
  if (chance(10)) {
    static constexpr fw::RejectKind kKinds[] = {fw::RejectKind::AnyError, fw::RejectKind::TcpReset,
                                                fw::RejectKind::IcmpError};
    code.emplace_back(fw::Reject{kKinds[below(3)], static_cast<std::uint8_t>(below(4))});
  } else if (chance(50)) {
    code.emplace_back(verdict(chain));
  }
  return made;
}

void Generator::add_sets(fw::Table& table) {
  fw::Set exact{.name = "exact", .key_length = 2};
  fw::Set map{.name = "map", .flags = fw::kSetMap, .key_length = 2, .data_length = 4};
  fw::Set verdicts{.name = "verdicts",
                   .flags = fw::kSetMap | fw::kSetInterval,
                   .key_length = 2,
                   .data_type = fw::kTypeVerdict};
  fw::Set ranges{.name = "ranges", .flags = fw::kSetInterval, .key_length = 2};
  std::set<Bytes> bounds;
  for (int tries = 0; tries < 8; ++tries) bounds.insert(some_bytes(2));
  bool begins = chance(50);
  for (const auto& bound : bounds) {
    const std::uint32_t flags = begins ? 0 : fw::kElementIntervalEnd;
    ranges.elements.push_back({.key = bound, .flags = flags});
    verdicts.elements.push_back({.key = bound, .flags = flags, .data = verdict(chains_ - 1)});
    if (!begins && chance(30))
      verdicts.elements.push_back({.key = bound, .data = verdict(chains_ - 1)});
    exact.elements.push_back({.key = bound});
    if (chance(50)) map.elements.push_back({.key = bound, .data = some_bytes(4)});
    begins = !begins;
  }
  if (chance(30)) map.elements.push_back({.flags = fw::kElementCatchall, .data = some_bytes(4)});
  fw::Set concat{.name = "concat",
                 .flags = fw::kSetInterval | fw::kSetConcat,
                 .key_length = 8,
                 .field_lengths = {2, 4}};
  for (auto count = below(6); count > 0; --count) {
    fw::Element element{.key = Bytes(8), .key_high = Bytes(8)};
    for (const auto& [at, length] : {std::pair<std::ptrdiff_t, std::size_t>(0, 2), {4, 4}}) {
      const auto a = some_bytes(length);
      const auto b = some_bytes(length);
      std::ranges::copy(std::min(a, b), element.key.begin() + at);
      std::ranges::copy(std::max(a, b), element.key_high.begin() + at);
    }
    concat.elements.push_back(element);
  }
  table.sets = {exact, ranges, map, verdicts, concat};
}

fw::Table Generator::table() {
  fw::Table table{.family = fw::TableFamily::Inet, .name = "t"};
  add_sets(table);
  for (std::size_t i = 0; i < chains_; ++i) {
    fw::Chain chain{.name = chain_name(i)};
    if (i == 0) chain.base = fw::BaseChain{.hook = fw::Hook::Forward, .drops = chance(50)};
    for (auto rules = 1 + below(6); rules > 0; --rules) chain.rules.push_back(rule(i));
    table.chains.push_back(std::move(chain));
  }
  return table;
}

Packet Generator::packet() {
  const bool v6 = chance(30);
  const auto small = [&] {
    const auto digit = below(4);
    return static_cast<std::uint16_t>(chance(50) ? digit : digit * 256);
  };
  auto stack = v6 ? packet::ipv6() : packet::ipv4({.dont_fragment = chance(50)});
  if (v6 && chance(20)) stack = std::move(stack) / packet::hop_by_hop();
  if (v6 && chance(20)) {
    stack = std::move(stack) /
            packet::ipv6_fragment({.fragment_offset = small(), .more_fragments = chance(50)});
  }
  const auto kind = below(3);
  if (kind == 0) stack = std::move(stack) / packet::udp({.sport = small(), .dport = small()});
  if (kind == 1) {
    stack = std::move(stack) /
            packet::tcp({.sport = small(), .dport = small(), .options = some_bytes(below(9))});
  }
  if (kind == 2 && !v6) stack = std::move(stack) / packet::icmp();
  if (kind == 2 && v6) stack = std::move(stack) / packet::icmpv6({.type = 128});
  auto bytes = packet::build(std::move(stack) / packet::payload(some_bytes(below(9))));
  Packet packet{.version = v6 ? 6 : 4,
                .mark = static_cast<std::uint32_t>(below(4)),
                .packet_type = static_cast<int>(below(3)),
                .in = chance(80) ? "eth0" : "",
                .out = chance(80) ? "eth1" : ""};
  packet.in_index = packet.in.empty() ? 0 : 1;
  packet.out_index = packet.out.empty() ? 0 : 2;
  if (chance(10)) bytes.resize(20 + below(bytes.size() - 19));
  if (!v6 && chance(10)) bytes[7] = static_cast<std::byte>(below(4));
  if (v6 && bytes.size() < 40) bytes.resize(40);
  packet.bytes = octets_of(bytes);
  if (chance(50)) packet.link = octets_of(some_bytes(14));
  return packet;
}

}  // namespace topoproof::machine::plain
