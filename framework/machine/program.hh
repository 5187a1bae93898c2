// SPDX-License-Identifier: GPL-2.0-or-later
// A ruleset made ready to run: names resolved, sets indexed, with the state that its packets leave
// (counters, limits, elements that rules add). Made once, run for many packets.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "firewall/ruleset.hh"
#include "machine/code.hh"
#include "machine/set.hh"
#include "machine/state.hh"
#include "machine/xt_program.hh"

namespace topoproof::machine {

struct CompiledRule {
  std::uint32_t first = 0;  // instruction
  std::uint32_t count = 0;
  const firewall::Rule* source = nullptr;
  std::uint64_t matches = 0;  // packets for which no expression broke the rule
};

struct CompiledChain {
  std::vector<CompiledRule> rules;
  const firewall::Chain* source = nullptr;
  const firewall::Table* table = nullptr;
  std::uint64_t packets = 0;  // that entered it
};

struct NamedObject {
  const firewall::Object* source = nullptr;
  std::optional<std::uint32_t> state;  // none: what it does is not modelled
};

// The families of hooks a packet can be at (state->pf): chains of inet are registered in the lists
// of ip and of ip6.
using firewall::TableFamily;

// The kernel has drawn the key of the hash, and tells nobody.
inline bool is_drawn(const firewall::Hash& hash) {
  return hash.kind == firewall::HashKind::Symmetric || !hash.seed || !hash.from;
}

// See Program::needs_tracking. For who need not compile the rules to know.
bool needs_tracking(const firewall::Ruleset& ruleset, Family family);

class Program {
 public:
  Program() = default;  // of no tables
  // REQUIRES: a ruleset that the kernel would load (names resolve, jumps end).
  explicit Program(firewall::Ruleset ruleset);

  const firewall::Ruleset& ruleset() const { return *ruleset_; }

  // The base chains of a hook in the order in which packets meet them: by priority, and of equal
  // priority the one registered later first. Of chains of type nat only, or of all others.
  // `family`: Ip, Ip6, Arp, Bridge or Netdev.
  enum class Which { Nat, Others };
  std::vector<std::uint32_t> base_chains(TableFamily family, firewall::Hook hook,
                                         Which which) const;
  // Likewise those at a device's own hook (ingress, egress): of tables netdev and inet.
  std::vector<std::uint32_t> device_chains(std::string_view device, firewall::Hook hook) const;
  const firewall::BaseChain& base(std::uint32_t chain) const {
    return *chains_[chain].source->base;
  }

  // What rules of the namespace need: connection tracking (any ct or nat), translation (a nat
  // chain), by family: nf_ct_netns_get() counts them so.
  bool needs_tracking(Family family) const;
  bool needs_nat(Family family) const;
  // What looks for sockets before tracking wants whole packets as well (nft_tproxy_init).
  bool needs_defragmentation(Family family) const;

  // For reports, and for who runs the program.
  std::span<CompiledChain> chains() { return chains_; }
  std::span<const CompiledChain> chains() const { return chains_; }
  std::span<const Instruction> code() const { return code_; }
  std::vector<Set>& sets() { return sets_; }
  std::vector<State>& states() { return states_; }
  std::vector<NamedObject>& objects() { return objects_; }
  std::vector<XtMatchCode>& xt_matches() { return xt_matches_; }
  const std::vector<xtables::Target>& xt_targets() const { return xt_targets_; }
  // By code::LoadMeta::kinds.
  std::span<const std::uint32_t> kinds_of_numbers(std::uint32_t index) const {
    return kinds_of_numbers_[index];
  }

  // Whether a rule draws a random number, or hashes with a key that nobody knows.
  bool draws() const;

  // With all that its packets left; neither sees what becomes of the other.
  Program copy() const;

  // What the kernel would dump as the counter of a rule: of the first counter in it.
  std::optional<firewall::Counter> counter_of(const CompiledRule& rule) const;

 private:
  friend class Compiler;
  std::vector<std::uint32_t> in_order(std::vector<std::uint32_t> as_registered) const;

  std::shared_ptr<const firewall::Ruleset> ruleset_;
  std::vector<CompiledChain> chains_;
  std::vector<Instruction> code_;
  std::vector<Set> sets_;
  std::vector<State> states_;
  std::vector<NamedObject> objects_;
  std::vector<XtMatchCode> xt_matches_;
  std::vector<xtables::Target> xt_targets_;
  std::vector<std::vector<std::uint32_t>> kinds_of_numbers_;
};

}  // namespace topoproof::machine
