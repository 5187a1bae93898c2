// SPDX-License-Identifier: GPL-2.0-or-later
#include "document/text_lines.hh"

#include <algorithm>
#include <cstddef>

namespace topoproof::document {
namespace {

constexpr std::string_view kIndent = " \t\r";

class QuotedText {
 public:
  explicit QuotedText(int line) : lines_{line}, line_(line) {}

  bool is_over() const { return is_over_; }
  const std::vector<int>& lines() const { return lines_; }

  // What stands in a line of the source; of the first one behind its quote.
  void take(std::string_view rest, int line) {
    line_ = line;
    const auto content = std::min(rest.find_first_not_of(kIndent), rest.size());
    if (content == rest.size() && line != lines_.front()) {
      ++empty_;
      return;
    }
    begin();
    for (std::size_t i = line == lines_.front() ? 0 : content; i < rest.size(); ++i) {
      if (rest[i] == '"') {
        is_over_ = true;
        return;
      }
      if (rest[i] == '\\') {
        escape(rest.substr(++i));
      } else {
        content_seen();
      }
    }
  }

 private:
  // Of several line breaks all but one are of the text; of one behind a backslash, none.
  void begin() {
    for (int i = 0; i < empty_; ++i) lines_.push_back(line_);
    empty_ = 0;
  }

  void escape(std::string_view rest) {
    if (!rest.empty() && rest.front() == 'n') {
      lines_.push_back(line_);
      is_line_open_ = true;
    } else if (!rest.empty()) {
      content_seen();
    }
  }

  // A line whose content begins after a line break of the source begins there.
  void content_seen() {
    if (is_line_open_) lines_.back() = line_;
    is_line_open_ = false;
  }

  std::vector<int> lines_;
  int line_;
  int empty_ = 0;
  bool is_line_open_ = false;  // the last one has no content yet
  bool is_over_ = false;
};

}  // namespace

std::vector<int> lines_of_quoted(const std::function<std::string_view(int)>& line_at, int first,
                                 std::size_t column) {
  QuotedText text(first);
  const std::string_view begin = line_at(first);
  text.take(begin.substr(std::min(column + 1, begin.size())), first);
  for (int line = first + 1; !text.is_over(); ++line) text.take(line_at(line), line);
  return text.lines();
}

}  // namespace topoproof::document
