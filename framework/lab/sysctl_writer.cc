// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/sysctl_writer.hh"

#include <algorithm>
#include <string_view>

namespace topoproof::lab {
namespace {

constexpr std::string_view kForwarding = "net.ipv4.ip_forward";

}  // namespace

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
  const bool is_forwarding = sysctl.name == kForwarding;
  if (is_first && untouched == with_spaces(sysctl.value)) {
    if (is_forwarding) write_forwarding_of_links(sysctl.value);
    return false;
  }
  sysctls_->write(sysctl.name, sysctl.value);
  if (is_forwarding) forwarding_ = sysctl.value;
  return true;
}

// To write what is there already writes nothing more, and links are born with what the machine has
// for its own.
void SysctlWriter::write_forwarding_of_links(const std::string& value) {
  const std::string name = "net.ipv4.conf.default.forwarding";
  const auto& untouched = untouched_value(name);
  if (untouched && untouched != value) sysctls_->write(name, value);
}

}  // namespace topoproof::lab
