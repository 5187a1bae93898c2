// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/xfrm.hh"

#include <sstream>
#include <string>

#include <linux/netlink.h>
#include <linux/xfrm.h>

#include "netlink/batch.hh"
#include "netlink/socket.hh"
#include "sys/files.hh"

namespace topoproof::netlink {
namespace {

constexpr Schema kXfrmPolicy{.header_size = sizeof(xfrm_userpolicy_id), .attributes = {}};
constexpr Schema kXfrmState{.header_size = sizeof(xfrm_usersa_id), .attributes = {}};
static_assert(kXfrmPolicy.is_well_formed() && kXfrmState.is_well_formed());
constinit const Request kListXfrmPolicies{XFRM_MSG_GETPOLICY, NLM_F_REQUEST | NLM_F_DUMP,
                                          &kXfrmPolicy};
constinit const Request kListXfrmStates{XFRM_MSG_GETSA, NLM_F_REQUEST | NLM_F_DUMP, &kXfrmState};

// Its own socket is listed, by protocol, where it is loaded.
bool is_xfrm_loaded() {
  std::istringstream sockets(sys::read_file("/proc/thread-self/net/netlink").value_or(""));
  std::string line;
  while (std::getline(sockets, line)) {
    std::istringstream words(line);
    std::string address;
    int protocol = -1;
    if (words >> address >> protocol && protocol == NETLINK_XFRM) return true;
  }
  return false;
}

}  // namespace

XfrmCount count_xfrm() {
  if (!is_xfrm_loaded()) return {};
  Socket socket(Protocol::Xfrm);
  Batch policies;
  policies.add(0, kListXfrmPolicies).put_header(xfrm_userpolicy_id{});
  Batch states;
  states.add(0, kListXfrmStates).put_header(xfrm_usersa_id{});
  return {.policies = socket.dump(policies, "list policies of XFRM").size(),
          .states = socket.dump(states, "list states of XFRM").size()};
}

}  // namespace topoproof::netlink
