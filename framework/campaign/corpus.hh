// SPDX-License-Identifier: GPL-2.0-or-later
// Where a campaign goes on when it is started again, and which of its cases met pairs of features
// that none before them met. Two files of each worker in one folder: `next-N-of-M`, which is
// replaced as a whole, and `cases-N-of-M`, a case's number a line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace topoproof::campaign {

class Corpus {
 public:
  // An empty folder: nothing is kept. THROWS: SystemError, naming the path, as do all below.
  Corpus(std::filesystem::path folder, std::size_t worker, std::size_t workers);

  std::uint64_t next_case() const;  // `worker` in a fresh one
  // Of each case; writes a few times a second at most.
  void done(std::uint64_t number, bool is_new, std::uint64_t count);
  void save(std::uint64_t next);

 private:
  std::filesystem::path folder_;
  std::size_t worker_;
  std::size_t workers_;
  std::string name_;
  std::string found_;
};

}  // namespace topoproof::campaign
