// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare/named_ports.hh"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <variant>

#include "xtables/match.hh"

namespace topoproof::compare {
namespace {

using firewall::Expression;
using firewall::PayloadBase;

enum class Wanted { DestinationPort, SourcePort, Length, HopLimit };

// Where a number lies in what a register holds.
struct Place {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};

// The offset of a port in TCP's header and in UDP's; ports may be loaded together.
std::optional<Place> port_in(const firewall::PayloadLoad& load, std::uint32_t offset) {
  const bool has_it = load.base == PayloadBase::Transport && load.length >= 2 &&
                      load.offset <= offset && load.offset + load.length >= offset + 2;
  return has_it ? std::optional(Place{offset - load.offset, 2}) : std::nullopt;
}

bool is(const firewall::PayloadLoad& load, PayloadBase base, std::uint32_t offset,
        std::uint32_t length) {
  return load.base == base && load.offset == offset && load.length == length;
}

// RFC 791, 3.1; RFC 8200, 3; RFC 768.
std::optional<Place> length_in(const firewall::PayloadLoad& load) {
  const bool is_length = is(load, PayloadBase::Network, 2, 2) ||
                         is(load, PayloadBase::Network, 4, 2) ||
                         is(load, PayloadBase::Transport, 4, 2);
  return is_length ? std::optional(Place{0, 2}) : std::nullopt;
}
std::optional<Place> hop_limit_in(const firewall::PayloadLoad& load) {
  const bool is_limit =
      is(load, PayloadBase::Network, 8, 1) || is(load, PayloadBase::Network, 7, 1);
  return is_limit ? std::optional(Place{0, 1}) : std::nullopt;
}

class Numbers {
 public:
  explicit Numbers(Wanted wanted) : wanted_(wanted) {}

  void add(const firewall::Table& table, const firewall::Rule& rule) {
    loaded_.clear();
    for (const Expression& expression : rule.expressions) {
      std::visit([&](const auto& e) { look_at(table, e); }, expression);
    }
  }
  std::set<std::uint16_t> take() { return std::move(numbers_); }

 private:
  template <class T>
  void look_at(const firewall::Table&, const T&) {}

  void look_at(const firewall::Table&, const firewall::PayloadLoad& load) {
    loaded_.erase(load.to);
    if (const auto place = place_in(load)) loaded_[load.to] = *place;
  }
  void look_at(const firewall::Table&, const firewall::MetaLoad& load) {
    loaded_.erase(load.to);
    const bool is_length = load.key == firewall::MetaKey::Length && wanted_ == Wanted::Length;
    if (is_length) loaded_[load.to] = {0, 4};
  }
  void look_at(const firewall::Table&, const firewall::Compare& compare) {
    add_near(compare.from, compare.value);
  }
  void look_at(const firewall::Table&, const firewall::Range& range) {
    add_near(range.from, range.low);
    add_near(range.from, range.high);
  }
  void look_at(const firewall::Table& table, const firewall::Lookup& lookup) {
    const firewall::Set* set = find_set(table, lookup.set);
    if (set == nullptr) return;
    for (const firewall::Element& element : set->elements) {
      add_near(lookup.from, element.key);
      add_near(lookup.from, element.key_high);
    }
  }
  void look_at(const firewall::Table& table, const firewall::XtMatch& match) {
    const Family family = table.family == firewall::TableFamily::Ip6 ? Family::Ipv6 : Family::Ipv4;
    const auto decoded = xtables::decode_match(match.name, match.revision, match.info, family);
    std::visit([this](const auto& m) { look_at(m); }, decoded);
  }

  template <class T>
  void look_at(const T&) {}
  void look_at(const xtables::TcpMatch& tcp) { add_side(tcp); }
  void look_at(const xtables::UdpMatch& udp) { add_side(udp); }
  void look_at(const xtables::MultiportMatch& many) {
    if (!is_port()) return;
    for (const xtables::PortRange& range : many.ports) add(range);
  }
  void look_at(const xtables::LengthMatch& length) {
    if (wanted_ != Wanted::Length) return;
    add_near(length.first);
    add_near(length.last);
  }
  void look_at(const xtables::HopLimitMatch& hops) {
    if (wanted_ == Wanted::HopLimit) add_near(hops.value);
  }
  void add_side(const auto& match) {
    if (is_port()) add(wanted_ == Wanted::SourcePort ? match.source : match.destination);
  }
  void add(const xtables::PortRange& range) {
    if (range.is_any()) return;
    add_near(range.first);
    add_near(range.last);
  }

  bool is_port() const {
    return wanted_ == Wanted::DestinationPort || wanted_ == Wanted::SourcePort;
  }
  std::optional<Place> place_in(const firewall::PayloadLoad& load) const {
    if (wanted_ == Wanted::DestinationPort) return port_in(load, 2);
    if (wanted_ == Wanted::SourcePort) return port_in(load, 0);
    return wanted_ == Wanted::Length ? length_in(load) : hop_limit_in(load);
  }

  // What the register is compared with, if it holds such a number. Concatenations are looked at
  // where that comes first. What `meta` loads is in the host's order, unless the rule turned it.
  void add_near(firewall::Register from, BytesView value) {
    const auto place = loaded_.find(from);
    if (place == loaded_.end()) return;
    const auto [offset, size] = place->second;
    if (value.size() < offset + size) return;
    std::uint32_t forwards = 0;
    std::uint32_t backwards = 0;
    for (std::uint32_t i = 0; i < size; ++i) {
      forwards = forwards << 8U | std::to_integer<std::uint32_t>(value[offset + i]);
      backwards = backwards << 8U | std::to_integer<std::uint32_t>(value[offset + size - 1 - i]);
    }
    add_near(forwards);
    if (size == 4) add_near(backwards);
  }

  void add_near(std::uint32_t number) {
    const std::uint32_t most = wanted_ == Wanted::HopLimit ? 0xff : 0xffff;
    if (number > most) return;
    for (const std::uint32_t near : {number - 1, number, number + 1}) {
      if (near > 0 && near <= most) numbers_.insert(static_cast<std::uint16_t>(near));
    }
  }

  Wanted wanted_;
  std::map<firewall::Register, Place> loaded_;
  std::set<std::uint16_t> numbers_;
};

std::set<std::uint16_t> named(Wanted wanted, const firewall::Ruleset& ruleset) {
  Numbers numbers(wanted);
  for (const firewall::Table& table : ruleset.tables) {
    for (const firewall::Chain& chain : table.chains) {
      for (const firewall::Rule& rule : chain.rules) numbers.add(table, rule);
    }
  }
  return numbers.take();
}

}  // namespace

std::set<std::uint16_t> named_ports(const firewall::Ruleset& ruleset) {
  return named(Wanted::DestinationPort, ruleset);
}

std::set<std::uint16_t> named_source_ports(const firewall::Ruleset& ruleset) {
  return named(Wanted::SourcePort, ruleset);
}

std::set<std::uint16_t> named_lengths(const firewall::Ruleset& ruleset) {
  return named(Wanted::Length, ruleset);
}

std::set<std::uint16_t> named_hop_limits(const firewall::Ruleset& ruleset) {
  return named(Wanted::HopLimit, ruleset);
}

}  // namespace topoproof::compare
