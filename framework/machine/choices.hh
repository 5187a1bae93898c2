// SPDX-License-Identifier: GPL-2.0-or-later
// Where the kernel draws one of a few (a number of numgen, a way of several), each is taken in
// turn: a walk, depth first, through all that may happen.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace topoproof::machine {

class Choices {
 public:
  // More are not gone through one by one.
  static constexpr std::uint32_t kMost = 256;

  // One course of events: what is chosen at each turn.
  struct Turn {
    std::uint32_t chosen = 0;
    std::uint32_t count = 0;
  };
  using Course = std::vector<Turn>;

  // From here on events take this course, and behind its end the first of each choice.
  void follow(Course course) {
    is_open_ = true;
    course_ = std::move(course);
    at_ = 0;
    same_.clear();
  }
  // Nobody goes through what may happen: who would choose must draw, or say that he knows nothing.
  void close() { is_open_ = false; }
  bool is_open() const { return is_open_; }

  // RETURNS: 0 .. count-1. REQUIRES: 0 < count <= kMost, is_open()
  std::uint32_t choose(std::uint32_t count) {
    if (at_ == course_.size()) course_.push_back({0, count});
    return course_[at_++].chosen;
  }
  // Who asks again in the same course with the same key is told the same.
  std::uint32_t choose_once(std::uint64_t key, std::uint32_t count) {
    const auto [at, is_new] = same_.try_emplace(key, 0);
    if (is_new) at->second = choose(count);
    return at->second;
  }
  const Course& course() const { return course_; }
  // What comes after the course that was taken. RETURNS: empty if that was the last.
  Course next() const {
    Course next = course_;
    while (!next.empty() && next.back().chosen + 1 == next.back().count) next.pop_back();
    if (!next.empty()) ++next.back().chosen;
    return next;
  }

 private:
  bool is_open_ = false;
  Course course_;
  std::size_t at_ = 0;
  std::map<std::uint64_t, std::uint32_t> same_;
};

}  // namespace topoproof::machine
