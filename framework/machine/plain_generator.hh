// SPDX-License-Identifier: GPL-2.0-or-later
// Random tables and packets for the comparison of both evaluators. Small values and few of each, so
// that matches happen. The same bytes make the same.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/byte_source.hh"
#include "firewall/ruleset.hh"
#include "machine/plain_evaluator.hh"

namespace topoproof::machine::plain {

class Generator {
 public:
  explicit Generator(ByteSource& source) : source_(source) {}  // which outlives this

  firewall::Table table();
  Packet packet();
  std::chrono::nanoseconds pause() { return std::chrono::milliseconds(100 * below(4)); }

 private:
  std::uint64_t below(std::uint64_t limit) { return source_.below(limit); }
  bool chance(unsigned percent) { return below(100) < percent; }
  firewall::Rule rule(std::size_t chain);
  void add_match(firewall::Expressions& code);
  void add_lookup(firewall::Expressions& code);
  void add_action(firewall::Expressions& code);
  firewall::Verdict verdict(std::size_t chain);
  Bytes some_bytes(std::size_t count);
  firewall::Register some_register();
  void add_sets(firewall::Table& table);

  ByteSource& source_;
  std::size_t chains_ = 3;
};

}  // namespace topoproof::machine::plain
