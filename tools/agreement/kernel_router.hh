// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <expected>

#include "base/issue.hh"
#include "netlink/kernel_namespace.hh"
#include "router.hh"
#include "sys/fd.hh"

namespace topoproof::agreement {

class KernelRouter {
 public:
  // Builds, and waits until all links and addresses are usable. REQUIRES: the process is in a
  // sandbox. THROWS: SystemError, NetlinkError
  KernelRouter(const Zones& zones, const state::Namespace& router);

  // RETURNS: the rules as the kernel holds them, with their handles, or why it refuses them.
  std::expected<firewall::Ruleset, Issues> load(const firewall::Ruleset& ruleset);
  // The same for text, in place of all rules that are there.
  std::expected<firewall::Ruleset, Issues> replace_rules(const std::string& text);
  void add_route(const state::Route& route);

  std::vector<Arrival> send(std::size_t zone, BytesView frame);
  std::vector<RuleCounter> counters();
  std::vector<state::Connection> connections();
  void flush_connections();

 private:
  void build(const state::Namespace& router);
  void add(const state::Namespace& router);
  void open_wire();
  void keep_silent();
  void await_links_and_addresses(const state::Namespace& router);
  std::vector<Arrival> arrivals() const;

  const Zones& zones_;
  netlink::KernelNamespace router_;
  netlink::KernelNamespace far_;
  sys::Fd wire_;  // a packet socket on all far ends
  netlink::Socket netfilter_;
};

}  // namespace topoproof::agreement
