// SPDX-License-Identifier: GPL-2.0-or-later
#include "generator/rule_parts.hh"

#include <algorithm>
#include <array>

#include "base/check.hh"

namespace topoproof::generator {

using namespace firewall;  // NOLINT: the words of rules

// What is named twice is twice as likely.
const RuleParts::Choice RuleParts::kMatches[] = {
    {Feature::SourceAddress, &RuleParts::match_source},
    {Feature::DestinationAddress, &RuleParts::match_destination},
    {Feature::SourcePort, &RuleParts::match_source_port},
    {Feature::DestinationPort, &RuleParts::match_destination_port},
    {Feature::DestinationPort, &RuleParts::match_destination_port},
    {Feature::TransportProtocol, &RuleParts::match_transport},
    {Feature::IcmpType, &RuleParts::match_icmp_type},
    {Feature::InputInterface, &RuleParts::match_input},
    {Feature::OutputInterface, &RuleParts::match_output},
    {Feature::Mark, &RuleParts::match_mark},
    {Feature::CtState, &RuleParts::match_ct_state},
    {Feature::CtState, &RuleParts::match_ct_state},
    {Feature::CtMark, &RuleParts::match_ct_mark},
    {Feature::CtStatus, &RuleParts::match_ct_status},
    {Feature::TcpFlags, &RuleParts::match_tcp_flags},
    {Feature::NoWayBack, &RuleParts::match_no_way_back},
    {Feature::AnonymousSet, &RuleParts::match_anonymous_set},
    {Feature::NamedSet, &RuleParts::match_named_set},
    {Feature::IntervalSet, &RuleParts::match_interval_set},
    {Feature::Concatenation, &RuleParts::match_concatenation},
    {Feature::VerdictMap, &RuleParts::ask_verdict_map},
};
const RuleParts::Choice RuleParts::kFilterActions[] = {
    {Feature::Accept, &RuleParts::do_accept},
    {Feature::Accept, &RuleParts::do_accept},
    {Feature::Drop, &RuleParts::do_drop},
    {Feature::Drop, &RuleParts::do_drop},
    {Feature::Jump, &RuleParts::do_jump},
    {Feature::Goto, &RuleParts::do_goto},
    {Feature::Return, &RuleParts::do_return},
    {Feature::RejectByIcmp, &RuleParts::do_reject},
    {Feature::RejectByReset, &RuleParts::do_reset},
    {Feature::SetMark, &RuleParts::do_set_mark},
    {Feature::SetCtMark, &RuleParts::do_set_ct_mark},
    {Feature::SaveMark, &RuleParts::do_save_mark},
    {Feature::RestoreMark, &RuleParts::do_restore_mark},
    {Feature::Untrack, &RuleParts::do_untrack},
    {Feature::RateLimit, &RuleParts::do_limit},
    {Feature::ByteQuota, &RuleParts::do_quota},
    {Feature::ClampMss, &RuleParts::do_clamp_mss},
};
const RuleParts::Choice RuleParts::kSourceNatActions[] = {
    {Feature::SourceNat, &RuleParts::do_source_nat},
    {Feature::SourceNatPorts, &RuleParts::do_source_nat_ports},
    {Feature::Masquerade, &RuleParts::do_masquerade},
    {Feature::Accept, &RuleParts::do_accept},
};
const RuleParts::Choice RuleParts::kDestinationNatActions[] = {
    {Feature::DestinationNat, &RuleParts::do_destination_nat},
    {Feature::DestinationNatPort, &RuleParts::do_destination_nat_port},
    {Feature::Redirect, &RuleParts::do_redirect},
    {Feature::Accept, &RuleParts::do_accept},
};

Rule RuleParts::rule() {
  constexpr std::array<std::uint8_t, 2> kWithPorts{kTcp, kUdp};
  if (chooser_.chance(60)) hint_.protocol = chooser_.source().pick(kWithPorts);
  for (std::size_t count = chooser_.source().below(3); count > 0; --count) add_one_of(kMatches);
  add(counter());
  if (chooser_.chance(10)) return make_rule(table_.family, statements_);
  if (place_.type == ChainType::Filter) {
    add_one_of(kFilterActions);
  } else {
    const bool source = is_hook(Hook::Postrouting) || is_hook(Hook::Input);
    add_one_of(source ? std::span<const Choice>(kSourceNatActions) : kDestinationNatActions);
  }
  return make_rule(table_.family, statements_);
}

void RuleParts::add_one_of(std::span<const Choice> choices) {
  std::vector<Feature> features;
  std::ranges::transform(choices, std::back_inserter(features), &Choice::feature);
  const auto feature = chooser_.choose(features);
  if (!feature) return;
  const auto choice = std::ranges::find(choices, *feature, &Choice::feature);
  if ((this->*choice->part)()) chooser_.note(*feature);
}

bool RuleParts::do_accept() {
  add(accept());
  return true;
}

bool RuleParts::do_drop() {
  add(drop());
  return true;
}

bool RuleParts::do_return() {
  add(return_to_caller());
  return true;
}

bool RuleParts::do_jump() {
  if (place_.targets.empty()) return false;
  add(jump(chooser_.source().pick(place_.targets)));
  return true;
}

bool RuleParts::do_goto() {
  if (place_.targets.empty()) return false;
  add(go_to(chooser_.source().pick(place_.targets)));
  return true;
}

bool RuleParts::do_set_mark() {
  add(set_mark(mark()));
  return true;
}

bool RuleParts::do_set_ct_mark() {
  if (is_bridge()) return false;
  add(set_ct_mark(mark()));
  return true;
}

bool RuleParts::do_save_mark() {
  if (is_bridge()) return false;
  add(save_mark());
  return true;
}

bool RuleParts::do_restore_mark() {
  if (is_bridge()) return false;
  add(restore_mark());
  return true;
}

bool RuleParts::do_untrack() {
  if (is_bridge()) return false;
  add(notrack());
  return true;
}

void RuleParts::decide() { add(chooser_.source().coin() ? accept() : drop()); }

bool RuleParts::do_limit() {
  constexpr std::uint64_t kDay = 86'400;  // no token comes back while we look
  add(limit(1, kDay, chooser_.source().between<std::uint32_t>(1, 3)));
  decide();
  return true;
}

bool RuleParts::do_quota() {
  const bool over = chooser_.source().coin();
  add(quota(chooser_.source().between<std::uint64_t>(30, 300), over));
  decide();
  return true;
}

bool RuleParts::do_clamp_mss() {
  const bool fits = is_hook(Hook::Forward) || is_hook(Hook::Postrouting);
  if (hint_.protocol != kTcp || is_bridge() || !fits) return false;
  add(clamp_mss());
  return true;
}

bool RuleParts::do_reject() {
  if (!may_reject()) return false;
  add(reject());
  return true;
}

bool RuleParts::do_reset() {
  if (!may_reject() || hint_.protocol != kTcp) return false;
  add(reject_with_tcp_reset());
  return true;
}

bool RuleParts::do_masquerade() {
  if (!is_hook(Hook::Postrouting)) return false;
  add(masquerade());
  return true;
}

// One of the node's, or one that nobody has.
IpAddress RuleParts::new_source() {
  if (chooser_.chance(30)) return next_address(edge_address(), 70);
  return chooser_.source().pick(shape_.ports).node_address;
}

bool RuleParts::do_source_nat() {
  add(snat_to(new_source()));
  return true;
}

bool RuleParts::do_source_nat_ports() {
  if (!has_ports()) return false;
  add(snat_to(new_source(), PortRange(7000)));
  return true;
}

bool RuleParts::do_destination_nat() {
  add(dnat_to(any_address()));
  return true;
}

bool RuleParts::do_destination_nat_port() {
  if (!has_ports()) return false;
  const std::uint16_t new_port = port();
  add(dnat_to(any_address(), new_port));
  return true;
}

bool RuleParts::do_redirect() {
  if (!has_ports()) return false;
  add(redirect_to(port()));
  return true;
}

}  // namespace topoproof::generator
