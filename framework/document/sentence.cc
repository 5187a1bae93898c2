// SPDX-License-Identifier: GPL-2.0-or-later
#include "document/sentence.hh"

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/suggest.hh"

namespace topoproof::document {
namespace {

Node make_word(const Node& sentence, const Word& word) {
  Origin origin = sentence.origin();
  origin.line = origin.text_line = word.where.line;
  origin.column = origin.text_column = word.where.column;
  return Node(Scalar{.text = std::string(word.text)}, std::move(origin));
}

}  // namespace

Sentence::Sentence(const Node& node, std::string_view expected, Issues& issues)
    : issues_(issues), start_(node.where()) {
  if (node.is_scalar()) {
    for (const Word& word : split_words(node)) words_.push_back(make_word(node, word));
  }
  failed_ = words_.empty();
  if (failed_) report_unexpected(node, expected, issues);
}

Location Sentence::where() const {
  if (next_ < words_.size()) return words_[next_].where();
  if (words_.empty()) return start_;
  const Node& last = words_.back();
  return last.where(last.text().size());
}

const Node* Sentence::take(std::string_view what) {
  if (failed_) return nullptr;
  if (next_ < words_.size()) return &words_[next_++];
  refuse(where(), fmt::format("expected {} after '{}'", what, words_.back().text()));
  return nullptr;
}

bool Sentence::skip(std::string_view word) {
  if (is_done() || words_[next_].text() != word) return false;
  ++next_;
  return true;
}

void Sentence::require(std::string_view word) {
  const Node* found = take(fmt::format("'{}'", word));
  if (found == nullptr || found->text() == word) return;
  refuse(found->where(), fmt::format("expected '{}', found {}", word, describe(*found)));
}

void Sentence::refuse(Location where, std::string text) {
  if (!failed_) issues_.push_back(make_issue(std::move(where), std::move(text)));
  failed_ = true;
}

const Sentence::Option* Sentence::find_option(const Node& word,
                                              std::initializer_list<Option> known) {
  const auto* found = std::ranges::find(known, word.text(), &Option::word);
  if (found != known.end()) return found;
  std::vector<std::string_view> words;
  for (const Option& option : known) words.push_back(option.word);
  std::string hint = did_you_mean(word.text(), words);
  if (hint.empty()) hint = fmt::format("; known here: {}", fmt::join(words, ", "));
  refuse(word.where(), fmt::format("unknown word {}{}", describe(word), hint));
  return nullptr;
}

void Sentence::options(std::initializer_list<Option> known) {
  std::vector<std::string_view> seen;
  while (!is_done()) {
    const Node& word = words_[next_++];
    const Option* option = find_option(word, known);
    if (option == nullptr) return;
    if (!option->repeats && std::ranges::find(seen, option->word) != seen.end()) {
      return refuse(word.where(), fmt::format("'{}' is said twice", word.text()));
    }
    seen.push_back(option->word);
    option->read(*this);
  }
}

void Sentence::finish() {
  if (is_done()) return;
  refuse(where(), fmt::format("unexpected {}", describe(words_[next_])));
}

}  // namespace topoproof::document
