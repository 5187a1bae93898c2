// SPDX-License-Identifier: GPL-2.0-or-later
// Who listens, as the kernel says it of a namespace.
#pragma once

#include <set>
#include <string_view>

#include "flow/flow.hh"

namespace topoproof::service {

// TCP sockets that listen and UDP sockets that are bound and not connected, of both families, in
// the namespace of the calling thread.
std::set<flow::Service> observe_ports();

// The same of a text like /proc/net/tcp (proc_pid_net(5)): added to `ports`.
void add_ports(std::string_view table, flow::Protocol protocol, std::set<flow::Service>& ports);

}  // namespace topoproof::service
