// SPDX-License-Identifier: GPL-2.0-or-later
// The words of a short form, taken one after the other: "default via 10.0.0.1 metric 5". Each word
// is a scalar node with its own place, so every value reader (values.hh) reads words as well.
// After the first issue a sentence has failed: it yields nothing more and reports nothing more.
#pragma once

#include <functional>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "base/issue.hh"
#include "document/node.hh"
#include "document/values.hh"

namespace topoproof::document {

class Sentence {
 public:
  struct Option;

  // Anything but a scalar with words in it is an issue: "expected a route, found a list".
  // Keeps a reference to `issues`.
  Sentence(const Node& node, std::string_view expected, Issues& issues);

  bool failed() const { return failed_; }
  bool is_done() const { return failed_ || next_ == words_.size(); }
  const Node* peek() const { return is_done() ? nullptr : &words_[next_]; }
  Location where() const;  // of the next word, or of the end

  // The next word. At the end of the sentence: nullptr, and "expected `what` after 'via'".
  const Node* take(std::string_view what);
  bool skip(std::string_view word);     // takes the next word if it is this one
  void require(std::string_view word);  // the next word has to be this one

  template <class F, class T>
  bool value(std::string_view what, const F& read, T& target) {
    const Node* word = take(what);
    if (word == nullptr) return false;
    auto found = read_value(*word, issues_, read);
    failed_ = !found;
    if (found) target = *std::move(found);
    return !failed_;
  }

  // Takes all words that are left: options in any order, each at most once.
  void options(std::initializer_list<Option> known);
  void refuse(Location where, std::string text);
  void finish();  // nothing may be left

 private:
  const Option* find_option(const Node& word, std::initializer_list<Option> known);

  Issues& issues_;
  std::vector<Node> words_;
  std::size_t next_ = 0;
  bool failed_ = false;
  Location start_;
};

// A word that says what follows it, and how that is read.
struct Sentence::Option {
  std::string_view word;
  std::function<void(Sentence&)> read;
  bool repeats = false;
};

// "via 10.0.0.1". `target` outlives the option.
template <class F, class T>
Sentence::Option option(std::string_view word, std::string_view what, F read, T& target) {
  return {word, [what, read = std::move(read), &target](Sentence& sentence) {
            sentence.value(what, read, target);
          }};
}
// "onlink": a word that stands for itself.
inline Sentence::Option flag(std::string_view word, bool& target) {
  return {word, [&target](Sentence&) { target = true; }};
}

}  // namespace topoproof::document
