// SPDX-License-Identifier: GPL-2.0-or-later
// nft text as words and punctuation, with what it includes in its place. Only as much of the
// grammar as is needed to see where statements begin and end.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/issue.hh"
#include "rules/source.hh"

namespace topoproof::rules {

enum class TokenKind { Word, String, Open, Close, End };  // End: of a line, or ';'

struct Token {
  TokenKind kind = TokenKind::Word;
  std::string_view text;  // of a string without its quotes; valid as long as the tokens are
  std::shared_ptr<const std::string> file;
  int line = 0;

  bool is(TokenKind wanted) const { return kind == wanted; }
  bool is_word(std::string_view wanted) const { return kind == TokenKind::Word && text == wanted; }
  Location where() const { return {.file = *file, .line = line}; }
};

class NftTokens {
 public:
  // Reads a file that is included; several for a pattern. Nothing if there is none.
  struct Included {
    std::string file;
    std::string text;
  };
  using Reader =
      std::function<std::vector<Included>(const std::string& path, const Location& where)>;

  NftTokens(const Source& source, const Reader& read_included);

  const std::vector<Token>& all() const { return tokens_; }

 private:
  // Where a line of the text stands.
  using LineOf = std::function<int(int number)>;
  void add(const std::string& text, const std::string& file, const LineOf& line_of,
           const Reader& read, int depth);

  std::vector<std::unique_ptr<const std::string>> texts_;  // what the tokens are views of
  std::vector<Token> tokens_;
};

}  // namespace topoproof::rules
