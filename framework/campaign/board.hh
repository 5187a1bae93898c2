// SPDX-License-Identifier: GPL-2.0-or-later
// Where the worker processes of a campaign write what they have done, so that nothing but the
// running case is lost if one of them is killed: memory that all of them share.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "campaign/worker.hh"

namespace topoproof::campaign {

// One worker's. It alone writes; each number is read by itself, so a sum may be a case behind.
struct Slot {
  std::atomic<std::uint64_t> next_case;  // the one that is running, or runs next
  std::atomic<std::uint64_t> beats;      // grows while the worker gets on
  std::atomic<std::uint64_t> wish;       // of that case: encode(Wish)
  std::atomic<std::uint64_t> cases;
  std::atomic<std::uint64_t> verdicts;
  std::atomic<std::uint64_t> not_modelled;
  std::atomic<std::uint64_t> flaky;
  std::atomic<std::uint64_t> divergences;
  std::atomic<std::uint64_t> known;
  std::atomic<std::uint64_t> refused;
  generator::Coverage coverage;   // read when the worker has ended
  generator::FeatureSet missing;  // likewise: what its kernel lacks
  std::atomic<std::uint64_t> features;
  std::atomic<std::uint64_t> pairs;
  // The last cases that were flaky, by `flaky` in turn.
  std::array<std::atomic<std::uint64_t>, 16> flaky_cases;
  std::atomic<bool> stop;  // the campaign's wish

  void put(const Counts& before, const Counts& now, const generator::Coverage& seen);
};

class Board {
 public:
  explicit Board(std::size_t slots);  // THROWS: SystemError
  ~Board();
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;

  std::size_t size() const { return size_; }
  Slot& operator[](std::size_t index) { return slots_[index]; }
  Counts sum();
  std::vector<std::uint64_t> flaky_cases();  // in order; of many the last ones

 private:
  std::size_t size_ = 0;
  Slot* slots_ = nullptr;
};

}  // namespace topoproof::campaign
