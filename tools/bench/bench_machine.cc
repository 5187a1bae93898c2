// SPDX-License-Identifier: GPL-2.0-or-later
// How fast rules are run over packets without a kernel, and how much a tracked flow weighs: a
// masquerading router with 20 rules, with and without a trace; sets of growing size; a million
// flows.
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "figure.hh"
#include "firewall/build.hh"
#include "machine/machine.hh"
#include "packet/stack.hh"

namespace topoproof::machine {
namespace {

using firewall::Hook;

class Home : public Environment {
 public:
  Answer<std::optional<IpAddress>> masquerade_address(const skb::Skb&, const Interface&) override {
    return Ipv4Address(192, 0, 2, 1);
  }
};

firewall::Chain chain(std::string name, firewall::ChainType type, Hook hook, std::int32_t priority,
                      std::vector<firewall::Rule> rules) {
  auto made = firewall::make_base_chain(std::move(name), type, hook, priority);
  made.rules = std::move(rules);
  return made;
}

template <class... Statement>
firewall::Rule rule(Statement... statements) {
  return firewall::make_rule(firewall::TableFamily::Inet, {statements...});
}

// 19 rules that do not match and one that does; then NAT.
firewall::Ruleset router() {
  using namespace firewall;  // NOLINT: rules in their own words
  std::vector<Rule> filter;
  for (std::uint16_t i = 0; i < 6; ++i) {
    filter.push_back(rule(udp_dport(static_cast<std::uint16_t>(1000 + i)), counter(), drop()));
    filter.push_back(
        rule(ip_saddr(Prefix::parse(fmt::format("172.16.{}.0/24", i)).value()), drop()));
    filter.push_back(rule(iifname("wan"), udp_dport(static_cast<std::uint16_t>(i)), drop()));
  }
  filter.push_back(rule(ct_state(1), drop()));
  filter.push_back(rule(ct_state(2 | 8), counter(), accept()));
  return {{Table{.family = firewall::TableFamily::Inet,
                 .name = "t",
                 .chains = {chain("forward", ChainType::Filter, Hook::Forward, 0, filter),
                            chain("nat", ChainType::Nat, Hook::Postrouting, 100,
                                  {rule(oifname("wan"), masquerade())})}}}};
}

skb::Skb packet(std::uint32_t flow) {
  const auto bytes = packet::build(
      packet::ipv4({.src = Ipv4Address((10U << 24U) + (flow >> 12U) + 1),
                    .dst = Ipv4Address((198U << 24U) + (flow >> 12U))}) /
      packet::udp({.sport = static_cast<std::uint16_t>(1024 + flow % 4096 * 15), .dport = 53}) /
      packet::payload("0123456789abcdef"));
  return skb::Skb(bytes, skb::kEtherIpv4);
}

class NatChain : public conntrack::NatChains {
 public:
  NatChain(Machine& machine, const HookState& at) : machine_(machine), at_(at) {}
  std::size_t count() const override { return at_.hook == Hook::Postrouting ? 1 : 0; }
  conntrack::Outcome run(std::size_t, skb::Skb& packet) override {
    return machine_.run(1, packet, at_).accepts() ? conntrack::accepted()
                                                  : conntrack::dropped("rule");
  }

 private:
  Machine& machine_;
  const HookState& at_;
};

struct Router {
  Router() {
    at_in.in = at_forward.in = &lan;
    at_forward.out = at_out.out = &wan;
  }

  bool forward(skb::Skb packet, Records* records) {
    NatChain no_chain(machine, at_in);
    NatChain nat_chain(machine, at_out);
    const conntrack::HookPoint in{.hook = Hook::Prerouting, .in = 1};
    const conntrack::HookPoint out{.hook = Hook::Postrouting, .out = 2};
    return tracker.track(packet, in).accepts() && nat.translate(packet, in, no_chain).accepts() &&
           machine.run(0, packet, at_forward, records).accepts() &&
           nat.translate(packet, out, nat_chain).accepts() && tracker.confirm(packet).accepts();
  }

