// SPDX-License-Identifier: GPL-2.0-or-later
// What a hook of connection tracking or NAT says about a packet.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/ip_address.hh"
#include "firewall/ruleset.hh"

namespace topoproof::conntrack {

enum class Verdict : std::uint8_t {
  Accept,
  Drop,
  Unknown,  // the kernel does something here that is not modelled: nothing may be concluded
};

struct Outcome {
  Verdict verdict = Verdict::Accept;
  std::string_view why = {};  // of Drop and Unknown; static text, for people
  friend bool operator==(const Outcome&, const Outcome&) = default;

  bool accepts() const { return verdict == Verdict::Accept; }
};
constexpr Outcome accepted() { return {}; }
constexpr Outcome dropped(std::string_view why) { return {Verdict::Drop, why}; }
constexpr Outcome unknown(std::string_view why) { return {Verdict::Unknown, why}; }

// Where a packet is (struct nf_hook_state). The packet's own indexes say by which interfaces it
// goes.
struct HookPoint {
  firewall::Hook hook = firewall::Hook::Prerouting;
  Family family = Family::Ipv4;
  std::uint32_t in = 0;  // interface index; 0: none at this hook
  std::uint32_t out = 0;
};

}  // namespace topoproof::conntrack
