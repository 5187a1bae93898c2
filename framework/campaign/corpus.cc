// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/corpus.hh"

#include <charconv>
#include <cstring>
#include <optional>
#include <type_traits>

#include <fmt/format.h>

#include "sys/files.hh"
#include "sys/replace_file.hh"

namespace topoproof::campaign {
namespace {

constexpr auto kBetweenSaves = std::chrono::milliseconds(300);

std::string name_of(std::size_t worker, std::size_t workers) {
  return fmt::format("{}-of-{}", worker, workers);
}

// Written by one worker, with the number of the next case before all else.
std::optional<std::uint64_t> parse_next(const std::string& text, std::size_t worker,
                                        std::size_t workers) {
  std::uint64_t next = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), next);
  const bool is_number = wrong == std::errc() && end == text.data() + text.size();
  if (!is_number || next % workers != worker) return std::nullopt;
  return next;
}

// As it lies in memory: another version of the program has other features, and another size.
using generator::Coverage;
static_assert(std::is_trivially_copyable_v<Coverage>);

std::string coverage_head() {
  return fmt::format("coverage of {} features in {} bytes\n", generator::kFeatures,
                     sizeof(Coverage));
}

std::optional<Coverage> parse_coverage(std::string_view text) {
  const std::string head = coverage_head();
  if (!text.starts_with(head)) return std::nullopt;
  text.remove_prefix(head.size());
  if (text.size() < sizeof(Coverage)) return std::nullopt;
  Coverage coverage;
  std::memcpy(static_cast<void*>(&coverage), text.data(), sizeof coverage);
  return coverage;
}

// Its last byte is no line break, which reading takes away.
std::string to_text(const Coverage& coverage) {
  std::string bytes(sizeof coverage, '\0');
  std::memcpy(bytes.data(), &coverage, sizeof coverage);
  return coverage_head() + bytes + ".\n";
}

std::optional<std::string> find_damage(const std::filesystem::path& folder, std::size_t worker,
                                       std::size_t workers) {
  const std::string name = name_of(worker, workers);
  const auto next = sys::read_file(folder / ("next-" + name));
  if (next && !parse_next(*next, worker, workers)) {
    return fmt::format("{} has no number of a case of this worker",
                       (folder / ("next-" + name)).string());
  }
  const auto coverage = sys::read_file(folder / ("coverage-" + name));
  if (next && (!coverage || !parse_coverage(*coverage))) {
    return fmt::format("{} is not what this version of topoproof wrote",
                       (folder / ("coverage-" + name)).string());
  }
  return std::nullopt;
}

}  // namespace

std::expected<void, std::string> prepare_corpus(const std::filesystem::path& folder,
                                                std::string_view settings, std::size_t workers) {
  std::filesystem::create_directories(folder);
  const std::filesystem::path file = folder / "campaign";
  std::filesystem::remove(folder / "campaign.new");  // of one that could not begin
  const auto found = sys::read_file(file);
  if (!found && !std::filesystem::is_empty(folder)) {
    return std::unexpected(fmt::format("{} is no folder of a campaign", folder.string()));
  }
  if (found && *found != settings) {
    return std::unexpected(fmt::format("{} is the folder of another campaign: {}, not {}",
                                       folder.string(), *found, settings));
  }
  for (std::size_t worker = 0; worker < workers; ++worker) {
    if (auto damage = find_damage(folder, worker, workers)) return std::unexpected(*damage);
  }
  if (!found) sys::replace_file(file, std::string(settings) + "\n");
  return {};
}

Corpus::Corpus(std::filesystem::path folder, std::size_t worker, std::size_t workers)
    : folder_(std::move(folder)),
      worker_(worker),
      workers_(workers),
      name_(name_of(worker, workers)) {
  if (folder_.empty()) return;
  std::filesystem::create_directories(folder_);
  found_ = sys::read_file(folder_ / ("cases-" + name_)).value_or("");
  if (!found_.empty()) found_ += "\n";
}

std::uint64_t Corpus::next_case() const {
  const auto text = folder_.empty() ? std::nullopt : sys::read_file(folder_ / ("next-" + name_));
  return text ? parse_next(*text, worker_, workers_).value_or(worker_) : worker_;
}

Coverage Corpus::coverage() const {
  if (folder_.empty()) return {};
  const auto text = sys::read_file(folder_ / ("coverage-" + name_));
  return text ? parse_coverage(*text).value_or(Coverage()) : Coverage();
}

void Corpus::done(std::uint64_t number, bool is_new, const Coverage& coverage, bool important) {
  if (folder_.empty()) return;
  if (is_new) found_ += std::to_string(number) + "\n";
  const bool is_time = sys::Clock::now() - saved_ > kBetweenSaves;
  if (important || is_time) save(number + workers_, coverage);
}

void Corpus::save(std::uint64_t next, const Coverage& coverage) {
  if (folder_.empty()) return;
  sys::replace_file(folder_ / ("cases-" + name_), found_);
  sys::replace_file(folder_ / ("coverage-" + name_), to_text(coverage));
  sys::replace_file(folder_ / ("next-" + name_), std::to_string(next) + "\n");
  saved_ = sys::Clock::now();
}

}  // namespace topoproof::campaign
