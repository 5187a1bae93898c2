// SPDX-License-Identifier: GPL-2.0-or-later
// The -k option: words that a name must have, with and, or, not and parentheses, as pytest has it.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/issue.hh"

namespace topoproof::scenario {

// "nat and not (hairpin or ipv6)". Words in a row are one phrase, so that a check's name can be
// given as it is printed; quotes take what would be an operator, and a doubled quote in them is one
// quote. Upper and lower case are the same.
class NameExpression {
 public:
  // An empty text matches everything.
  static std::expected<NameExpression, Issue> parse(std::string_view text);

  // A phrase matches if it is part of one of the names.
  bool matches(std::span<const std::string> names) const;

  friend bool operator==(const NameExpression&, const NameExpression&) = default;

 private:
  friend class NameExpressionParser;
  enum class Kind { Everything, Phrase, Not, And, Or };
  Kind kind_ = Kind::Everything;
  std::string phrase_;                 // lower case
  std::vector<NameExpression> parts_;  // one for Not, two or more for And and Or
};

// An expression that matches the name, and what contains it: the name itself, in quotes if it has
// to be.
std::string expression_for(const std::string& name);

}  // namespace topoproof::scenario
