// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/interface_names.hh"

#include <cerrno>

#include "sys/error.hh"

namespace topoproof::netlink {

void InterfaceNames::add(const std::string& name, std::uint32_t index) {
  remove(name);
  indexes_[name] = index;
  names_[index] = name;
}

void InterfaceNames::remove(const std::string& name) {
  const auto at = indexes_.find(name);
  if (at == indexes_.end()) return;
  names_.erase(at->second);
  indexes_.erase(at);
}

std::uint32_t InterfaceNames::index(const std::string& name) const {
  const auto at = indexes_.find(name);
  if (at == indexes_.end()) throw sys::SystemError(ENODEV, "find the interface " + name);
  return at->second;
}

std::string InterfaceNames::name(std::uint32_t index) const {
  const auto at = names_.find(index);
  return at == names_.end() ? "if" + std::to_string(index) : at->second;
}

}  // namespace topoproof::netlink
