// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/corpus.hh"

#include <charconv>

#include <fmt/format.h>

#include "sys/files.hh"
#include "sys/output.hh"

namespace topoproof::campaign {
namespace {

constexpr std::uint64_t kCasesBetweenSaves = 500;

}  // namespace

Corpus::Corpus(std::filesystem::path folder, std::size_t worker, std::size_t workers)
    : folder_(std::move(folder)),
      worker_(worker),
      workers_(workers),
      name_(fmt::format("{}-of-{}", worker, workers)) {
  if (folder_.empty()) return;
  std::filesystem::create_directories(folder_);
  found_ = sys::read_file(folder_ / ("cases-" + name_)).value_or("");
}

std::uint64_t Corpus::next_case() const {
  const auto text = folder_.empty() ? std::nullopt : sys::read_file(folder_ / ("next-" + name_));
  std::uint64_t next = worker_;
  if (text) std::from_chars(text->data(), text->data() + text->size(), next);
  return next;
}

void Corpus::done(std::uint64_t number, bool is_new, std::uint64_t count) {
  if (folder_.empty()) return;
  if (is_new) found_ += std::to_string(number) + "\n";
  if (count % kCasesBetweenSaves == 0) save(number + workers_);
}

void Corpus::save(std::uint64_t next) {
  if (folder_.empty()) return;
  sys::save_file(folder_ / ("cases-" + name_), found_);
  sys::save_file(folder_ / ("next-" + name_), std::to_string(next) + "\n");
}

}  // namespace topoproof::campaign
