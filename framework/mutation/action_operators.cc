// SPDX-License-Identifier: GPL-2.0-or-later
// Mistakes in what a rule does.
#include <algorithm>
#include <optional>
#include <variant>

#include <fmt/format.h>

#include "firewall/build.hh"
#include "mutation/rule_operators.hh"
#include "mutation/rule_tests.hh"

namespace topoproof::mutation {
namespace {

namespace fw = firewall;

std::optional<std::uint16_t> port_in(const fw::Rule& rule,
                                     const std::optional<fw::Register>& from) {
  for (const fw::Expression& e : rule.expressions) {
    const auto* load = std::get_if<fw::Immediate>(&e);
    const bool is_it = load != nullptr && from && load->to == *from && load->value.size() == 2;
    if (is_it) return load_be16(load->value.data());
  }
  return std::nullopt;
}

std::optional<std::uint16_t> asked_port(const fw::Rule& rule) {
  for (const Test& test : tests_of(rule)) {
    if (test.asked != Asked::DestinationPort) continue;
    const auto* compare = std::get_if<fw::Compare>(&rule.expressions[test.end - 1]);
    const bool is_one = compare != nullptr && compare->op == fw::CompareOp::Equal;
    if (is_one && compare->value.size() == 2) return load_be16(compare->value.data());
  }
  return std::nullopt;
}

std::optional<std::pair<std::uint16_t, std::uint16_t>> translated_port(const fw::Rule& rule) {
  for (const fw::Expression& e : rule.expressions) {
    const auto* nat = std::get_if<fw::Nat>(&e);
    if (nat == nullptr || nat->kind != fw::NatKind::Destination) continue;
    const auto before = asked_port(rule);
    const auto after = port_in(rule, nat->port);
    if (before && after) return std::pair(*before, *after);
  }
  return std::nullopt;
}

class ActionChanger {
 public:
  ActionChanger(const fw::Rule& rule, const fw::Table& table, const fw::BaseChain* base,
                const Alternatives& others, RuleVariants& out)
      : rule_(rule), table_(table), base_(base), others_(others), out_(out) {}

  void change() {
    for (at_ = 0; at_ < rule_.expressions.size(); ++at_) {
      std::visit([this](const auto& e) { change(e); }, rule_.expressions[at_]);
    }
  }

 private:
  template <class Other>
  void change(const Other&) {}

  void change(const fw::Verdict& verdict) {
    using enum fw::VerdictKind;
    if (verdict.kind == Accept) {
      put("accept is drop", fw::drop());
      reject("accept is reject");
    } else if (verdict.kind == Drop) {
      put("drop is accept", fw::accept());
      reject("drop is reject");
    }
  }
  void change(const fw::Reject&) {
    put("reject is accept", fw::accept());
    put("reject is drop", fw::drop());
  }

  // An anonymous chain or one that others jump to may be entered anywhere.
  void reject(std::string what) {
    using enum fw::Hook;
    const bool where_allowed =
        base_ != nullptr && base_->type == fw::ChainType::Filter &&
        (base_->hook == Input || base_->hook == Forward || base_->hook == Output);
    const bool of_ip = table_.family == fw::TableFamily::Inet ||
                       table_.family == fw::TableFamily::Ip ||
                       table_.family == fw::TableFamily::Ip6;
    if (where_allowed && of_ip) put(std::move(what), fw::reject());
  }

  void change(const fw::Nat& nat) {
    change_address(nat);
    change_port(nat);
  }
  void change_address(const fw::Nat& nat) {
    if (!nat.address || nat.address_high) return;
    const std::size_t load = load_of(*nat.address);
    if (load == kNowhere) return;
    const Bytes& now = std::get<fw::Immediate>(rule_.expressions[load]).value;
    const auto other = std::ranges::find_if(others_.hosts, [&](const IpAddress& host) {
      const Bytes bytes = host.bytes();
      return bytes.size() == now.size() && bytes != now;
    });
    if (other != others_.hosts.end()) set_load(load, "wrong host", other->bytes());
  }

