// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/state_folder.hh"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "live/refusal.hh"
#include "sys/error.hh"
#include "sys/file_lock.hh"

namespace topoproof::live {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestName = 64;

bool may_be_in_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
}

fs::path default_path() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && *runtime != '\0') return fs::path(runtime) / "topoproof";
  return fmt::format("/tmp/topoproof-{}", ::geteuid());
}

// In /tmp anybody could have made it first.
void check_is_own(const fs::path& path) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) < 0) sys::throw_errno("look at " + path.string());
  const bool is_own = S_ISDIR(info.st_mode) && info.st_uid == ::geteuid();
  if (is_own && (info.st_mode & 077U) == 0) return;
  throw Refusal(fmt::format(
      "{} is to be a folder of your own that nobody else may enter, and is not: labs are known "
      "there; remove it, or set XDG_RUNTIME_DIR to a folder of yours",
      path.string()));
}

}  // namespace

bool is_lab_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && name.front() != '-' &&
         name.front() != '.' && std::ranges::all_of(name, may_be_in_name);
}

StateFolder::StateFolder(fs::path path) : path_(std::move(path)) {
  if (::mkdir(path_.c_str(), 0700) < 0 && sys::last_error() != EEXIST) {
    sys::throw_errno("create " + path_.string());
  }
  check_is_own(path_);
}

StateFolder StateFolder::of_user() { return StateFolder(default_path()); }

sys::Fd StateFolder::lock() const { return sys::wait_for_lock(path_ / ".lock"); }

std::vector<std::string> StateFolder::names() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(path_)) {
    const std::string name = entry.path().filename().string();
    if (is_lab_name(name) && entry.is_directory()) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

bool StateFolder::is_alive(const std::string& name) const {
  return sys::is_locked(folder_of(name) / "lock");
}

Claim StateFolder::claim(const std::string& name) const {
  if (!is_lab_name(name)) {
    throw Refusal(fmt::format(
        "'{}' is no name for a lab: up to {} letters, digits, '-', '_' and '.'; say one with "
        "--name",
        name, kLongestName));
  }
  const sys::Fd locked = lock();
  if (is_alive(name)) {
    throw Refusal(fmt::format(
        "a lab '{}' is running already: choose another name with --name, or end it with "
        "topoproof down {}",
        name, name));
  }
  Claim claim{.folder = folder_of(name), .lock = {}};
  fs::remove_all(claim.folder);
  if (::mkdir(claim.folder.c_str(), 0700) < 0) sys::throw_errno("create " + claim.folder.string());
  claim.lock = sys::wait_for_lock(claim.folder / "lock");
  return claim;
}

void StateFolder::release(const Claim& claim) const {
  const sys::Fd locked = lock();
  fs::remove_all(claim.folder);
}

void StateFolder::remove_dead(const std::string& name) const {
  const sys::Fd locked = lock();
  if (!is_alive(name)) fs::remove_all(folder_of(name));
}

std::vector<std::string> StateFolder::collect() const {
  const sys::Fd locked = lock();
  std::vector<std::string> dead = names();
  std::erase_if(dead, [&](const std::string& name) { return is_alive(name); });
  for (const std::string& name : dead) fs::remove_all(folder_of(name));
  return dead;
}

}  // namespace topoproof::live
