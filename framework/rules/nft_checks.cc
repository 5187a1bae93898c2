// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/nft_checks.hh"

#include <algorithm>
#include <ranges>
#include <span>
#include <string_view>

#include "rules/includes.hh"
#include "rules/nft_tokens.hh"

namespace topoproof::rules {
namespace {

// "dormant,owner", or with blanks.
bool names_owner(const Token& token) {
  return std::ranges::any_of(token.text | std::views::split(','), [](auto flag) {
    return std::string_view(flag.begin(), flag.end()) == "owner";
  });
}

bool is_end(const Token& token) {
  return !token.is(TokenKind::Word) && !token.is(TokenKind::String);
}

// `flags` begins the statement.
bool has_owner(std::span<const Token> rest) {
  for (const Token& token : rest.subspan(1)) {
    if (is_end(token)) return false;
    if (names_owner(token)) return true;
  }
  return false;
}

Issues check_statements(const Source& source) {
  static constexpr auto kWords = {"include", "monitor", "owner"};
  if (std::ranges::none_of(kWords, [&](auto word) { return source.text.contains(word); }))
    return {};
  const NftTokens tokens(source, make_include_reader(source.where.file));
  const std::span<const Token> all = tokens.all();
  Issues issues;
  int depth = 0;
  bool begins = true;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Token& token = all[i];
    if (begins && depth == 0 && token.is_word("monitor"))
      issues.push_back(make_issue(token.where(), "monitor: the command never ends"));
    if (begins && token.is_word("flags") && has_owner(all.subspan(i)))
      issues.push_back(make_issue(
          token.where(), "flags owner: the table would end with the process that loads it"));
    begins = is_end(token);
    if (token.is(TokenKind::Open)) ++depth;
    if (token.is(TokenKind::Close) && depth > 0) --depth;
  }
  return issues;
}

}  // namespace

Issues check_nft_text(const Source& source) {
  if (auto mark = find_byte_order_mark(source)) return {*std::move(mark)};
  auto issues = check_includes(source);
  return issues.empty() ? check_statements(source) : issues;
}

}  // namespace topoproof::rules
