// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/sysctl_writer.hh"

#include <algorithm>
#include <string_view>
#include <utility>

#include "plan/pins.hh"

namespace topoproof::lab {
namespace {

// As the kernel separates words, and as people do: "32768\t60999" is "32768 60999".
std::string with_spaces(std::string value) {
  std::ranges::replace(value, '\t', ' ');
  return value;
}

}  // namespace

void SysctlWriter::begin_namespace(sys::Sysctls& sysctls) {
  sysctls_ = &sysctls;
  ++namespace_;
  forwarding_.clear();
}

const std::optional<std::string>& SysctlWriter::untouched_value(const std::string& name,
                                                                Known& known) {
  const auto [entry, is_new] = known.untouched.try_emplace(forwarding_);
  if (is_new) entry->second = sysctls_->read(name).transform(with_spaces);
  return entry->second;
}

bool SysctlWriter::write(const state::Sysctl& sysctl, bool where_present) {
  Known& known = known_[sysctl.name];
  const auto& untouched = untouched_value(sysctl.name, known);
  if (!untouched && where_present) return false;
  const bool is_first = std::exchange(known.written_in, namespace_) != namespace_;
  const bool is_forwarding = plan::is_forwarding_of_ipv4(sysctl.name);
  if (is_first && untouched == with_spaces(sysctl.value)) {
    if (is_forwarding) write_forwarding_of_links(sysctl.value);
    return false;
  }
  sysctls_->write(sysctl.name, sysctl.value);
  if (is_forwarding) forwarding_ = sysctl.value.str();
  return true;
}

// To write what is there already writes nothing more, and links are born with what the machine has
// for its own.
void SysctlWriter::write_forwarding_of_links(const std::string& value) {
  const std::string name = "net.ipv4.conf.default.forwarding";
  const auto& untouched = untouched_value(name, known_[name]);
  if (untouched && untouched != value) sysctls_->write(name, value);
}

}  // namespace topoproof::lab
