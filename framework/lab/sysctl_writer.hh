// SPDX-License-Identifier: GPL-2.0-or-later
// Writes the sysctls of new namespaces. What a new namespace has anyway is not written again: a
// write costs 15-40 us, and most pins say what is usual.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "state/namespace.hh"
#include "sys/sysctls.hh"

namespace topoproof::lab {

class SysctlWriter {
 public:
  // The calling thread has entered a namespace that nobody has touched. REQUIRES: `sysctls` are its
  // own, and outlive what is written there.
  void begin_namespace(sys::Sysctls& sysctls);

  // Acts on the calling thread's namespace. RETURNS: false if there was nothing to write. THROWS:
  // SystemError; also for a sysctl that does not exist, unless `where_present`.
  bool write(const state::Sysctl& sysctl, bool where_present);

 private:
  struct Known {
    std::size_t written_in = 0;  // the last namespace it was written in
    // By what was written to ip_forward: what new namespaces have, read once. All are alike.
    std::map<std::string, std::optional<std::string>> untouched = {};
  };

  const std::optional<std::string>& untouched_value(const std::string& name, Known& known);
  void write_forwarding_of_links(const std::string& value);

  sys::Sysctls* sysctls_ = nullptr;  // of this namespace
  std::size_t namespace_ = 0;        // its number, from 1
  // The value that was written to ip_forward, if one was: that resets other sysctls.
  std::string forwarding_;
  std::unordered_map<std::string, Known> known_;
};

}  // namespace topoproof::lab
