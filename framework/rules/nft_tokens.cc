// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/nft_tokens.hh"

#include <algorithm>
#include <utility>

namespace topoproof::rules {
namespace {

constexpr std::string_view kEndsWord = " \t\r\n{};\"#";
constexpr int kDeepestInclude = 16;  // MAX_INCLUDE_DEPTH of nft's scanner

// One text, token by token.
class Scanner {
 public:
  Scanner(std::string_view text, const std::string& file,
          const std::function<int(int number)>& line_of)
      : rest_(text), file_(std::make_shared<const std::string>(file)), line_of_(line_of) {}

  std::optional<Token> next() {
    skip();
    if (rest_.empty()) return std::nullopt;
    switch (rest_.front()) {
      case '{':
        return take(TokenKind::Open, 1);
      case '}':
        return take(TokenKind::Close, 1);
      case ';':
      case '\n':
        return take(TokenKind::End, 1);
      case '"':
        return take_string();
      default:
        return take(TokenKind::Word, word_length());
    }
  }

 private:
  // A backslash ends it before a line break alone: that of `eth\*` is its own.
  std::size_t word_length() const {
    const std::size_t end = std::min(rest_.find_first_of(kEndsWord, 1), rest_.size());
    const bool goes_on = end < rest_.size() && rest_[end] == '\n' && rest_[end - 1] == '\\';
    return goes_on ? end - 1 : end;
  }

  // Blanks, comments, and line breaks after a backslash.
  void skip() {
    while (!rest_.empty()) {
      if (rest_.front() == '#') {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      } else if (rest_.starts_with("\\\n")) {
        ++number_;
        rest_.remove_prefix(2);
      } else if (rest_.front() == ' ' || rest_.front() == '\t' || rest_.front() == '\r') {
        rest_.remove_prefix(1);
      } else {
        return;
      }
    }
  }

  Token take(TokenKind kind, std::size_t length) {
    const Token token{kind, rest_.substr(0, length), file_, line_of_(number_)};
    if (rest_.front() == '\n') ++number_;
    rest_.remove_prefix(length);
    return token;
  }

  Token take_string() {
    const auto end = std::min(rest_.find('"', 1), rest_.size());
    const Token token{TokenKind::String, rest_.substr(1, end - 1), file_, line_of_(number_)};
    number_ += static_cast<int>(std::ranges::count(token.text, '\n'));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return token;
  }

  std::string_view rest_;
  std::shared_ptr<const std::string> file_;
  const std::function<int(int number)>& line_of_;
  int number_ = 1;
};

}  // namespace

NftTokens::NftTokens(const Source& source, const Reader& read_included) {
  add(
      source.text, source.where.file, [&](int number) { return source.line_of(number); },
      read_included, 0);
}

void NftTokens::add(const std::string& text, const std::string& file, const LineOf& line_of,
                    const Reader& read, int depth) {
  texts_.push_back(std::make_unique<const std::string>(text));
  Scanner scanner(*texts_.back(), file, line_of);
  bool begins = true;
  while (auto token = scanner.next()) {
    if (begins && token->is_word("include") && depth < kDeepestInclude) {
      const auto path = scanner.next();
      if (!path) return;
      // nft reads what ends the statement before it reads the file, and puts nothing at the file's
      // end: a statement there goes on in the next file, or after the include.
      auto after = scanner.next();
      for (const auto& included : read(std::string(path->text), path->where()))
        add(included.text, included.file, [](int number) { return number; }, read, depth + 1);
      if (!after) break;
      if (after->is(TokenKind::End)) continue;
      token = std::move(after);
    }
    begins = !token->is(TokenKind::Word) && !token->is(TokenKind::String);
    tokens_.push_back(*std::move(token));
  }
  if (depth > 0) return;
  tokens_.push_back({TokenKind::End, "\n", std::make_shared<const std::string>(file), line_of(1)});
}

}  // namespace topoproof::rules
