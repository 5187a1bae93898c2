// SPDX-License-Identifier: GPL-2.0-or-later
// One rule: what it asks and what it does, as far as its place allows. Internal to this module.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "firewall/selector.hh"
#include "generator/generate_rules.hh"

namespace topoproof::generator {

// Where a rule stands. A chain that others jump to has no hook: only what fits everywhere.
struct RulePlace {
  std::optional<firewall::Hook> hook = {};
  firewall::ChainType type = firewall::ChainType::Filter;
  std::int32_t priority = 0;
  std::vector<std::string> targets = {};  // of jumps
};

class RuleParts {
 public:
  // Sets that the rule needs are added to the table.
  RuleParts(Chooser& chooser, const Shape& shape, firewall::Table& table, const RulePlace& place)
      : chooser_(chooser), shape_(shape), table_(table), place_(place) {}

  firewall::Rule rule();
  const Hint& hint() const { return hint_; }

 private:
  // Each adds what its feature says. RETURNS: false if it does not fit here, and nothing is added.
  using Part = bool (RuleParts::*)();
  struct Choice {
    Feature feature;
    Part part;
  };
  static const Choice kMatches[];
  static const Choice kFilterActions[];
  static const Choice kSourceNatActions[];
  static const Choice kDestinationNatActions[];
  void add_one_of(std::span<const Choice> choices);

  bool match_source();
  bool match_destination();
  bool match_source_port();
  bool match_destination_port();
  bool match_transport();
  bool match_icmp_type();
  bool match_input();
  bool match_output();
  bool match_mark();
  bool match_ct_state();
  bool match_ct_mark();
  bool match_ct_status();
  bool match_tcp_flags();
  bool match_no_way_back();
  bool match_concatenation();
  bool match_interval_set();
  bool match_named_set();
  bool match_anonymous_set();
  bool ask_verdict_map();
  bool do_accept();
  bool do_drop();
  bool do_return();
  bool do_jump();
  bool do_goto();
  bool do_set_mark();
  bool do_set_ct_mark();
  bool do_save_mark();
  bool do_restore_mark();
  bool do_untrack();
  bool do_limit();
  bool do_quota();
  bool do_clamp_mss();
  bool do_reject();
  bool do_reset();
  bool do_masquerade();
  bool do_source_nat();
  bool do_source_nat_ports();
  bool do_destination_nat();
  bool do_destination_nat_port();
  bool do_redirect();
  void add(firewall::Statement statement) { statements_.push_back(std::move(statement)); }

  bool is_hook(firewall::Hook hook) const { return place_.hook == hook; }
  bool is_bridge() const { return table_.family == firewall::TableFamily::Bridge; }
  bool has_ports() const {
    return hint_.protocol == firewall::kTcp || hint_.protocol == firewall::kUdp;
  }
  firewall::Match match();
  IpAddress edge_address();
  IpAddress any_address();
  std::uint16_t port();
  std::uint8_t icmp() const {
    return shape_.family == Family::Ipv4 ? firewall::kIcmp : firewall::kIcmpv6;
  }
  bool may_reject() const {
    return !is_bridge() && (is_hook(firewall::Hook::Input) || is_hook(firewall::Hook::Forward) ||
                            is_hook(firewall::Hook::Output));
  }
  void decide();  // a verdict behind what has an effect on some packets only
  IpAddress new_source();
  std::uint32_t mark() { return chooser_.source().between<std::uint32_t>(0, 2); }
  Prefix network(const IpAddress& address);
  firewall::PortRange ports(std::uint16_t port);
  std::string interface();

  struct Key {
    firewall::Selector by;
    std::vector<firewall::Interval> values;
  };
  Key key();
  Key address_key();
  Key port_key();
  Key interface_key();

  Chooser& chooser_;
  const Shape& shape_;
  firewall::Table& table_;
  const RulePlace& place_;
  std::vector<firewall::Statement> statements_;
  Hint hint_;
};

}  // namespace topoproof::generator
