// SPDX-License-Identifier: GPL-2.0-or-later
// For kernel tests: a router in the kernel and one made of this module and conntrack, with the same
// rules. Each packet goes through both, and what they did is compared: what left on the other side
// byte for byte, the counters of all rules, the connections.
//
//     left (10.0.0.1 ..) ---- r0 10.0.0.254 [ router ] r1 10.0.1.254 ---- right (10.0.1.2 ..)
//
// The ends have no addresses of their own: nobody answers but the router.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "machine/machine.hh"
#include "netlink/kernel_namespace.hh"
#include "sys/fd.hh"
#include "virtual_router.hh"

namespace topoproof::machine {

enum class Side { Left, Right };

class TwoRouters {
 public:
  // THROWS: SystemError; fails the test if the rules cannot be loaded.
  explicit TwoRouters(const std::string& rules);

  // RETURNS: what left the virtual router on the other side, as text ("udp 10.0.0.1 1 -> ..."), or
  // "dropped", "delivered", "held"; fails the test where the kernel did something else.
  std::string send(const skb::Skb& packet, Side from = Side::Left);
  // As if a local sender behind a veth had left the checksum to the device.
  void sysctl(const char* name, const char* value) { router_.sysctl(name, value); }

  // Fails the test where counters or connections differ.
  void compare_state();

  std::uint64_t counted(std::size_t rule, std::size_t chain = 0) const;
  VirtualRouter& virtual_router() { return *virtual_; }
  netlink::KernelNamespace& kernel_router() { return router_; }

 private:
  void build();
  void load(const std::string& rules);
  void inject(const skb::Skb& packet, Side from) const;
  std::vector<Bytes> captured(Side at) const;
  void compare_counters();
  void compare_connections();

  netlink::KernelNamespace router_;
  netlink::KernelNamespace left_;
  netlink::KernelNamespace right_;
  sys::Fd left_socket_;
  sys::Fd right_socket_;
  std::unique_ptr<VirtualRouter> virtual_;
};

}  // namespace topoproof::machine