  template <class Translation>
  void change_port(const Translation& nat) {
    if (!nat.port || nat.port_high) return;
    const std::size_t load = load_of(*nat.port);
    const auto port = port_in(rule_, nat.port);
    if (load == kNowhere || !port) return;
    const auto swapped = static_cast<std::uint16_t>(*port << 8U | *port >> 8U);
    set_port(load, "written port + 1", static_cast<std::uint16_t>(*port + 1));
    set_port(load, "written port - 1", static_cast<std::uint16_t>(*port - 1));
    if (swapped != *port) set_port(load, "bytes of the written port swapped", swapped);
    drop_port(nat, load);
  }
  void set_port(std::size_t load, std::string what, std::uint16_t port) {
    Bytes bytes(2);
    store_be16(bytes.data(), port);
    set_load(load, std::move(what), bytes);
  }
  template <class Translation>
  void drop_port(Translation nat, std::size_t load) {
    fw::Rule changed = rule_;
    nat.port.reset();
    changed.expressions[at_] = nat;
    changed.expressions.erase(changed.expressions.begin() + static_cast<std::ptrdiff_t>(load));
    out_.push_back({"written port dropped", std::move(changed)});
  }

  void change(const fw::Redirect& redirect) { change_port(redirect); }

  void change(const fw::Masquerade& masquerade) {
    constexpr fw::PortRange kPorts(61'000, 61'999);
    if (!masquerade.port) put("masquerade to other ports", fw::masquerade(kPorts));
    for (const IpAddress& own : others_.own) {
      const bool fits = own.is_v4() ? table_.family == fw::TableFamily::Ip
                                    : table_.family == fw::TableFamily::Ip6;
      if (fits) put("masquerade is snat", fw::snat_to(own));
    }
  }

  static constexpr std::size_t kNowhere = ~std::size_t{0};
  // Where the register is given a constant for the last time before the action.
  std::size_t load_of(fw::Register to) const {
    std::size_t found = kNowhere;
    for (std::size_t i = 0; i < at_; ++i) {
      const auto* load = std::get_if<fw::Immediate>(&rule_.expressions[i]);
      if (load != nullptr && load->to == to) found = i;
    }
    return found;
  }
  void set_load(std::size_t load, std::string what, Bytes value) {
    fw::Rule changed = rule_;
    std::get<fw::Immediate>(changed.expressions[load]).value = std::move(value);
    out_.push_back({std::move(what), std::move(changed)});
  }
  // In place of the action.
  void put(std::string what, const fw::Statement& statement) {
    fw::Rule made = fw::make_rule(table_.family, {statement});
    fw::Rule changed = rule_;
    auto& code = changed.expressions;
    const auto at = code.erase(code.begin() + static_cast<std::ptrdiff_t>(at_));
    code.insert(at, made.expressions.begin(), made.expressions.end());
    out_.push_back({std::move(what), std::move(changed)});
  }

  const fw::Rule& rule_;
  const fw::Table& table_;
  const fw::BaseChain* base_;
  const Alternatives& others_;
  RuleVariants& out_;
  std::size_t at_ = 0;
};

}  // namespace

void add_changed_actions(const fw::Rule& rule, const fw::Table& table, const fw::BaseChain* base,
                         const Alternatives& others, RuleVariants& out) {
  ActionChanger(rule, table, base, others, out).change();
}

std::vector<std::pair<std::uint16_t, std::uint16_t>> translated_ports(const fw::Ruleset& ruleset) {
  std::vector<std::pair<std::uint16_t, std::uint16_t>> ports;
  for (const fw::Table& table : ruleset.tables) {
    for (const fw::Chain& chain : table.chains) {
      for (const fw::Rule& rule : chain.rules) {
        if (const auto pair = translated_port(rule)) ports.push_back(*pair);
      }
    }
  }
  return ports;
}

}  // namespace topoproof::mutation
