// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/network.hh"

#include <cerrno>
#include <optional>
#include <stdexcept>
#include <utility>

#include "campaign/normal_frame.hh"
#include "machine/program.hh"
#include "netlink/conntrack.hh"
#include "packet/stack.hh"
#include "sys/error.hh"

namespace topoproof::campaign {
namespace {

// Nearly always it is there at once; only a machine that has stopped needs this long.
constexpr auto kFenceTime = std::chrono::seconds(5);

// A question of ARP as RFC 5227 asks it: of nobody, so that nobody learns of it. No rule sees it
// but those of bridges and of ARP, and the port of fences is in no bridge.
Bytes make_fence(const generator::Shape& shape) {
  const generator::Port& port = shape.ports[generator::kFencePort];
  return packet::build(packet::ether({.src = port.edge_mac, .dst = port.gateway}) /
                       packet::arp({.sender_mac = port.edge_mac, .target_ip = shape.fence}));
}

}  // namespace

Network::Network(const generator::Shape& shape, const plan::Plan& plan)
    : shape_(shape), lab_(std::make_unique<lab::Lab>(plan)), fence_(make_fence(shape)) {
  lab_->settle();
  for (std::size_t port = 0; port < kPorts; ++port) {
    lab_->run(shape.ports[port].edge,
              [&] { ports_[port] = PacketPort(shape.ports[port].edge_interface); });
  }
}

// The kernel goes on tracking connections, and puts fragments together, until it has freed the
// rules that were replaced, which it does later (nf_tables_trans_destroy_work). The end of any of
// netfilter's sockets waits for that (nft_rcv_nl_event).
void Network::stop_tracking() {
  lab_->run(shape_.node, [] { const netlink::Socket ends(netlink::Protocol::Netfilter); });
}

Issues Network::load(const firewall::Ruleset& ruleset) {
  netlink::Socket& socket = lab_->netfilter_socket(shape_.node);
  Issues issues = netfilter::load_ruleset(socket, ruleset, tables_);
  if (!issues.empty()) return issues;
  tables_.clear();
  for (const auto& table : ruleset.tables) tables_.push_back({table.family, table.name});
  const bool tracked = std::exchange(tracks_, machine::needs_tracking(ruleset, shape_.family));
  if (tracked && !tracks_) stop_tracking();
  netlink::flush_connections(socket);  // costs nothing where there are none
  return {};
}

void Network::discard() {
  for (PacketPort& port : ports_) port.receive([](BytesView) {});
}

// Edges are asked nothing by ARP: what the node would not know is not asked of it. So ARP is the
// answer to a fence.
void Network::receive(std::size_t port, Answer& answer) {
  ports_[port].receive([&](BytesView frame) {
    fence_is_back_ |= is_arp(frame);
    if (!is_noise(frame)) answer.frames[port].emplace_back(frame.begin(), frame.end());
  });
}

void Network::receive(Answer& answer) {
  for (std::size_t port = 0; port < kPorts; ++port) receive(port, answer);
}

void Network::pass_fence(Answer& answer) {
  const PacketPort& port = ports_[generator::kFencePort];
  const auto deadline = std::chrono::steady_clock::now() + kFenceTime;
  fence_is_back_ = false;
  port.send(fence_);
  while (true) {
    receive(generator::kFencePort, answer);
    if (fence_is_back_) return receive(answer);
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left.count() <= 0 || !port.wait(std::chrono::ceil<std::chrono::milliseconds>(left))) {
      throw sys::SystemError(ETIMEDOUT, "wait for the answer to a fence");
    }
  }
}

Answer Network::ask(const Question& question, Fences fences) {
  discard();
  Answer answer;
  for (const Packet& packet : question.packets) {
    ports_[packet.port].send(packet.frame);
    if (fences == Fences::BehindEach) pass_fence(answer);
  }
  if (fences == Fences::BehindAll) pass_fence(answer);
  for (const auto& rule : netfilter::observe_counters(lab_->netfilter_socket(shape_.node))) {
    answer.counters.push_back(rule.counter);
  }
  return answer;
}

firewall::Ruleset Network::listed() {
  auto observed = netfilter::observe_ruleset(lab_->netfilter_socket(shape_.node));
  if (!observed) throw std::runtime_error(to_string(observed.error()));
  return *std::move(observed);
}

std::string Network::environment() {
  const std::array node{shape_.node};
  return lab::to_string(lab_->differences(node));
}

std::vector<netfilter::TraceEvent> Network::trace(const Question& question) {
  std::optional<netfilter::TraceMonitor> monitor;
  lab_->run(shape_.node, [&] { monitor.emplace(); });
  netlink::Socket& socket = lab_->netfilter_socket(shape_.node);
  Issues issues = netfilter::install_trace(socket);
  if (issues.empty() && shape_.has_bridge) issues = netfilter::install_bridge_trace(socket);
  if (!issues.empty()) throw std::runtime_error("trace rules: " + to_string(issues));
  ask(question, Fences::BehindEach);
  netfilter::remove_trace(socket);
  return monitor->receive();
}

}  // namespace topoproof::campaign
