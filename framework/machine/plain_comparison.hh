// SPDX-License-Identifier: GPL-2.0-or-later
// Both evaluators over the packets of one table: where they differ in verdict, rule, answer, packet
// or counters, one of them is wrong. For tests and fuzz targets.
#pragma once

#include <chrono>
#include <string>

#include "machine/plain_evaluator.hh"
#include "machine/test_machine.hh"

namespace topoproof::machine {

// Whether the plain evaluator must know all expressions of the table. Where it need not, nothing is
// said of packets for which it does not, nor of counters.
// The same packet for the machine.
skb::Skb as_skb(const plain::Packet& packet);

enum class Plain { KnowsAll, KnowsSome };

class Comparison {
 public:
  // REQUIRES: the table's first chain is a base chain.
  explicit Comparison(firewall::Table table, Plain plain = Plain::KnowsAll);
  Comparison(const Comparison&) = delete;  // the machine refers to what is inside
  Comparison& operator=(const Comparison&) = delete;

  // The next packet, so much later. RETURNS: how they differ; empty if they agree.
  std::string ask(plain::Packet packet, std::chrono::nanoseconds later);
  // After all packets. RETURNS: as above.
  std::string compare_counters() const;

  const Records& records() const { return records_; }  // of the last packet
  const Decision& decision() const { return decision_; }

 private:
  Filter filter_;
  const firewall::Table& table_;
  plain::Evaluator plain_;
  Plain knows_;
  Records records_;
  Decision decision_;
};

}  // namespace topoproof::machine
