// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare/named_ports.hh"

#include <map>
#include <utility>
#include <variant>

#include "xtables/match.hh"

namespace topoproof::compare {
namespace {

using firewall::Expression;

constexpr std::uint32_t kDestinationPort = 2;  // its offset in TCP's header and in UDP's

class Ports {
 public:
  void add(const firewall::Table& table, const firewall::Rule& rule) {
    loaded_.clear();
    for (const Expression& expression : rule.expressions) {
      std::visit([&](const auto& e) { look_at(table, e); }, expression);
    }
  }
  std::set<std::uint16_t> take() { return std::move(ports_); }

 private:
  template <class T>
  void look_at(const firewall::Table&, const T&) {}

  void look_at(const firewall::Table&, const firewall::PayloadLoad& load) {
    loaded_.erase(load.to);
    const bool is_port = load.base == firewall::PayloadBase::Transport && load.length >= 2 &&
                         (load.offset == kDestinationPort || load.offset == 0);
    if (is_port && load.offset + load.length >= kDestinationPort + 2) {
      loaded_[load.to] = kDestinationPort - load.offset;
    }
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
    if (const auto* tcp = std::get_if<xtables::TcpMatch>(&decoded)) add(tcp->destination);
    if (const auto* udp = std::get_if<xtables::UdpMatch>(&decoded)) add(udp->destination);
    if (const auto* many = std::get_if<xtables::MultiportMatch>(&decoded)) {
      for (const xtables::PortRange& range : many->ports) add(range);
    }
  }

  void add(const xtables::PortRange& range) {
    if (range.is_any()) return;
    add_near(range.first);
    add_near(range.last);
  }

  // What the register is compared with, if it holds a port. Concatenations are looked at where the
  // port comes first.
  void add_near(firewall::Register from, BytesView value) {
    const auto place = loaded_.find(from);
    if (place == loaded_.end() || value.size() < place->second + 2) return;
    const auto high = std::to_integer<unsigned>(value[place->second]);
    const auto low = std::to_integer<unsigned>(value[place->second + 1]);
    add_near(static_cast<std::uint16_t>(high << 8U | low));
  }

  void add_near(std::uint16_t port) {
    for (const int near : {port - 1, int{port}, port + 1}) {
      if (near > 0 && near <= 0xffff) ports_.insert(static_cast<std::uint16_t>(near));
    }
  }

  std::map<firewall::Register, std::uint32_t> loaded_;  // where in the register the port is
  std::set<std::uint16_t> ports_;
};

}  // namespace

std::set<std::uint16_t> named_ports(const firewall::Ruleset& ruleset) {
  Ports ports;
  for (const firewall::Table& table : ruleset.tables) {
    for (const firewall::Chain& chain : table.chains) {
      for (const firewall::Rule& rule : chain.rules) ports.add(table, rule);
    }
  }
  return ports.take();
}

}  // namespace topoproof::compare
