// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/includes.hh"

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <glob.h>

#include "sys/error.hh"
#include "sys/fd.hh"
#include "sys/files.hh"

namespace topoproof::rules {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> files_of(const fs::path& pattern) {
  glob_t found{};
  std::vector<std::string> files;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) files.emplace_back(found.gl_pathv[i]);
  }
  ::globfree(&found);
  return files;
}

bool is_searched(std::string_view path) {
  return !path.starts_with('/') && !path.starts_with("./") && !path.starts_with("../");
}

std::vector<std::string> find_included(const fs::path& directory, const std::string& path) {
  if (!is_searched(path)) return files_of(directory / path);
  auto files = files_of(fs::path("/etc") / path);
  const bool is_pattern = path.find_first_of("*?[") != std::string::npos;
  if (!files.empty() && !is_pattern) return files;
  for (auto& file : files_of(directory / path)) files.push_back(std::move(file));
  return files;
}

// What all includes of one text add up to, and what is wrong with them.
class Included {
 public:
  explicit Included(const std::string& main_file) : directory_(fs::path(main_file).parent_path()) {}

  std::vector<NftTokens::Included> read(const std::string& path, const Location& where) {
    std::vector<NftTokens::Included> texts;
    for (const auto& file : find_included(directory_, path)) {
      if (auto text = read_one(file, where)) texts.push_back({file, *std::move(text)});
    }
    return texts;
  }
  const Issues& issues() const { return issues_; }

 private:
  std::optional<std::string> read_one(const std::string& file, const Location& where) {
    std::error_code error;
    const auto status = fs::status(file, error);
    if (fs::is_directory(status) || !fs::exists(status)) return std::nullopt;  // nft skips it
    if (!fs::is_regular_file(status)) return refuse(file, where, "it is no regular file");
    const sys::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd.is_open()) return std::nullopt;
    if (files_ == kMostIncludedFiles)
      return refuse_once(file, where, fmt::format("more than {} files are included", files_));
    ++files_;
    auto text = sys::read_at_most(fd, kMostIncludedBytes - bytes_ + 1);
    if (!text) return refuse(file, where, sys::error_text(sys::last_error()));
    bytes_ += text->size();
    if (bytes_ <= kMostIncludedBytes) return text;
    bytes_ = kMostIncludedBytes;
    return refuse_once(file, where,
                       fmt::format("more than {} MiB are included", kMostIncludedBytes >> 20));
  }

  std::nullopt_t refuse(const std::string& file, const Location& where, const std::string& why) {
    issues_.push_back(make_issue(where, fmt::format("cannot include {}: {}", file, why)));
    return std::nullopt;
  }
  // Of all that follow the same would be said.
  std::nullopt_t refuse_once(const std::string& file, const Location& where,
                             const std::string& why) {
    if (!std::exchange(is_full_, true)) refuse(file, where, why);
    return std::nullopt;
  }

  fs::path directory_;
  std::size_t files_ = 0;
  std::size_t bytes_ = 0;
  bool is_full_ = false;
  Issues issues_;
};

}  // namespace

NftTokens::Reader make_include_reader(const std::string& main_file) {
  return
      [included = std::make_shared<Included>(main_file)](
          const std::string& path, const Location& where) { return included->read(path, where); };
}

Issues check_includes(const Source& source) {
  if (source.text.find("include") == std::string::npos) return {};
  Included included(source.where.file);
  const NftTokens tokens(source, [&](const std::string& path, const Location& where) {
    return included.read(path, where);
  });
  return included.issues();
}

std::vector<std::string> included_files(const Source& source) {
  std::vector<std::string> files;
  if (source.language != Language::Nft || !source.text.contains("include")) return files;
  Included included(source.where.file);
  const NftTokens tokens(source, [&](const std::string& path, const Location& where) {
    auto texts = included.read(path, where);
    for (const auto& text : texts) files.push_back(text.file);
    return texts;
  });
  return files;
}

}  // namespace topoproof::rules
