// SPDX-License-Identifier: GPL-2.0-or-later
// Values name interfaces, messages number them: the table between the two, for one namespace.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace topoproof::netlink {

class InterfaceNames {
 public:
  InterfaceNames() { add("lo", 1); }  // as in every namespace

  void add(const std::string& name, std::uint32_t index);
  void remove(const std::string& name);
  bool contains(const std::string& name) const { return indexes_.contains(name); }

  bool contains(std::uint32_t index) const { return names_.contains(index); }

  std::uint32_t index(const std::string& name) const;  // THROWS: SystemError if it is not known
  std::string name(std::uint32_t index) const;         // "if7" if it is not known, as ip(8) says

 private:
  std::map<std::string, std::uint32_t> indexes_;
  std::map<std::uint32_t, std::string> names_;
};

}  // namespace topoproof::netlink
