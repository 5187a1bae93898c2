// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <map>

#include "asked.hh"

namespace topoproof::agreement {
namespace {

using namespace firewall;  // NOLINT: all of its instructions

// What lies in a register: so many bytes of a field, from its first on.
struct Loaded {
  Field field = Field::Source;
  std::size_t length = 0;  // of what was loaded
  std::size_t whole = 0;   // of the field
};

struct PayloadField {
  PayloadBase base;
  std::uint32_t offset;
  std::uint32_t length;
  Field field;
};
constexpr PayloadField kIpv4Fields[] = {{PayloadBase::Network, 12, 4, Field::Source},
                                        {PayloadBase::Network, 16, 4, Field::Destination},
                                        {PayloadBase::Network, 9, 1, Field::Protocol},
                                        {PayloadBase::Network, 8, 1, Field::Ttl},
                                        {PayloadBase::Network, 2, 2, Field::Length}};
constexpr PayloadField kIpv6Fields[] = {{PayloadBase::Network, 8, 16, Field::Source},
                                        {PayloadBase::Network, 24, 16, Field::Destination},
                                        {PayloadBase::Network, 6, 1, Field::Protocol},
                                        {PayloadBase::Network, 7, 1, Field::Ttl}};
constexpr PayloadField kTransportFields[] = {{PayloadBase::Transport, 0, 2, Field::SourcePort},
                                             {PayloadBase::Transport, 2, 2, Field::DestinationPort},
                                             {PayloadBase::Transport, 13, 1, Field::TcpFlags},
                                             {PayloadBase::Transport, 0, 1, Field::IcmpType},
                                             {PayloadBase::Transport, 1, 1, Field::IcmpCode}};

bool is_interface(Field field) { return field == Field::In || field == Field::Out; }

// Trailing zeros are of nft's; without any the name is the begin of longer ones.
Bytes name_of(const Bytes& value) {
  const auto end = std::ranges::find(value, std::byte{0});
  Bytes name(value.begin(), end);
  if (end == value.end()) name.push_back(std::byte{'*'});
  return name;
}

class RuleReader {
 public:
  explicit RuleReader(const Table& table)
      : table_(table), is_v6_(table.family == TableFamily::Ip6) {}

  ReadRule read(const Rule& rule) {
    for (const Expression& expression : rule.expressions) std::visit(*this, expression);
    return std::move(read_);
  }

  void operator()(const PayloadLoad& load) {
    registers_.erase(load.to.word);
    if (load.base == PayloadBase::Transport) return find(kTransportFields, load);
    const bool v6_length = load.length > 4 || load.offset >= 20 || load.offset == 6;
    if (is_v6_ || v6_length) return find(kIpv6Fields, load);
    find(kIpv4Fields, load);
  }
  void operator()(const MetaLoad& load) {
    registers_.erase(load.to.word);
    if (load.key == MetaKey::Iifname || load.key == MetaKey::BridgeIifname) {
      registers_[load.to.word] = {Field::In, 16, 16};
    }
    if (load.key == MetaKey::Oifname || load.key == MetaKey::BridgeOifname) {
      registers_[load.to.word] = {Field::Out, 16, 16};
    }
    if (load.key == MetaKey::L4proto) registers_[load.to.word] = {Field::Protocol, 1, 1};
    if (load.key == MetaKey::Nfproto) registers_[load.to.word] = {Field::NetworkFamily, 1, 1};
  }
  void operator()(const Bitwise& bitwise) {
    const Loaded* from = find(bitwise.from);
    if (from == nullptr) return;
    registers_[bitwise.to.word] = *from;
    masks_[bitwise.to.word] = bitwise.mask;
  }
  void operator()(const Compare& compare) {
    const Loaded* from = find(compare.from);
    if (from == nullptr) return;
    switch (compare.op) {
      case CompareOp::Equal:
      case CompareOp::NotEqual:
        return ask(*from, compare.value, with_free_bits(compare),
                   compare.op == CompareOp::NotEqual);
      case CompareOp::Less:
      case CompareOp::GreaterOrEqual:
        return ask(*from, compare.value, Bytes(compare.value.size(), std::byte{0xff}),
                   compare.op == CompareOp::Less);
      case CompareOp::Greater:
      case CompareOp::LessOrEqual:
        return ask(*from, Bytes(compare.value.size()), compare.value,
                   compare.op == CompareOp::Greater);
    }
  }
  void operator()(const Range& range) {
    if (const Loaded* from = find(range.from)) ask(*from, range.low, range.high, range.inverted);
  }
  void operator()(const Lookup& lookup) {
    const auto set = std::ranges::find(table_.sets, lookup.set, &Set::name);
    if (set == table_.sets.end()) return;
    for (std::size_t i = 0; i < set->elements.size(); ++i) {
      const Element& element = set->elements[i];
      if ((element.flags & (kElementIntervalEnd | kElementCatchall)) != 0) continue;
      const auto asked = ask_key(lookup.from, element.key, last_of(*set, i), lookup.inverted);
      if (const auto* verdict = std::get_if<Verdict>(&element.data)) {
        if (!verdict->chain.empty()) read_.ways.push_back({verdict->chain, asked});
      }
      // Of a set of thousands some are enough.
      if (i < 4 || i + 2 > set->elements.size()) {
        read_.asked.insert(read_.asked.end(), asked.begin(), asked.end());
      }
    }
  }
  void operator()(const Verdict& verdict) {
    if (!verdict.chain.empty()) read_.ways.push_back({verdict.chain, {}});
  }
  void operator()(const Immediate& immediate) { immediates_.push_back(immediate.value); }
  void operator()(const Nat& nat) {
    if (nat.kind != NatKind::Destination) return;
    for (const Bytes& value : immediates_) {
      if (value.size() == 4 || value.size() == 16) read_.translated_to.push_back(value);
    }
  }
  void operator()(const XtMatch& match) {
    const auto asked = read_match(match, is_v6_ ? Family::Ipv6 : Family::Ipv4);
    read_.asked.insert(read_.asked.end(), asked.begin(), asked.end());
  }
  template <class Other>
  void operator()(const Other& /*not read*/) {}

