// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/sysctl_writer.hh"

#include <algorithm>

namespace topoproof::lab {

std::string with_spaces(std::string value) {
  std::ranges::replace(value, '\t', ' ');
  return value;
}

void SysctlWriter::begin_namespace(sys::Sysctls& sysctls) {
  sysctls_ = &sysctls;
  written_.clear();
  forwarding_.clear();
}

const std::optional<std::string>& SysctlWriter::untouched_value(const std::string& name) {
  const auto [entry, is_new] = untouched_[forwarding_].try_emplace(name);
  if (is_new) entry->second = sysctls_->read(name).transform(with_spaces);
  return entry->second;
}

bool SysctlWriter::write(const state::Sysctl& sysctl, bool where_present) {
  const auto& untouched = untouched_value(sysctl.name);
  if (!untouched && where_present) return false;
  const bool is_first = written_.insert(sysctl.name).second;
  if (is_first && untouched == with_spaces(sysctl.value)) return false;
  sysctls_->write(sysctl.name, sysctl.value);
  if (sysctl.name == "net.ipv4.ip_forward") forwarding_ = sysctl.value;
  return true;
}

}  // namespace topoproof::lab
