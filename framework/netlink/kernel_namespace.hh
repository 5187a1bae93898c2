// SPDX-License-Identifier: GPL-2.0-or-later
// For kernel tests: a namespace with a socket in it, and a batch that is filled line by line.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "netlink/address.hh"
#include "netlink/link.hh"
#include "netlink/neighbor.hh"
#include "netlink/observe.hh"
#include "netlink/route.hh"
#include "netlink/rule.hh"
#include "netlink/socket.hh"
#include "sys/files.hh"
#include "sys/netns.hh"

namespace topoproof::netlink {

inline IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }
inline Prefix prefix(const char* text) { return Prefix::parse(text).value(); }
inline state::Address address(const char* interface, const char* text) {
  return {.interface = interface,
          .address = InterfaceAddress::parse(text).value(),
          .no_dad = std::string_view(text).find(':') != std::string_view::npos};
}

class KernelNamespace {
 public:
  Socket open(Protocol protocol) const {
    std::unique_ptr<Transport> transport;
    sys::run_in(ns, [&] { transport = open_transport(protocol); });
    return Socket(std::move(transport));
  }

  void create(const VethPair& pair) {
    names.add(pair.near.name, pair.near.index.value());
    encode(pair, names, next(kCreateLink, "create " + describe(pair.near)));
  }
  void create(const state::Link& link) {
    names.add(link.name, link.index.value());
    encode(link, names, next(kCreateLink, "create " + describe(link)));
  }
  void change(const LinkChange& change) {
    encode(change, names, next(kChangeLink, "change link " + change.name));
  }
  void up(const char* link) { change({.name = link, .up = true}); }
  void add(const state::Address& x) { encode(x, names, next(kAddAddress, "add " + describe(x))); }
  void add(const state::Route& x) { encode(x, names, next(kAddRoute, "add " + describe(x))); }
  void add(const state::Rule& x) { encode(x, next(kAddRule, "add " + describe(x))); }
  void add(const state::Neighbor& x) { encode(x, names, next(kAddNeighbor, "add " + describe(x))); }

  void commit() {
    Batch filled = std::exchange(batch_, Batch{});
    socket.commit(filled, [&](std::size_t about) { return phrases_[about]; });
  }
  std::string refusal() {  // of the batch, as a sentence
    try {
      commit();
    } catch (const NetlinkError& error) {
      return error.what();
    }
    return "none";
  }
  void sysctl(const char* name, const char* value) const {
    sys::run_in(ns, [&] { sys::write_sysctl(name, value); });
  }
  state::Namespace observe() { return state::normalize(observe_namespace(socket)); }

  sys::Netns ns = sys::Netns::create();
  Socket socket = open(Protocol::Route);
  InterfaceNames names;

 private:
  MessageWriter& next(const Request& request, std::string phrase) {
    phrases_.push_back(std::move(phrase));
    return batch_.add(phrases_.size() - 1, request);
  }

  Batch batch_;
  std::vector<std::string> phrases_;
};

// Connects two namespaces; the near end goes up, the far end is the other namespace's to bring up.
inline void connect(KernelNamespace& near_ns, state::Link near, KernelNamespace& far_ns,
                    state::Link far) {
  near.up = true;
  far_ns.names.add(far.name, far.index.value());
  near_ns.create(VethPair{.near = near, .far = far, .far_netns = far_ns.ns.fd()});
}

}  // namespace topoproof::netlink
