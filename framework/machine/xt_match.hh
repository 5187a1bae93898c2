// SPDX-License-Identifier: GPL-2.0-or-later
// What a match of x_tables says of a packet. For the sources of this module.
#pragma once

#include <optional>
#include <string_view>

#include "machine/machine.hh"
#include "machine/xt_program.hh"

namespace topoproof::machine {

struct MatchResult {
  bool matches = false;
  bool drops = false;  // hotdrop: the packet is too broken to be judged
  bool is_random = false;
  std::string_view unknown = {};  // why nothing can be said
};
constexpr MatchResult when(bool matches) { return {.matches = matches}; }
constexpr MatchResult hot_drop() { return {.drops = true}; }
constexpr MatchResult not_known(std::string_view why) { return {.unknown = why}; }

struct MatchInput {
  const skb::Skb& packet;
  const skb::Headers& headers;
  const HookState& at;
  const World& world;
  conntrack::Random& random;

  // Empty where the headers do not lead there.
  BytesView transport() const;
};

// By kind: of the packet's own bytes and interfaces, and of what is known beside.
MatchResult match(const xtables::TcpMatch& m, const MatchInput& in);
MatchResult match(const xtables::UdpMatch& m, const MatchInput& in);
MatchResult match(const xtables::MultiportMatch& m, const MatchInput& in);
MatchResult match(const xtables::IcmpMatch& m, const MatchInput& in);
MatchResult match(const xtables::TcpMssMatch& m, const MatchInput& in);
MatchResult match(const xtables::LengthMatch& m, const MatchInput& in);
MatchResult match(const xtables::HopLimitMatch& m, const MatchInput& in);
MatchResult match(const xtables::DscpMatch& m, const MatchInput& in);
MatchResult match(const xtables::TosMatch& m, const MatchInput& in);
MatchResult match(const xtables::MacMatch& m, const MatchInput& in);
MatchResult match(const xtables::PacketTypeMatch& m, const MatchInput& in);
MatchResult match(const xtables::AddressTypeMatch& m, const MatchInput& in);
MatchResult match(const xtables::IpRangeMatch& m, const MatchInput& in);
MatchResult match(const xtables::U32Match& m, const MatchInput& in);
MatchResult match(const xtables::StringMatch& m, const MatchInput& in);
MatchResult match(const xtables::PhysdevMatch& m, const MatchInput& in);

MatchResult match(const xtables::ConntrackMatch& m, const MatchInput& in);
MatchResult match(const xtables::MarkMatch& m, const MatchInput& in);
MatchResult match(const xtables::ConnmarkMatch& m, const MatchInput& in);
MatchResult match(const xtables::OwnerMatch& m, const MatchInput& in);
MatchResult match(const xtables::LimitMatch& m, const MatchInput& in, XtMatchCode& code);
MatchResult match(const xtables::HashLimitMatch& m, const MatchInput& in, XtMatchCode& code);
MatchResult match(const xtables::RecentMatch& m, const MatchInput& in, XtMatchCode& code);
MatchResult match(const xtables::StatisticMatch& m, const MatchInput& in, XtMatchCode& code);

MatchResult match(const xtables::RpfilterMatch& m, const MatchInput& in);

// Of those that have no type: nothing where it is not modelled.
std::optional<MatchResult> match_raw(const xtables::Extension& e, const MatchInput& in,
                                     XtMatchCode& code);

// Any of them.
MatchResult run_match(XtMatchCode& code, const MatchInput& in);

}  // namespace topoproof::machine
