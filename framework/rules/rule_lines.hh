// SPDX-License-Identifier: GPL-2.0-or-later
// Which line of a text each rule of a chain came from. Neither nft nor iptables tells; but the
// rules of a chain are in the kernel in the order in which the text says them, so counting them is
// enough.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "firewall/ruleset.hh"

namespace topoproof::rules {

struct ChainName {
  firewall::TableFamily family = firewall::TableFamily::Ip;
  std::string table;
  std::string chain;
  friend auto operator<=>(const ChainName&, const ChainName&) = default;
};

class RuleLines {
 public:
  void append(const ChainName& chain, firewall::Origin origin);
  static constexpr std::size_t kSomewhere = std::string::npos;
  // Before the rule of that index. REQUIRES: nothing; beyond the end the chain is lost, but no rule
  // of it is taken away.
  void insert(const ChainName& chain, std::size_t index, firewall::Origin origin);
  void remove(const ChainName& chain, std::size_t index);
  // From here on nothing is known of the chain, until it is cleared: rules of it may be gone.
  void lose(const ChainName& chain);
  // All chains of the table, or of all tables of the family where that is not known.
  void lose_tables(firewall::TableFamily family, const std::optional<std::string>& table);
  // How many anonymous chains the table has is not known any more, until it is cleared.
  void lose_anonymous(firewall::TableFamily family, const std::string& table);

  // With a rule its anonymous chain goes, and which of the table's that was is not known: of all of
  // them the lines are lost then.
  void clear(const ChainName& chain);
  void clear_table(firewall::TableFamily family, const std::string& table);
  void clear_family(firewall::TableFamily family);
  void clear_all() { chains_.clear(); }

  // The table's lines are those that its rules have.
  void replace(const firewall::Table& table);

  // A name for one more anonymous chain of the table. The kernel names them as it likes: they are
  // known by their order. RETURNS: one of which nothing is known where their number is lost.
  ChainName add_anonymous(firewall::TableFamily family, const std::string& table);
  static ChainName anonymous(firewall::TableFamily family, const std::string& table,
                             std::size_t index);

  // To be carried elsewhere: nothing where a chain is lost.
  using Chains = std::map<ChainName, std::optional<std::vector<firewall::Origin>>>;
  const Chains& chains() const { return chains_; }
  static RuleLines of(Chains chains);

  // In the order of the rules. RETURNS: null if they are not known.
  const std::vector<firewall::Origin>* find(const ChainName& chain) const;

 private:
  void lose_anonymous_of(const ChainName& chain);

  Chains chains_;
};

// Gives each rule of the ruleset its line. A chain with another number of rules than the lines know
// of gets none: better no line than a wrong one.
void give_origins(const RuleLines& lines, firewall::Ruleset& ruleset);

}  // namespace topoproof::rules
