// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/files.hh"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <tuple>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "sys/error.hh"
#include "sys/fd.hh"
#include "sys/sweeper.hh"

namespace topoproof::sys {

std::optional<std::string> read_file(const std::filesystem::path& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return fd.is_open() ? read_all(fd) : std::nullopt;
}

std::optional<std::string> read_all(const Fd& fd) {
  auto text = read_at_most(fd, SIZE_MAX);
  if (text && text->ends_with('\n')) text->pop_back();
  return text;
}

std::optional<std::string> read_at_most(const Fd& fd, std::size_t bytes) {
  std::string text;
  std::array<char, 4096> buffer{};
  while (text.size() < bytes) {
    const auto wanted = std::min(buffer.size(), bytes - text.size());
    const ssize_t count = ::read(fd.get(), buffer.data(), wanted);
    if (count < 0) return std::nullopt;
    if (count == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return text;
}

void write_file(const std::filesystem::path& path, std::string_view text) {
  const auto attempt = [&] { return fmt::format("write '{}' to {}", text, path.string()); };
  const Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd.is_open()) throw_errno(attempt());
  if (::write(fd.get(), text.data(), text.size()) < 0) throw_errno(attempt());
}

std::filesystem::path sysctl_path(std::string_view name) {
  std::string path(name);
  if (path.find('/') == std::string::npos) std::ranges::replace(path, '.', '/');
  return std::filesystem::path("/proc/sys") / path;
}

std::optional<std::string> read_sysctl(std::string_view name) {
  return read_file(sysctl_path(name));
}

void write_sysctl(std::string_view name, std::string_view value) {
  write_file(sysctl_path(name), value);
}

FolderVisit::FolderVisit(const Fd& folder) {
  check_result(::fchdir(folder.get()), "enter a folder");
}

FolderVisit::~FolderVisit() { std::ignore = ::chdir("/"); }

Fd open_folder(const std::filesystem::path& path) {
  Fd folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) throw_errno("open " + path.string());
  return folder;
}

TempDir::TempDir() {
  const char* base = std::getenv("TMPDIR");
  std::string name = fmt::format("{}/topoproof-XXXXXX", base != nullptr ? base : "/tmp");
  if (::mkdtemp(name.data()) == nullptr) throw_errno("create a temporary directory");
  path_ = name;
  hold_folder_for_sweeper(name);
}

TempDir::~TempDir() {
  std::error_code ignored;  // a destructor has nobody to tell
  std::filesystem::remove_all(path_, ignored);
  let_go_folder(path_.string());
}

}  // namespace topoproof::sys
