// SPDX-License-Identifier: GPL-2.0-or-later
// The sysctls of one network namespace, many at a time.
//
// The kernel keeps the `net/ipv4` of all namespaces in one chain of its name cache, for they share
// parent and name, and compares one after the other (fs/proc/proc_sysctl.c, proc_sys_compare): with
// 100 namespaces that was half of the time of building and reading them. So the way through it is
// taken once for each folder, not for each file.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "sys/fd.hh"

namespace topoproof::sys {

// Of the namespace that the calling thread is in when a folder is first asked for. REQUIRES: all
// calls of one object come from one namespace.
class Sysctls {
 public:
  // Names are as in sysctl_path(). Nothing if there is no such sysctl.
  std::optional<std::string> read(std::string_view name);
  void write(std::string_view name, std::string_view value);  // THROWS: SystemError

 private:
  Fd open(std::string_view name, int flags);

  std::map<std::string, Fd, std::less<>> folders_;  // "net/ipv4"
};

}  // namespace topoproof::sys
