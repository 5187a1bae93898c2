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

namespace topoproof::nft {

// What a message of a batch is about; views of the ruleset that was encoded.
struct Subject {
  const firewall::Table* table = nullptr;
  const firewall::Chain* chain = nullptr;  // of a chain, or of a rule's
  const firewall::Rule* rule = nullptr;
  const firewall::Set* set = nullptr;
};
std::string describe(const Subject& subject);  // "rule 'masquerade out eth0' of ip nat postrouting"

class Transaction {
 public:
  Transaction();

  // Removes the table if there is one. (Created before it is deleted: then it is there.)
  void remove(const firewall::Table& table);
  // REQUIRES: `table` outlives the transaction, unchanged.
  void add(const firewall::Table& table);

  // The batch with its messages numbered from `first` on; its begin and end both have `first`. The
  // last message is acknowledged.
  BytesView seal(std::uint32_t first);
  std::size_t size() const { return subjects_.size(); }
  const Subject& subject(std::size_t index) const { return subjects_.at(index); }
  BytesView message(std::size_t index) const;

 private:
  class Scratch;
  void append(const Scratch& scratch, const Subject& subject);

  Bytes bytes_;
  std::vector<std::size_t> starts_;  // of the messages between begin and end
  std::vector<Subject> subjects_;
  bool sealed_ = false;
};

}  // namespace topoproof::nft
