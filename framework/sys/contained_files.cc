// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/contained_files.hh"

#include <array>
#include <cerrno>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <tuple>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/error.hh"
#include "sys/fd.hh"
#include "sys/output.hh"

namespace topoproof::sys {
namespace {

namespace fs = std::filesystem;

constexpr std::array kCovered{"/tmp", "/var/tmp", "/run", "/dev", "/etc"};
constexpr std::array kDevices{"null", "zero", "full", "random", "urandom", "tty", "net/tun"};
constexpr std::uintmax_t kLargestCopied = 1 << 20;
const std::string kNetSysctls = std::string(kPlacesOwn) + "/sysctls";

// As mount_setattr(2) takes it; the C library has it since glibc 2.36 only.
struct MountAttributes {
  std::uint64_t set = 0;
  std::uint64_t clear = 0;
  std::uint64_t propagation = 0;
  std::uint64_t user_namespace = 0;
};
constexpr std::uint64_t kReadOnly = 1;   // MOUNT_ATTR_RDONLY
constexpr unsigned kRecursive = 0x8000;  // AT_RECURSIVE
constexpr long kMountSetAttributes = 442;

void set_attributes(const std::string& path, MountAttributes attributes, unsigned flags) {
  const auto result = ::syscall(kMountSetAttributes, AT_FDCWD, path.c_str(), flags, &attributes,
                                sizeof(attributes));
  check_result(static_cast<int>(result), "say what can be written (Linux 5.12 can)");
}

// A file or folder, whatever is mounted over it later.
struct Handle {
  Fd fd;
  fs::path path;
  std::string source() const { return fmt::format("/proc/self/fd/{}", fd.get()); }
};

Handle handle_of(const fs::path& path) {
  return {Fd(::open(path.c_str(), O_PATH | O_CLOEXEC)), path};
}

bool is_below(const fs::path& path, std::string_view folder) {
  return path.string().starts_with(std::string(folder) + "/");
}

std::vector<Handle> covered_ones(const std::vector<fs::path>& kept) {
  std::vector<Handle> handles;
  for (const fs::path& path : kept) {
    for (const char* folder : kCovered) {
      if (is_below(path, folder)) handles.push_back(handle_of(path));
    }
  }
  return handles;
}

void cover(const char* folder) {
  std::error_code ignored;
  if (!fs::is_directory(fs::symlink_status(folder, ignored))) return;
  check_result(::mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755"),
               "cover a folder");
}

// What stands there already was put there with its folder.
void bring_back(const Handle& handle) {
  std::error_code ignored;
  if (!handle.fd.is_open() || fs::exists(handle.path, ignored)) return;
  fs::create_directories(handle.path.parent_path(), ignored);
  if (fs::is_directory(handle.source(), ignored)) {
    fs::create_directory(handle.path, ignored);
  } else {
    save_file(handle.path, "");
  }
  check_result(
      ::mount(handle.source().c_str(), handle.path.c_str(), nullptr, MS_BIND | MS_REC, nullptr),
      "show a folder");
}

// Of those that may be read, and are no larger than settings are.
void copy_settings(const Handle& from) {
  std::error_code ignored;
  const fs::path source = from.source() + "/";
  const auto options = fs::directory_options::skip_permission_denied;
  for (auto entry = fs::recursive_directory_iterator(source, options, ignored);
       entry != fs::recursive_directory_iterator(); entry.increment(ignored)) {
    const fs::path target = from.path / entry->path().lexically_relative(source);
    if (entry->is_symlink(ignored)) {
      fs::copy_symlink(entry->path(), target, ignored);
    } else if (entry->is_directory(ignored)) {
      fs::create_directory(target, ignored);
    } else if (entry->is_regular_file(ignored) && entry->file_size(ignored) < kLargestCopied) {
      fs::copy_file(entry->path(), target, ignored);
    }
    if (ignored) ignored.clear();
  }
}

void make_devices(const Handle& devices) {
  for (const char* name : kDevices) {
    bring_back({handle_of(fs::path(devices.source()) / name).fd, devices.path / name});
  }
  std::error_code ignored;
  fs::create_directory_symlink("/proc/self/fd", devices.path / "fd", ignored);
  for (const auto& [name, fd] : {std::pair{"stdin", 0}, {"stdout", 1}, {"stderr", 2}}) {
    fs::create_symlink(fmt::format("/proc/self/fd/{}", fd), devices.path / name, ignored);
  }
  fs::create_directory(devices.path / "shm", ignored);
}

void add_files(const std::vector<std::pair<std::string, std::string>>& added) {
  for (const auto& [name, text] : added) {
    const fs::path path = fs::path(kPlacesOwn) / name;
    fs::create_directories(path.parent_path());
    save_file(path, text);
    ::chmod(path.c_str(), 0755);
  }
}

// For whoever has copied the mounts: there, what is read-only stays so.
void keep_net_sysctls() {
  fs::create_directories(kNetSysctls);
  check_result(::mount("/proc/sys/net", kNetSysctls.c_str(), nullptr, MS_BIND, nullptr),
               "keep the sysctls of the network");
  set_attributes(kNetSysctls, {.clear = kReadOnly}, 0);
}

}  // namespace

void contain_files(const ContainedFiles& files) {
  check_result(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "part the mounts");
  const Handle settings = handle_of("/etc");
  const Handle devices = handle_of("/dev");
  const std::vector<Handle> kept = covered_ones(files.kept);
  set_attributes("/", {.set = kReadOnly}, kRecursive);
  for (const char* folder : kCovered) cover(folder);
  for (const char* folder : {"/tmp", "/var/tmp"}) ::chmod(folder, 01777);
  copy_settings(settings);
  make_devices(devices);
  for (const Handle& handle : kept) bring_back(handle);
  fs::create_directories("/run/netns");
  add_files(files.added);
  keep_net_sysctls();
}

void show_devices(Writing writing) {
  const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  const unsigned long refused = writing == Writing::Refused ? MS_RDONLY : 0;
  if (::mount("sysfs", "/sys", "sysfs", flags | refused, nullptr) == 0) return;
  std::ignore = ::mount("tmpfs", "/sys", "tmpfs", flags | MS_RDONLY, nullptr);
}

void show_processes() {
  // Refused where parts of /proc are hidden, as containers do: then the outer one stays.
  std::ignore =
      ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, nullptr);
  check_result(::mount(kNetSysctls.c_str(), "/proc/sys/net", nullptr, MS_BIND, nullptr),
               "show the sysctls of the network");
}

}  // namespace topoproof::sys