 private:
  template <std::size_t N>
  void find(const PayloadField (&fields)[N], const PayloadLoad& load) {
    for (const PayloadField& field : fields) {
      const bool is_it =
          field.base == load.base && field.offset == load.offset &&
          (load.length == field.length || (load.length < field.length && field.length >= 4));
      if (is_it) registers_[load.to.word] = {field.field, load.length, field.length};
    }
    const bool both_ports =
        load.base == PayloadBase::Transport && load.offset == 0 && load.length == 4;
    if (both_ports) registers_[load.to.word] = {Field::SourcePort, 2, 2};
  }
  const Loaded* find(Register reg) const {
    const auto found = registers_.find(reg.word);
    return found == registers_.end() ? nullptr : &found->second;
  }

  Bytes with_free_bits(const Compare& compare) const {
    Bytes high = compare.value;
    const auto mask = masks_.find(compare.from.word);
    if (mask == masks_.end()) return high;
    for (std::size_t i = 0; i < std::min(high.size(), mask->second.size()); ++i) {
      high[i] |= ~mask->second[i];
    }
    return high;
  }

  // An element of an interval set ends before the key of the next one, which says so.
  static Bytes last_of(const Set& set, std::size_t at) {
    const Element& element = set.elements[at];
    if (!element.key_high.empty()) return element.key_high;
    if ((set.flags & kSetInterval) == 0) return element.key;
    for (const Element& other : set.elements) {
      if ((other.flags & kElementIntervalEnd) == 0 || other.key <= element.key) continue;
      Bytes last = other.key;
      for (std::size_t i = last.size(); i-- > 0;) {
        const bool borrows = last[i] == std::byte{0};
        last[i] = static_cast<std::byte>(std::to_integer<int>(last[i]) - 1);
        if (!borrows) break;
      }
      return last;
    }
    return element.key;
  }

  // The fields of a concatenation lie one behind the other, in whole words.
  std::vector<Asked> ask_key(Register from, const Bytes& low, const Bytes& high,
                             bool inverted) const {
    std::vector<Asked> asked;
    std::size_t at = 0;
    while (at < low.size()) {
      const auto found = registers_.find(static_cast<std::uint8_t>(from.word + at / 4));
      const std::size_t length = found == registers_.end() ? 4 : found->second.length;
      const std::size_t end = std::min(at + length, std::min(low.size(), high.size()));
      if (found != registers_.end() && at < end) {
        asked.push_back(make(found->second, slice(low, at, end), slice(high, at, end), inverted));
      }
      at += (length + 3) / 4 * 4;
    }
    return asked;
  }
  static Bytes slice(const Bytes& bytes, std::size_t from, std::size_t to) {
    return {bytes.begin() + static_cast<std::ptrdiff_t>(from),
            bytes.begin() + static_cast<std::ptrdiff_t>(to)};
  }

  static Asked make(const Loaded& loaded, Bytes low, Bytes high, bool inverted) {
    if (is_interface(loaded.field)) {
      low = name_of(low);
      return {loaded.field, low, low, inverted};
    }
    low.resize(loaded.whole);
    high.resize(loaded.whole, std::byte{0xff});
    return {loaded.field, std::move(low), std::move(high), inverted};
  }
  void ask(const Loaded& loaded, const Bytes& low, const Bytes& high, bool inverted) {
    read_.asked.push_back(make(loaded, low, high, inverted));
  }

  const Table& table_;
  bool is_v6_;
  std::map<std::uint8_t, Loaded> registers_;  // by word
  std::map<std::uint8_t, Bytes> masks_;
  std::vector<Bytes> immediates_;
  ReadRule read_;
};

}  // namespace

ReadRule read_rule(const Rule& rule, const Table& table) { return RuleReader(table).read(rule); }

}  // namespace topoproof::agreement
