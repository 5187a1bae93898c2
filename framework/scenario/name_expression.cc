// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/name_expression.hh"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

namespace topoproof::scenario {
namespace {

constexpr int kMaxDepth = 100;  // of parentheses: the parser and the matching recurse

struct Token {
  enum class Kind { Word, Operator, End };  // Operator: and, or, not, ( and )
  Kind kind = Kind::End;
  std::string text;
};

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

bool is_operator(std::string_view word) {
  return word == "and" || word == "or" || word == "not" || word == "(" || word == ")";
}

// What stands in the quotes that begin at `at`, which moves behind them.
std::expected<std::string, Issue> take_quoted(std::string_view text, std::size_t& at) {
  const char quote = text[at++];
  std::string word;
  while (true) {
    const auto end = text.find(quote, at);
    if (end == std::string_view::npos) {
      return std::unexpected(make_issue(fmt::format("-k: a quote {} is not closed", quote)));
    }
    word += text.substr(at, end - at);
    at = end + 1;
    if (at == text.size() || text[at] != quote) return word;
    word += text[at++];
  }
}

std::expected<std::vector<Token>, Issue> split(std::string_view text) {
  std::vector<Token> tokens;
  std::size_t at = 0;
  while ((at = text.find_first_not_of(" \t\n", at)) != std::string_view::npos) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      auto word = take_quoted(text, at);
      if (!word) return std::unexpected(word.error());
      tokens.push_back({Token::Kind::Word, lower_case(*word)});
      continue;
    }
    const auto end = c == '(' || c == ')' ? at + 1 : text.find_first_of(" \t\n()", at);
    const std::string word = lower_case(text.substr(at, end - at));
    tokens.push_back({is_operator(word) ? Token::Kind::Operator : Token::Kind::Word, word});
    at = std::min(end, text.size());
  }
  tokens.push_back({Token::Kind::End, "the end"});
  return tokens;
}

}  // namespace

// By recursive descent: or binds least, not binds most.
class NameExpressionParser {
 public:
  using Result = std::expected<NameExpression, Issue>;
  using Kind = NameExpression::Kind;

  explicit NameExpressionParser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Result parse_all() {
    auto all = parse_or();
    if (all && next().kind != Token::Kind::End) return refuse("'and' or 'or'");
    return all;
  }

 private:
  Result parse_or() { return parse_chain("or", Kind::Or, &NameExpressionParser::parse_and); }
  Result parse_and() { return parse_chain("and", Kind::And, &NameExpressionParser::parse_not); }

  Result parse_chain(std::string_view word, Kind kind, Result (NameExpressionParser::*part)()) {
    std::vector<NameExpression> parts;
    do {
      auto parsed = (this->*part)();
      if (!parsed) return parsed;
      parts.push_back(std::move(*parsed));
    } while (take(word));
    return parts.size() == 1 ? std::move(parts[0]) : make(kind, std::move(parts));
  }

  Result parse_not() {
    if (++depth_ > kMaxDepth)
      return std::unexpected(make_issue("the expression is nested too deep"));
    auto result = parse_negation();
    --depth_;
    return result;
  }

  Result parse_negation() {
    if (!take("not")) return parse_term();
    auto part = parse_not();
    if (!part) return part;
    return make(Kind::Not, {std::move(*part)});
  }

  Result parse_term() {
    if (next().kind == Token::Kind::Word) return parse_phrase();
    if (!take("(")) return refuse("a word");
    auto inner = parse_or();
    if (inner && !take(")")) return refuse("')'");
    return inner;
  }

  Result parse_phrase() {
    NameExpression phrase = make(Kind::Phrase, {});
    while (next().kind == Token::Kind::Word) {
      if (!phrase.phrase_.empty()) phrase.phrase_ += ' ';
      phrase.phrase_ += tokens_[at_++].text;
    }
    return phrase;
  }

  static NameExpression make(Kind kind, std::vector<NameExpression> parts) {
    NameExpression expression;
    expression.kind_ = kind;
    expression.parts_ = std::move(parts);
    return expression;
  }
  Result refuse(std::string_view wanted) const {
    return std::unexpected(
        make_issue(fmt::format("{} is expected before {}", wanted, next().text)));
  }
  const Token& next() const { return tokens_[at_]; }
  bool take(std::string_view word) {
    if (next().kind != Token::Kind::Operator || next().text != word) return false;
    ++at_;
    return true;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

std::expected<NameExpression, Issue> NameExpression::parse(std::string_view text) {
  auto tokens = split(text);
  if (!tokens) return std::unexpected(tokens.error());
  if (tokens->size() == 1) return NameExpression();
  auto parsed = NameExpressionParser(std::move(*tokens)).parse_all();
  if (!parsed) parsed.error().text = "-k: " + parsed.error().text;
  return parsed;
}

bool NameExpression::matches(std::span<const std::string> names) const {
  switch (kind_) {
    case Kind::Everything:
      return true;
    case Kind::Phrase:
      return std::ranges::any_of(
          names, [&](const std::string& name) { return lower_case(name).contains(phrase_); });
    case Kind::Not:
      return !parts_[0].matches(names);
    case Kind::And:
      return std::ranges::all_of(parts_, [&](const auto& part) { return part.matches(names); });
    case Kind::Or:
      return std::ranges::any_of(parts_, [&](const auto& part) { return part.matches(names); });
  }
  return false;
}

std::string expression_for(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  quoted += "\"";
  return NameExpression::parse(name) == NameExpression::parse(quoted) ? name : quoted;
}

}  // namespace topoproof::scenario
