// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/observe.hh"

#include <cerrno>

#include <sys/socket.h>

#include "netlink/address.hh"
#include "netlink/family.hh"
#include "netlink/link.hh"
#include "netlink/neighbor.hh"
#include "netlink/route.hh"
#include "netlink/rule.hh"
#include "sys/files.hh"
#include "sys/sysctls.hh"

namespace topoproof::netlink {
namespace {

template <class Encode>
Answers list(Socket& socket, const Request& request, const char* what, Encode encode) {
  Batch question;
  encode(question.add(0, request));
  return socket.dump(question, what);
}

template <class T>
T value_of(std::expected<T, Issue> decoded, const char* what) {
  if (!decoded) throw sys::SystemError(EBADMSG, std::string(what) + ": " + decoded.error().text);
  return std::move(*decoded);
}

// A listing of all families may hold others, such as multicast routes; those are no state of ours.
bool is_known_family(const Message& message) {
  const auto family = read_header<std::uint8_t>(message.payload);
  return family && (family_of_number(*family) || *family == AF_BRIDGE);
}

template <class Encode, class Decode>
auto observe(Socket& socket, const Request& request, const char* what, Encode encode,
             Decode decode) {
  std::vector<typename decltype(decode(Message{}))::value_type> values;
  const Answers answers = list(socket, request, what, encode);
  values.reserve(answers.size());
  for (const Message& message : answers) {
    if (is_known_family(message)) values.push_back(value_of(decode(message), what));
  }
  return values;
}

Answers list_links(Socket& socket) {
  return list(socket, kListLinks, "list links", encode_link_listing);
}

InterfaceNames names_of(const Answers& links) {
  InterfaceNames names;
  for (const Message& message : links) learn_name(message, names);
  return names;
}

}  // namespace

InterfaceNames observe_names(Socket& socket) { return names_of(list_links(socket)); }

state::Namespace observe_namespace(Socket& socket) {
  state::Namespace found;
  const Answers links = list_links(socket);
  const InterfaceNames names = names_of(links);
  const auto named = [&](auto decode) {
    return [&names, decode](const Message& message) { return decode(message, names); };
  };
  for (const Message& message : links) {
    found.links.push_back(value_of(decode_link(message, names), "list links"));
  }
  found.addresses = observe(socket, kListAddresses, "list addresses", encode_address_listing,
                            named(decode_address));
  found.routes =
      observe(socket, kListRoutes, "list routes", encode_route_listing, named(decode_route));
  found.rules = observe(socket, kListRules, "list rules", encode_rule_listing, decode_rule);
  found.neighbors = observe(socket, kListNeighbors, "list neighbors", encode_neighbor_listing,
                            named(decode_neighbor));
  return found;
}

std::vector<state::BridgeEntry> observe_bridge_entries(Socket& socket,
                                                       const InterfaceNames& names) {
  return observe(socket, kListNeighbors, "list bridge entries", encode_bridge_entry_listing,
                 [&](const Message& message) { return decode_bridge_entry(message, names); });
}

std::vector<state::Sysctl> observe_sysctls(sys::Sysctls& sysctls,
                                           std::span<const std::string> names) {
  std::vector<state::Sysctl> found;
  for (const std::string& name : names) {
    auto value = sysctls.read(name);
    if (!value) continue;
    std::ranges::replace(*value, '\t', ' ');
    found.push_back({.name = name, .value = *std::move(value)});
  }
  return found;
}

state::Counters observe_counters() {
  const auto read = [](const char* name, auto parse) {
    // "self" would be the namespace of the process's first thread.
    const std::string path = std::string("/proc/thread-self/net/") + name;
    return value_of(parse(sys::read_file(path).value_or("")), path.c_str());
  };
  state::Counters counters = read("snmp", state::parse_counter_table);
  counters.merge(read("netstat", state::parse_counter_table));
  counters.merge(read("snmp6", state::parse_counter_list));
  return counters;
}

}  // namespace topoproof::netlink
