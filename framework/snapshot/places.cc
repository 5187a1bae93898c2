// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>

#include "snapshot/snapshot.hh"
#include "sys/error.hh"

namespace topoproof::snapshot {
namespace {

constexpr std::string_view kNames = "/run/netns";

Place open_place(std::string name, const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) sys::throw_errno(fmt::format("open the namespace {}", path));
  return {std::move(name), sys::Netns(sys::Fd(fd))};
}

}  // namespace

Place named_place(const std::string& name) {
  return open_place(name, fmt::format("{}/{}", kNames, name));
}

std::vector<Place> named_places() {
  std::vector<std::string> names;
  std::error_code none;  // no folder: no names
  for (const auto& entry : std::filesystem::directory_iterator(kNames, none)) {
    names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  std::vector<Place> places;
  for (const std::string& name : names) places.push_back(named_place(name));
  return places;
}

Place place_of_process(int pid) {
  return open_place(fmt::format("pid-{}", pid), fmt::format("/proc/{}/ns/net", pid));
}

Place own_place(const std::string& name) { return {name, sys::Netns::current()}; }

}  // namespace topoproof::snapshot