  Interface lan{.index = 1, .name = "lan"};
  Interface wan{.index = 2, .name = "wan"};
  HookState at_in{.hook = Hook::Prerouting};
  HookState at_forward{.hook = Hook::Forward};
  HookState at_out{.hook = Hook::Postrouting};
  Home environment;
  conntrack::Clock clock;
  conntrack::Tracker tracker{clock, {.max_entries = 0}};
  conntrack::Nat nat{tracker};
  Machine machine{Program(router()), {environment, clock, &tracker, &nat}};
};

template <class F>
bench::Cost cost_of(std::size_t count, F f) {
  const auto begin = bench::cost_now();
  for (std::size_t i = 0; i < count; ++i) f(i);
  return bench::cost_now() - begin;
}

std::size_t resident_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6)) / 1024;
  }
  return 0;
}

void check_that_all(std::size_t passed, std::size_t count) {
  if (passed != count) throw std::runtime_error(fmt::format("{} of {} passed", passed, count));
}

void measure_router() {
  constexpr std::size_t kCount = 1'000'000;
  Router router;
  std::vector<skb::Skb> packets;
  for (std::uint32_t i = 0; i < 1000; ++i) packets.push_back(packet(i));
  std::size_t passed = 0;
  Records records;
  const auto forward = [&](std::size_t i, Records* into) {
    passed += router.forward(packets[i % packets.size()], into) ? 1U : 0U;
  };
  const auto plain = cost_of(kCount, [&](std::size_t i) { forward(i, nullptr); });
  const auto traced = cost_of(kCount, [&](std::size_t i) {
    records.clear();
    forward(i, &records);
  });
  const auto rules_only = cost_of(kCount, [&](std::size_t i) {
    router.machine.run(0, packets[i % packets.size()], router.at_forward);
  });
  check_that_all(passed, 2 * kCount);
  bench::print_rate("packets: 20 rules, masquerade, conntrack", plain, kCount,
                    bench::at_least(1e6));
  bench::print_rate("the same with a trace", traced, kCount, bench::at_least(3e5));
  bench::print_rate("the 20 rules alone", rules_only, kCount);
}

void measure_flows() {
  constexpr std::size_t kCount = 1'000'000;
  Router router;
  const auto before = resident_mib();
  std::size_t passed = 0;
  const auto cost = cost_of(kCount, [&](std::size_t i) {
    passed += router.forward(packet(static_cast<std::uint32_t>(i)), nullptr) ? 1U : 0U;
  });
  check_that_all(passed, kCount);
  bench::print_rate("new flows", cost, kCount);
  bench::print_figure("a million flows", static_cast<double>(resident_mib() - before), {}, "MiB",
                      bench::at_most(400));
}

void measure_set(std::size_t size) {
  firewall::Set set{.name = "s", .flags = firewall::kSetInterval, .key_length = 4};
  for (std::uint32_t i = 0; i < size; ++i) {
    const auto first = IpAddress(Ipv4Address((172U << 24U) + 4 * i)).bytes();
    const auto end = IpAddress(Ipv4Address((172U << 24U) + 4 * i + 2)).bytes();
    set.elements.push_back({.key = first});
    set.elements.push_back({.key = end, .flags = firewall::kElementIntervalEnd});
  }
  const firewall::Rule look{.expressions = {firewall::PayloadLoad{firewall::PayloadBase::Network,
                                                                  12, 4, firewall::reg(1)},
                                            firewall::Lookup{"s", firewall::reg(1), {}, false}}};
  Home environment;
  conntrack::Clock clock;
  Machine machine(Program({{firewall::Table{.family = firewall::TableFamily::Ip,
                                            .name = "t",
                                            .sets = {set},
                                            .chains = {chain("c", firewall::ChainType::Filter,
                                                             Hook::Forward, 0, {look})}}}}),
                  {environment, clock});
  auto probe = packet(1);
  const HookState at{.hook = Hook::Forward};
  const auto cost = cost_of(1'000'000, [&](std::size_t) { machine.run(0, probe, at); });
  bench::print_rate(fmt::format("a rule with a set of {} intervals", size), cost, 1e6);
}

}  // namespace
}  // namespace topoproof::machine

int main() {
  topoproof::bench::print_heading();
  topoproof::machine::measure_router();
  topoproof::machine::measure_flows();
  for (const std::size_t size : {10U, 1000U, 100000U}) topoproof::machine::measure_set(size);
}
