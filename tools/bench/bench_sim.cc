// SPDX-License-Identifier: GPL-2.0-or-later
// bench_sim [--nodes N]: what the simulator costs on one core. Packets a second through a
// masquerading router with twenty rules, with and without a trace; and a routed tree of N nodes
// (100,000): how long it takes to make, its memory, and the time of one flow. Beside it what the
// kernel does with the same packets, where a namespace can be made.
#include <charconv>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>

#include "figure.hh"
#include "firewall/build.hh"
#include "kernel_rate.hh"
#include "packet/stack.hh"
#include "sim/simulator.hh"
#include "sys/error.hh"
#include "sys/sandbox.hh"

using namespace topoproof;

namespace {

double resident_mib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

IpAddress ip(std::uint32_t bits) { return Ipv4Address(bits); }

state::Link veth(std::string name, std::uint32_t index, std::uint32_t peer) {
  return {.name = std::move(name),
          .index = index,
          .mac = MacAddress::from_bits(0x0200'0000'0000 | index),
          .up = true,
          .peer_index = peer};
}

state::Address address(std::string interface, std::uint32_t bits, int length) {
  return {.interface = std::move(interface), .address = {ip(bits), length}};
}

const state::Sysctl kNoIpv6{"net.ipv6.conf.all.disable_ipv6", "1"};
const state::Sysctl kForward{"net.ipv4.ip_forward", "1"};

// Nineteen rules that are walked and do not match, and the masquerade.
firewall::Ruleset router_rules() {
  using namespace firewall;  // NOLINT: the builders
  Table table{.family = TableFamily::Ip, .name = "t"};
  Chain filter = make_base_chain("forward", ChainType::Filter, Hook::Forward, 0);
  for (std::uint16_t port = 1; port < 20; ++port) {
    filter.rules.push_back(make_rule(table.family, {udp_dport(port), drop()}));
  }
  Chain nat = make_base_chain("post", ChainType::Nat, Hook::Postrouting, kSourceNatPriority);
  nat.rules.push_back(make_rule(table.family, {oifname("right"), masquerade()}));
  table.chains = {filter, nat};
  return {{table}};
}

// a 10.1.0.2 ---- 10.1.0.1 left [ r ] right 10.2.0.1 ---- 10.2.0.2 b, whose MAC address r has
// wrong: what is measured ends behind the router.
std::vector<sim::Node> routed_pair() {
  constexpr std::uint32_t kLeft = 0x0a01'0001;
  constexpr std::uint32_t kRight = 0x0a02'0001;
  std::vector<sim::Node> nodes(3);
  nodes[0] = {.name = "a",
              .state = {.links = {state::make_loopback(true), veth("eth0", 101, 102)},
                        .sysctls = {kNoIpv6}}};
  nodes[1] = {.name = "r",
              .state = {.links = {state::make_loopback(true), veth("left", 102, 101),
                                  veth("right", 103, 104)},
                        .addresses = {address("left", kLeft, 24), address("right", kRight, 24)},
                        .neighbors = {{.interface = "right",
                                       .address = ip(kRight + 1),
                                       .mac = MacAddress::from_bits(0x0200'0000'ffff)}},
                        .sysctls = {kForward, kNoIpv6}},
              .ruleset = router_rules()};
  nodes[2] = {.name = "b",
              .state = {.links = {state::make_loopback(true), veth("eth0", 104, 103)},
                        .sysctls = {kNoIpv6}}};
  return nodes;
}

Bytes datagram(std::uint16_t source_port) {
  return packet::build(
      packet::ether({.dst = MacAddress::from_bits(0x0200'0000'0066)}) /
      packet::ipv4({.src = Ipv4Address(0x0a01'0002), .dst = Ipv4Address(0x0a02'0002)}) /
      packet::udp({.sport = source_port, .dport = 53}) / packet::payload("0123456789abcdef"));
}

void measure_packets(std::string_view what, bool trace, std::uint16_t flows, double goal) {
  constexpr int kPackets = 1'000'000;
  sim::Simulator simulator(routed_pair());
  simulator.keep_trace(trace);
  std::vector<Bytes> frames;
  for (std::uint16_t i = 0; i < flows; ++i)
    frames.push_back(datagram(static_cast<std::uint16_t>(1024 + i)));
  const auto begin = bench::cost_now();
  for (int i = 0; i < kPackets; ++i) {
    simulator.inject(NodeId(1), "left", frames[static_cast<std::size_t>(i) % frames.size()]);
  }
  bench::print_rate(what, bench::cost_now() - begin, kPackets, bench::at_least(goal));
}

// Packets of which each begins a flow.
constexpr std::uint16_t kNewFlows = 60'000;

bench::Cost ask_simulator(std::uint16_t flows) {
  sim::Simulator simulator(routed_pair());
  simulator.keep_trace(false);
  std::vector<Bytes> frames;
  for (std::uint16_t i = 0; i < flows; ++i)
    frames.push_back(datagram(static_cast<std::uint16_t>(1024 + i)));
  const auto begin = bench::cost_now();
  for (const Bytes& frame : frames) simulator.inject(NodeId(1), "left", frame);
  return bench::cost_now() - begin;
}

void measure_kernel() {
  const bench::Cost simulated = ask_simulator(kNewFlows);
  bench::print_rate("60,000 new flows, each asked by itself: the simulator", simulated, kNewFlows);
  try {
    sys::enter_sandbox();
    const bench::Cost kernel = bench::ask_kernel(kNewFlows);
    bench::print_rate("the kernel", kernel, kNewFlows);
    bench::print_ratio("the kernel / the simulator", kernel, simulated, {});
  } catch (const sys::SystemError& refused) {
    std::cout << "the kernel was not asked: " << refused.what() << '\n';
  }
}

// A core router, below it routers with 331 hosts each.
class Tree {
 public:
  explicit Tree(std::size_t nodes) : routers_((nodes - 1) / (kHosts + 1)) {}
  std::size_t count() const { return 1 + routers_ * (kHosts + 1); }
  static NodeId host(std::size_t router, std::size_t host) {
    return NodeId(1 + router * (kHosts + 1) + 1 + host);
  }
  static std::uint32_t host_address(std::size_t router, std::size_t host) {
    return network(router) + 2 + static_cast<std::uint32_t>(host);
  }

