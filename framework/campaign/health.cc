// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/health.hh"

#include <algorithm>
#include <array>

#include <sys/klog.h>

#include "sys/files.hh"

namespace topoproof::campaign {
namespace {

// syslog(2)
constexpr int kReadAll = 3;
constexpr int kSizeOfBuffer = 10;

std::string read_taint() {
  std::string text = sys::read_file("/proc/sys/kernel/tainted").value_or("unknown");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::optional<std::string> read_log() {
  const int size = ::klogctl(kSizeOfBuffer, nullptr, 0);
  if (size <= 0) return std::nullopt;
  std::string log(static_cast<std::size_t>(size), '\0');
  const int read = ::klogctl(kReadAll, log.data(), size);
  if (read < 0) return std::nullopt;
  log.resize(static_cast<std::size_t>(read));
  return log;
}

}  // namespace

std::size_t count_complaints(std::string_view log) {
  constexpr std::array<std::string_view, 8> kSigns{
      "WARNING: ", "BUG: ",   "Oops: ",  "general protection fault",
      "INFO: rcu", "KASAN: ", "UBSAN: ", "kernel BUG at"};
  std::size_t count = 0;
  while (!log.empty()) {
    const std::string_view line = log.substr(0, log.find('\n'));
    log.remove_prefix(std::min(line.size() + 1, log.size()));
    count += std::ranges::any_of(kSigns, [&](auto sign) { return line.contains(sign); }) ? 1U : 0U;
  }
  return count;
}

KernelHealth observe_health() {
  KernelHealth health{.taint = read_taint()};
  if (const auto log = read_log()) health.complaints = count_complaints(*log);
  return health;
}

}  // namespace topoproof::campaign
