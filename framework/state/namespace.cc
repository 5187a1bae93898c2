// SPDX-License-Identifier: GPL-2.0-or-later
#include "state/namespace.hh"

namespace topoproof::state {
namespace {

template <class T>
void append_lines(std::string& text, const std::vector<T>& values) {
  for (const T& value : values) text += describe(value) + "\n";
}

}  // namespace

std::string describe(const Sysctl& sysctl) {
  return "sysctl " + sysctl.name.str() + " = " + sysctl.value.str();
}

std::string describe(const Namespace& ns) {
  std::string text;
  append_lines(text, ns.links);
  append_lines(text, ns.addresses);
  append_lines(text, ns.routes);
  append_lines(text, ns.rules);
  append_lines(text, ns.neighbors);
  append_lines(text, ns.sysctls);
  return text;
}

}  // namespace topoproof::state
