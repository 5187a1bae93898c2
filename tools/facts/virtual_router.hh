// SPDX-License-Identifier: GPL-2.0-or-later
// The least that is needed to let packets pass all hooks of a forwarding router: for tests of this
// module (the simulator of whole networks is elsewhere). IPv4, two interfaces.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conntrack/defrag.hh"
#include "machine/machine.hh"

namespace topoproof::machine {

class VirtualRouter : private Environment {
 public:
  struct Port {
    Interface interface;
    IpAddress address;  // of a /24
  };

  VirtualRouter(firewall::Ruleset rules, std::vector<Port> ports);

  struct Result {
    enum class Kind { Forwarded, Dropped, Local, Held, Unknown };
    Kind kind = Kind::Dropped;
    skb::Skb packet;
    std::string why;
  };
  Result receive(skb::Skb packet, std::size_t port);

  Machine& machine() { return machine_; }
  conntrack::Tracker& tracker() { return tracker_; }
  conntrack::Clock& clock() { return clock_; }

 private:
  Answer<std::optional<IpAddress>> masquerade_address(const skb::Skb& packet,
                                                      const Interface& out) override;
  Answer<std::optional<IpAddress>> redirect_address(const skb::Skb& packet,
                                                    const Interface& in) override;

  std::optional<std::string> hooks(skb::Skb& packet, const HookState& at);
  std::optional<std::string> before(skb::Skb& packet, const HookState& at, std::int32_t priority);
  std::optional<std::string> note(const conntrack::Outcome& outcome) const;
  std::size_t route(const skb::Skb& packet) const;
  bool is_local(const skb::Skb& packet) const;

  std::vector<Port> ports_;
  conntrack::Clock clock_;
  conntrack::Tracker tracker_;
  conntrack::Nat nat_;
  conntrack::Defragmenter defragmenter_;
  Machine machine_;
  bool tracks_;
  bool translates_;
};

}  // namespace topoproof::machine
