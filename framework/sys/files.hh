// SPDX-License-Identifier: GPL-2.0-or-later
// Small files of /proc and /sys, sysctls among them, and directories that remove themselves.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "sys/fd.hh"

namespace topoproof::sys {

// The text without the final line break; nothing if the file cannot be read.
std::optional<std::string> read_file(const std::filesystem::path& path);
std::optional<std::string> read_all(const Fd& fd);  // from where it stands
// The same of a file that may have no end, and with its final line break.
std::optional<std::string> read_at_most(const Fd& fd, std::size_t bytes);

// One write call, as /proc needs it. THROWS: SystemError naming the path and the text.
void write_file(const std::filesystem::path& path, std::string_view text);

// "net.ipv4.conf.eth0.rp_filter" or, where an interface's name has a dot in it,
// "net/ipv4/conf/eth0.5/rp_filter": sysctl(8) takes both forms.
std::filesystem::path sysctl_path(std::string_view name);

// Act on the network namespace of the calling thread. For many at a time: sysctls.hh.
std::optional<std::string> read_sysctl(std::string_view name);
void write_sysctl(std::string_view name, std::string_view value);  // THROWS: SystemError

// The process's working directory is this one until the end of the visit, then the root: for a
// process that works for others, in their places.
class FolderVisit {
 public:
  explicit FolderVisit(const Fd& folder);  // THROWS: SystemError
  ~FolderVisit();
  FolderVisit(const FolderVisit&) = delete;
  FolderVisit& operator=(const FolderVisit&) = delete;
};

Fd open_folder(const std::filesystem::path& path);  // THROWS: SystemError naming the path

class TempDir {
 public:
  TempDir();  // under $TMPDIR or /tmp. THROWS: SystemError
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace topoproof::sys
