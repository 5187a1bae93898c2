// SPDX-License-Identifier: GPL-2.0-or-later
// A machine of one table for the unit tests of this module, and packets in words.
#pragma once

#include <memory>
#include <string>

#include "firewall/build.hh"
#include "machine/machine.hh"
#include "packet/stack.hh"

namespace topoproof::machine {

// Answers what tests ask for.
class TestEnvironment : public Environment {
 public:
  Answer<std::optional<IpAddress>> masquerade_address(const skb::Skb& packet,
                                                      const Interface& out) override;
  Answer<std::optional<IpAddress>> redirect_address(const skb::Skb& packet,
                                                    const Interface& in) override;
  Answer<std::uint32_t> fib_interface(const FibQuestion& question) override;
  Answer<std::uint32_t> address_type(const IpAddress& address, std::uint32_t interface) override;
  Answer<std::string> interface_name(std::uint32_t index) override;
  Answer<conntrack::Time> epoch() override { return conntrack::Time(0); }

  std::optional<IpAddress> own_address = Ipv4Address(192, 0, 2, 1);
  std::uint32_t route = 0;
};

struct TestPacket {
  std::string from = "10.0.0.1";
  std::string to = "10.0.0.2";
  std::uint16_t sport = 1000;
  std::uint16_t dport = 80;
};
skb::Skb udp(const TestPacket& packet = {}, std::size_t payload = 2);
skb::Skb tcp(std::uint8_t flags, Bytes options = {}, const TestPacket& packet = {});
skb::Skb echo();

// Rules of one base chain `c` at a hook, and what becomes of packets there.
class Filter {
 public:
  explicit Filter(firewall::Table table);
  // A chain of these rules with policy drop: "accept" says that a rule matched.
  explicit Filter(std::vector<firewall::Rule> rules);

  // "accept", "drop", "unknown(why)"
  std::string decide(skb::Skb packet);
  std::string decide_in_place(skb::Skb& packet);
  std::uint64_t counted(std::size_t rule, std::size_t chain = 0) const;

  Interface in{.index = 3, .name = "eth0", .kind = "veth"};
  Interface out{.index = 4, .name = "eth1", .kind = "veth"};
  HookState at;
  TestEnvironment environment;
  conntrack::Clock clock;
  conntrack::Tracker tracker{clock};
  conntrack::Nat nat{tracker};
  Machine machine;
  Decision last;
  Records records;
};

// A rule of these expressions, and of an accept behind them.
firewall::Rule accepting(firewall::Expressions expressions);
firewall::Rule rule(firewall::Expressions expressions);
firewall::Table table_of(std::vector<firewall::Chain> chains, firewall::TableFamily family);

}  // namespace topoproof::machine
