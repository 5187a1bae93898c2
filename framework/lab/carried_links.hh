// SPDX-License-Identifier: GPL-2.0-or-later
// The links of a lab whose frames a relay carries (relay/relay.hh), so that they can be impaired:
// each end is a veth of its own, whose other end is in a namespace that nobody sees. To the lab
// they look like any other link.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "impair/impairment.hh"
#include "lab/namespaces.hh"
#include "plan/operation.hh"
#include "relay/relay.hh"
#include "state/namespace.hh"

namespace topoproof::lab {

// One end of such a link, by the indexes in the nodes, and what happens to what leaves by it.
struct CarriedEnd {
  std::uint32_t index = 0;
  std::uint32_t far_index = 0;
  impair::Impairment impairment = {};
  friend auto operator<=>(const CarriedEnd&, const CarriedEnd&) = default;
};

class CarriedLinks {
 public:
  // REQUIRES: `namespaces` outlives this.
  explicit CarriedLinks(Namespaces& namespaces) : namespaces_(namespaces) {}

  // THROWS: netlink::NetlinkError, sys::SystemError
  void create(const plan::CreateVeth& link, const std::string& attempt);
  // By the index of one of its ends; of other links all of these do nothing.
  bool contains(std::uint32_t index) const { return find(index) != nullptr; }
  void erase(std::uint32_t index);            // takes the other end away
  void set_up(std::uint32_t index, bool up);  // the other end has its carrier by it
  void impair(std::uint32_t index, const impair::Impairment& impairment);
  std::vector<CarriedEnd> ends() const;
  // As if each end were the other's peer.
  void join_ends(state::Namespace& found) const;

  // RETURNS: false if frames are still under way at the deadline.
  bool wait_until_idle(sys::Clock::time_point deadline);

 private:
  struct Link {
    relay::LinkNumber number = 0;
    std::array<std::uint32_t, 2> ends{};  // indexes in the nodes
    std::array<impair::Impairment, 2> impairments{};
    std::array<std::string, 2> devices{};  // the veths' other ends
  };
  struct Workshop {  // where the relay works
    Workshop();
    sys::Netns netns;
    std::optional<netlink::Socket> route;
    netlink::InterfaceNames names;
    relay::Relay relay;
  };

  const Link* find(std::uint32_t index) const;
  void change(const std::string& device, bool up);

  Namespaces& namespaces_;
  std::optional<Workshop> workshop_;  // none before it is needed
  std::vector<Link> links_;
  std::size_t made_ = 0;
};

}  // namespace topoproof::lab