  sim::Node node(std::size_t i) const {
    if (i == 0) return core();
    const std::size_t router = (i - 1) / (kHosts + 1);
    const std::size_t place = (i - 1) % (kHosts + 1);
    return place == 0 ? edge(router) : leaf(router, place - 1);
  }

 private:
  static constexpr std::size_t kHosts = 331;
  // Every router has a network of its own for its uplink, and one for each host: 10.0.0.0/8 by 512.
  static std::uint32_t network(std::size_t router) {
    return 0x0a00'0000 + static_cast<std::uint32_t>(router) * 512;
  }
  static std::uint32_t uplink(std::size_t router) {
    return 0xac10'0000 + static_cast<std::uint32_t>(router) * 4;  // 172.16.0.0/12
  }
  static std::uint32_t index(std::size_t router, std::size_t port) {
    return static_cast<std::uint32_t>(1000 + (router * (kHosts + 1) + port) * 2);
  }

  sim::Node core() const {
    sim::Node node{
        .name = "core",
        .state = {.links = {state::make_loopback(true)}, .sysctls = {kForward, kNoIpv6}}};
    for (std::size_t r = 0; r < routers_; ++r) {
      const std::string name = fmt::format("p{}", r);
      node.state.links.push_back(veth(name, index(r, 0), index(r, 0) + 1));
      node.state.addresses.push_back(address(name, uplink(r) + 1, 30));
      node.state.routes.push_back({.destination = make_prefix(ip(network(r)), 23),
                                   .gateway = ip(uplink(r) + 2),
                                   .interface = name});
    }
    return node;
  }
  static sim::Node edge(std::size_t r) {
    sim::Node node{
        .name = fmt::format("r{}", r),
        .state = {.links = {state::make_loopback(true), veth("up", index(r, 0) + 1, index(r, 0))},
                  .addresses = {address("up", uplink(r) + 2, 30)},
                  .routes = {{.destination = make_default_prefix(Family::Ipv4),
                              .gateway = ip(uplink(r) + 1),
                              .interface = "up"}},
                  .sysctls = {kForward, kNoIpv6}}};
    for (std::size_t h = 0; h < kHosts; ++h) {
      const std::string name = fmt::format("p{}", h);
      node.state.links.push_back(veth(name, index(r, h + 1), index(r, h + 1) + 1));
      node.state.addresses.push_back(address(name, network(r) + 1, 32));
      node.state.routes.push_back(
          {.destination = make_host_prefix(ip(host_address(r, h))), .interface = name});
    }
    return node;
  }
  static sim::Node leaf(std::size_t r, std::size_t h) {
    return {.name = fmt::format("h{}-{}", r, h),
            .state = {.links = {state::make_loopback(true),
                                veth("eth0", index(r, h + 1) + 1, index(r, h + 1))},
                      .addresses = {address("eth0", host_address(r, h), 23)},
                      .routes = {{.destination = make_default_prefix(Family::Ipv4),
                                  .gateway = ip(network(r) + 1),
                                  .interface = "eth0"}},
                      .sysctls = {kNoIpv6}}};
  }

  std::size_t routers_;
};

void measure_tree(std::size_t wanted) {
  const Tree tree(wanted);
  const auto begin = bench::cost_now();
  sim::Simulator simulator(tree.count(), [&](std::size_t i) { return tree.node(i); });
  const bench::Cost made = bench::cost_now() - begin;
  constexpr int kFlows = 1000;
  int delivered = 0;
  const auto asked = bench::cost_now();
  for (int i = 0; i < kFlows; ++i) {
    const auto far = static_cast<std::size_t>(100 + i % 100);
    const auto answer =
        simulator.predict({.flow = {.from = Tree::host(static_cast<std::size_t>(i) % 50, 7),
                                    .destination = ip(Tree::host_address(far, 9))}});
    delivered += answer.reply && answer.reply->fate.kind == flow::FateKind::Delivered ? 1 : 0;
  }
  const bench::Cost each = (bench::cost_now() - asked) / kFlows;
  if (delivered != kFlows) throw std::runtime_error("a flow was not delivered");
  bench::print_figure(fmt::format("{} nodes: made", tree.count()), made.wall, made.cpu, "s",
                      bench::at_most(10));
  bench::print_figure("their memory", resident_mib(), {}, "MiB", bench::at_most(2048));
  bench::print_figure("one flow among them", 1e3 * each.wall, 1e3 * each.cpu, "ms",
                      bench::at_most(1));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::size_t nodes = 100'000;
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() == 2 && words[0] == "--nodes") nodes = std::stoul(words[1]);
    bench::print_heading();
    measure_tree(nodes);
    measure_packets("packets: masquerading router, 20 rules, one flow", false, 1, 1e6);
    measure_packets("the same with a trace", true, 1, 3e5);
    measure_packets("60,000 flows", false, kNewFlows, 1e6);
    measure_kernel();
    return 0;
  } catch (const std::exception& thrown) {
    std::cerr << thrown.what() << '\n';
    return 3;
  }
}
