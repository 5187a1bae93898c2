// SPDX-License-Identifier: GPL-2.0-or-later
// A second evaluator of rules, for tests: slow, plain, and without a line in common with the first.
// It reads the expressions as they are, looks sets up element by element, and finds its way in the
// packet anew each time. Where both agree on random rules and packets, a mistake must be in the
// understanding, not in the writing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "firewall/ruleset.hh"

namespace topoproof::machine::plain {

struct Packet {
  std::vector<std::uint8_t> bytes;  // from the network header on
  int version = 4;
  std::uint32_t mark = 0;
  std::uint32_t priority = 0;
  int packet_type = 0;
  std::vector<std::uint8_t> link;  // empty: no link-layer header
  std::string in;
  std::string out;
  std::uint32_t in_index = 0;
  std::uint32_t out_index = 0;
};

struct Verdict {
  bool accept = false;
  bool unknown = false;
  bool reset = false;
  int icmp_type = -1;  // of a rejection
  int icmp_code = -1;
  const firewall::Rule* rule = nullptr;
};

class Evaluator {
 public:
  explicit Evaluator(const firewall::Table& table) : table_(table) {}

  Verdict evaluate(const firewall::Chain& base, Packet& packet, std::uint64_t now_ns);

  std::uint64_t counted(const firewall::Rule& rule) const;

 private:
  enum class Outcome { Go, NextRule, Accept, Drop, Return, Jump, Goto, Unknown };

  Outcome walk(const firewall::Chain& chain);
  Outcome apply(const firewall::Rule& rule);
  Outcome apply(const firewall::Expression& expression);
  std::vector<std::uint8_t> read(firewall::Register at, std::size_t length) const;
  void write(firewall::Register at, const std::vector<std::uint8_t>& bytes);

  Outcome load(const firewall::PayloadLoad& e);
  Outcome load(const firewall::MetaLoad& e);
  Outcome store(const firewall::PayloadStore& e);
  Outcome look_up(const firewall::Lookup& e);
  Outcome option(const firewall::ExtensionLoad& e);
  Outcome limit(const firewall::Limit& e);
  Outcome reject(const firewall::Reject& e);
  Outcome follow(const firewall::Verdict& verdict);
  const firewall::Element* find(const firewall::Set& set,
                                const std::vector<std::uint8_t>& key) const;

  // Where the transport header is, and of what protocol; nothing where that cannot be told.
  struct Place {
    std::size_t at = 0;
    int protocol = 0;
    bool later_fragment = false;
  };
  std::optional<Place> transport() const;

  const firewall::Table& table_;
  Packet* packet_ = nullptr;
  std::uint64_t now_ = 0;
  std::vector<std::uint8_t> registers_ = std::vector<std::uint8_t>(80);
  std::string target_;  // of a jump
  Verdict verdict_;
  struct Bucket {
    double tokens = 0;
    std::uint64_t last = 0;
  };
  std::map<const firewall::Limit*, Bucket> limits_;
  std::map<const firewall::Quota*, std::uint64_t> quotas_;
  std::map<const firewall::Counter*, std::uint64_t> counters_;
  std::map<const firewall::NumberGenerator*, std::uint32_t> numbers_;
};

}  // namespace topoproof::machine::plain
