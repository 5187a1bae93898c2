// SPDX-License-Identifier: GPL-2.0-or-later
// Random values of the IR, of every kind of expression: for tests of the codec. They are well
// formed, but nothing that a kernel would take.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "firewall/ruleset.hh"

namespace topoproof::nft {

class RandomRuleset {
 public:
  explicit RandomRuleset(std::uint64_t seed) : random_(seed) {}

  firewall::Ruleset ruleset();
  // Of the variant's alternative with this index.
  firewall::Expression expression(std::size_t alternative);

  std::uint32_t below(std::uint32_t limit);  // 0 to limit - 1
  bool coin() { return below(2) == 1; }

 private:
  friend struct ExpressionFiller;
  firewall::Expression any_expression();
  firewall::StatefulExpression stateful();
  std::vector<firewall::StatefulExpression> some_stateful(std::uint32_t most);
  firewall::Register reg() { return {static_cast<std::uint8_t>(4 + below(16))}; }
  std::uint64_t number64();
  Bytes bytes(std::uint32_t least, std::uint32_t most);
  std::string name();
  firewall::Verdict verdict();
  firewall::Element element(const firewall::Set& set);
  firewall::Set set(int number);
  firewall::Object object(int number);
  firewall::Rule rule();
  firewall::Chain chain(int number);
  firewall::Table table(int number);

  std::mt19937_64 random_;
};

}  // namespace topoproof::nft
