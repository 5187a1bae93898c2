// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/sysctls.hh"

#include <array>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "sys/error.hh"
#include "sys/files.hh"

namespace topoproof::sys {
namespace {

constexpr std::string_view kRoot = "/proc/sys/";

// Where the folder's name ends: behind "net/ipv4" of "net/ipv4/conf/all/rp_filter".
std::size_t folder_end(std::string_view path) {
  const std::size_t first = path.find('/');
  return first == std::string_view::npos ? first : path.find('/', first + 1);
}

}  // namespace

Fd Sysctls::open(std::string_view name, int flags) {
  const std::string whole = sysctl_path(name).string();
  const std::string path = whole.substr(kRoot.size());
  const std::size_t end = folder_end(path);
  if (end == std::string::npos) return Fd(::open(whole.c_str(), flags | O_CLOEXEC));
  const auto [folder, is_new] = folders_.try_emplace(path.substr(0, end));
  if (is_new) {
    const std::string place = whole.substr(0, kRoot.size() + end);
    folder->second = Fd(::open(place.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  }
  if (!folder->second.is_open()) return Fd(::open(whole.c_str(), flags | O_CLOEXEC));
  return Fd(::openat(folder->second.get(), path.c_str() + end + 1, flags | O_CLOEXEC));
}

// One read: proc_sys_call_handler() gives the whole value if there is room for it.
std::optional<std::string> Sysctls::read(std::string_view name) {
  const Fd file = open(name, O_RDONLY);
  if (!file.is_open()) return std::nullopt;
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
  if (count < 0) return std::nullopt;
  std::string value(buffer.data(), static_cast<std::size_t>(count));
  if (value.ends_with('\n')) value.pop_back();
  return value;
}

void Sysctls::write(std::string_view name, std::string_view value) {
  const auto attempt = [&] {
    return fmt::format("write '{}' to {}", value, sysctl_path(name).string());
  };
  const Fd file = open(name, O_WRONLY);
  if (!file.is_open()) throw_errno(attempt());
  if (::write(file.get(), value.data(), value.size()) < 0) throw_errno(attempt());
}

}  // namespace topoproof::sys
