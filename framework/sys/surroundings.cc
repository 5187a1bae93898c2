// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/surroundings.hh"

#include <exception>
#include <system_error>
#include <thread>
#include <tuple>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "sys/error.hh"

namespace topoproof::sys {
namespace {

Fd open_own(const char* path) {
  return Fd(check_result(::open(path, O_RDONLY | O_CLOEXEC), "open a namespace"));
}

Surroundings enter_new(const std::string& host_name, const Netns& netns) {
  enter(netns);
  check_result(::unshare(CLONE_NEWNS | CLONE_NEWUTS), "create mount and UTS namespaces");
  check_result(::mount("none", "/", nullptr, MS_REC | MS_SLAVE, nullptr), "part the mounts");
  show_own_devices();
  if (!host_name.empty()) {
    check_result(::sethostname(host_name.data(), host_name.size()), "set the host name");
  }
  return {.mount = open_own("/proc/thread-self/ns/mnt"),
          .uts = open_own("/proc/thread-self/ns/uts")};
}

}  // namespace

Surroundings make_surroundings(const std::string& host_name, const Netns& netns) {
  Surroundings made;
  std::exception_ptr refused;
  // A thread has namespaces of its own, and leaves none behind but those that are held.
  std::jthread([&] {
    try {
      made = enter_new(host_name, netns);
    } catch (const std::exception&) {
      refused = std::current_exception();
    }
  }).join();
  if (refused) std::rethrow_exception(refused);
  return made;
}

void show_own_devices() {
  constexpr unsigned long kFlags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  if (::mount("sysfs", "/sys", "sysfs", kFlags, nullptr) == 0) return;
  if (::mount("sysfs", "/sys", "sysfs", kFlags | MS_RDONLY, nullptr) == 0) return;
  std::ignore = ::mount("tmpfs", "/sys", "tmpfs", kFlags | MS_RDONLY, nullptr);
}

void put_files(const FilePlaces& files) {
  for (const auto& [file, place] : files) {
    std::error_code ignored;
    const auto target = std::filesystem::canonical(place, ignored);
    if (ignored || std::filesystem::equivalent(file, target, ignored)) continue;
    std::ignore = ::mount(file.c_str(), target.c_str(), nullptr, MS_BIND, nullptr);
  }
}

}  // namespace topoproof::sys
