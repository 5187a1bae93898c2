// SPDX-License-Identifier: GPL-2.0-or-later
// Where a campaign goes on when it is started again, and which of its cases met pairs of features
// that none before them met. In one folder: `campaign`, what was asked for, and three files of each
// worker: `next-N-of-M`, `coverage-N-of-M`, and `cases-N-of-M`, a case's number a line. Each is
// replaced as a whole: a full disk or a kill leaves the one before.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "generator/coverage.hh"
#include "sys/event_loop.hh"

namespace topoproof::campaign {

// Makes the folder fit for a campaign of these settings. RETURNS: or why it cannot go on there, as
// a sentence: another campaign's, or files that are none of ours. THROWS: SystemError.
std::expected<void, std::string> prepare_corpus(const std::filesystem::path& folder,
                                                std::string_view settings, std::size_t workers);

class Corpus {
 public:
  // An empty folder: nothing is kept. REQUIRES: prepare_corpus() took it. THROWS: SystemError,
  // naming the path, as do all below.
  Corpus(std::filesystem::path folder, std::size_t worker, std::size_t workers);

  std::uint64_t next_case() const;  // `worker` in a fresh one
  generator::Coverage coverage() const;
  // Of each case; writes a few times a second at most, and at once what is `important`.
  void done(std::uint64_t number, bool is_new, const generator::Coverage& coverage, bool important);
  void save(std::uint64_t next, const generator::Coverage& coverage);

 private:
  std::filesystem::path folder_;
  std::size_t worker_;
  std::size_t workers_;
  std::string name_;
  std::string found_;
  sys::Clock::time_point saved_ = sys::Clock::now();
};

}  // namespace topoproof::campaign
