// SPDX-License-Identifier: GPL-2.0-or-later
// One ruleset on trial: stories of packets are told to the router in the kernel and to the
// simulated one, and what they do is compared packet by packet, their state story by story.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "comparison.hh"
#include "kernel_router.hh"
#include "simulated_router.hh"

namespace topoproof::agreement {

struct Divergence {
  std::string ruleset;
  std::string story;  // its packets so far
  std::string what;
};

struct Tally {
  std::size_t rulesets = 0;
  std::size_t packets = 0;
  std::size_t agreeing = 0;
  std::size_t diverged = 0;
  std::size_t unknown = 0;
  std::map<std::string, std::size_t> reasons;     // of what is unknown, with their packets
  std::map<std::string, std::string> not_tested;  // rulesets that the kernel refuses, and why
  std::vector<Divergence> divergences;
};

class Trial {
 public:
  // REQUIRES: kernel and simulator have the same rules.
  Trial(std::string name, const Zones& zones, const firewall::Ruleset& ruleset,
        KernelRouter& kernel, SimulatedRouter& simulated, Tally& tally);

  const Zones& zones() const { return zones_; }
  std::size_t sent() const { return all_sent_; }  // in all stories

  // A story begins with empty connection tracking. After a divergence the rest of it is not told;
  // what follows something unknown is unknown.
  void begin(std::string title);
  // Of a story of several flows: what follows something unknown in another one is known.
  void next_flow() { unknown_.clear(); }
  // RETURNS: what left the router in the kernel; nothing if the story is over.
  std::vector<Arrival> send(std::size_t zone, const Bytes& frame, std::string_view what);
  void end();

 private:
  void diverged(std::string what);
  void is_unknown(const std::vector<sim::Unknown>& why);

  std::string name_;
  const Zones& zones_;
  KernelRouter& kernel_;
  SimulatedRouter& simulated_;
  CounterComparison counters_;
  Tally& tally_;
  std::string story_;
  std::string unknown_;
  std::size_t sent_ = 0;  // in this story
  std::size_t all_sent_ = 0;
  bool over_ = false;
  bool saw_unknown_ = false;
};

}  // namespace topoproof::agreement
