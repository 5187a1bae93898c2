// SPDX-License-Identifier: GPL-2.0-or-later
// Random tables and packets for the comparison of both evaluators. Small values and few of each, so
// that matches happen.
#pragma once

#include <cstdint>
#include <random>

#include "firewall/ruleset.hh"
#include "machine/plain_evaluator.hh"

namespace topoproof::machine::plain {

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  firewall::Table table();
  Packet packet();
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

 private:
  bool chance(unsigned percent) { return below(100) < percent; }
  firewall::Rule rule(std::size_t chain);
  void add_match(firewall::Expressions& code);
  void add_lookup(firewall::Expressions& code);
  void add_action(firewall::Expressions& code);
  firewall::Verdict verdict(std::size_t chain);
  Bytes some_bytes(std::size_t count);
  firewall::Register some_register();
  void add_sets(firewall::Table& table);

  std::mt19937_64 random_;
  std::size_t chains_ = 3;
};

}  // namespace topoproof::machine::plain
