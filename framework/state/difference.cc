// SPDX-License-Identifier: GPL-2.0-or-later
#include "state/difference.hh"

#include <algorithm>
#include <tuple>

namespace topoproof::state {
namespace {

auto key(const Link& link) { return std::tie(link.name); }
auto key(const Address& address) { return std::tie(address.interface, address.address); }
auto key(const Route& route) { return std::tie(route.table, route.destination, route.metric); }
auto key(const Rule& rule) { return std::tie(rule.family, rule.priority); }
auto key(const Neighbor& neighbor) { return std::tie(neighbor.interface, neighbor.address); }
auto key(const Sysctl& sysctl) { return std::tie(sysctl.name); }

template <class T>
void accept_unset(std::optional<T>& found, const std::optional<T>& expected) {
  if (!expected) found.reset();
}

void accept_unsaid(Link& found, const Link& expected) {
  accept_unset(found.index, expected.index);
  accept_unset(found.mac, expected.mac);
  accept_unset(found.bridge, expected.bridge);
  accept_unset(found.port, expected.port);
  accept_unset(found.peer_index, expected.peer_index);
}

void accept_unsaid(Route& found, const Route& expected) {
  accept_unset(found.interface, expected.interface);
  if (found.next_hops.size() != expected.next_hops.size()) return;
  for (std::size_t i = 0; i < found.next_hops.size(); ++i) {
    accept_unset(found.next_hops[i].interface, expected.next_hops[i].interface);
  }
}

template <class T>
void accept_unsaid(T& /*found*/, const T& /*expected*/) {}

template <class T>
void compare(const T& expected, T found, std::vector<Difference>& out) {
  accept_unsaid(found, expected);
  if (found != expected) out.push_back({describe(expected), describe(found)});
}

// Walks two lists in the order of their keys, as a merge does.
template <class T>
void diff_lists(std::vector<T> expected, std::vector<T> found, std::vector<Difference>& out) {
  const auto by_key = [](const T& a, const T& b) { return key(a) < key(b); };
  const auto by_key_then_value = [&](const T& a, const T& b) {
    return key(a) == key(b) ? a < b : by_key(a, b);
  };
  std::ranges::sort(expected, by_key_then_value);
  std::ranges::sort(found, by_key_then_value);
  auto e = expected.begin();
  auto f = found.begin();
  while (e != expected.end() || f != found.end()) {
    if (f == found.end() || (e != expected.end() && by_key(*e, *f))) {
      out.push_back({.expected = describe(*e++), .found = {}});
    } else if (e == expected.end() || by_key(*f, *e)) {
      out.push_back({.expected = {}, .found = describe(*f++)});
    } else {
      compare(*e++, std::move(*f++), out);
    }
  }
}

void keep_expected(std::vector<Sysctl>& found, const std::vector<Sysctl>& expected) {
  std::erase_if(found, [&](const Sysctl& sysctl) {
    return !std::ranges::any_of(expected, [&](const Sysctl& e) { return e.name == sysctl.name; });
  });
}

}  // namespace

std::vector<Difference> diff(const Namespace& expected, const Namespace& found) {
  Namespace e = normalize(expected);
  Namespace f = normalize(found);
  keep_expected(f.sysctls, e.sysctls);
  std::vector<Difference> out;
  diff_lists(std::move(e.links), std::move(f.links), out);
  diff_lists(std::move(e.addresses), std::move(f.addresses), out);
  diff_lists(std::move(e.routes), std::move(f.routes), out);
  diff_lists(std::move(e.rules), std::move(f.rules), out);
  diff_lists(std::move(e.neighbors), std::move(f.neighbors), out);
  diff_lists(std::move(e.sysctls), std::move(f.sysctls), out);
  return out;
}

std::string to_string(const Difference& difference) {
  std::string text;
  if (!difference.expected.empty()) text += "- " + difference.expected + "\n";
  if (!difference.found.empty()) text += "+ " + difference.found + "\n";
  return text;
}

std::string to_string(const std::vector<Difference>& differences) {
  std::string text;
  for (const Difference& difference : differences) text += to_string(difference);
  return text;
}

}  // namespace topoproof::state
