// SPDX-License-Identifier: GPL-2.0-or-later
// A ruleset as the netlink messages of one atomic batch: the kernel takes all of it or nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hh"
#include "base/issue.hh"
#include "firewall/ruleset.hh"
#include "nft/batch_ids.hh"

namespace topoproof::nft {

// What a message of a batch is about; views of the ruleset that was encoded.
struct Subject {
  const firewall::Table* table = nullptr;
  const firewall::Chain* chain = nullptr;  // of a chain, or of a rule's
  const firewall::Rule* rule = nullptr;
  const firewall::Set* set = nullptr;  // of a set, or of a portion of its elements
  const firewall::Object* object = nullptr;
  const firewall::Flowtable* flowtable = nullptr;
  std::size_t first_element = 0;
};
std::string describe(const Subject& subject);  // "rule 'masquerade out eth0' of ip nat postrouting"
// Where it was written; what has no place of its own has that of what it is part of.
Location place_of(const Subject& subject);

class Transaction {
 public:
  // Anonymous sets and chains are numbered from `first_id` on.
  explicit Transaction(std::uint32_t first_id = 1);

  // Removes the table if there is one. (Created before it is deleted: then it is there.)
  void remove(const firewall::Table& table);
  // REQUIRES: `table` outlives the transaction, unchanged.
  void add(const firewall::Table& table);

  // The batch with its messages numbered from `first` on; its begin and end both have `first`. The
  // last message is acknowledged. REQUIRES: issues() is empty.
  BytesView seal(std::uint32_t first);
  std::size_t size() const { return subjects_.size(); }
  const Subject& subject(std::size_t index) const { return subjects_.at(index); }
  BytesView message(std::size_t index) const;
  // What cannot be said in one message; such a message is left out.
  const Issues& issues() const { return issues_; }

 private:
  struct Kind {
    std::uint16_t type = 0;
    std::uint16_t flags = 0;
  };
  template <class Build>
  void append(Kind kind, const Subject& subject, std::size_t bound, Build build);
  void add_sets(const firewall::Table& table, const BatchIds& ids);
  void add_elements(const firewall::Table& table, const firewall::Set& set, const BatchIds& ids);
  void add_rules(const firewall::Table& table, const BatchIds& ids);
  void add_rules(const firewall::Chain& chain, const firewall::Table& table, const BatchIds& ids);

  Bytes bytes_;
  std::vector<std::size_t> starts_;  // of the messages between begin and end
  std::vector<Subject> subjects_;
  Issues issues_;
  std::uint32_t next_id_ = 1;
  bool sealed_ = false;
};

}  // namespace topoproof::nft
