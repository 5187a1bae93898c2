// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe/prober.hh"

#include <cerrno>
#include <map>

#include "base/check.hh"
#include "probe/echo.hh"
#include "probe/ledger.hh"
#include "probe/sockets.hh"
#include "probe/tcp.hh"
#include "probe/udp.hh"
#include "sys/error.hh"

namespace topoproof::probe {
namespace {

// Above the well-known ports and the kernel's classes of them (SEMANTICS 30: NAT keeps a port's
// class), one after the other, so that no two flows of a node share a 5-tuple for 40,000 flows.
constexpr std::uint16_t kFirstPort = 20'000;
constexpr std::uint16_t kLastPort = 60'999;

// Sends between two rounds of the event loop: few enough that no socket's or tap's buffer fills,
// for an ordinary user too, who has to do with 208 KiB.
constexpr FlowNumber kBurst = 64;

}  // namespace

class Prober::Impl {
 public:
  Impl(sys::EventLoop& loop, sys::NetnsWorker& worker, std::uint32_t run)
      : loop_(loop),
        worker_(worker),
        echo_(loop, ledger_, run),
        udp_(loop, ledger_, run),
        tcp_(loop, ledger_, run) {}
  ~Impl() { forget_before(ledger_.next()); }

  void add_node(NodeId node, const sys::Netns& ns, bool ipv4, bool ipv6) {
    Place& place = places_[node];
    place.ns = &ns;
    worker_.run(ns, [&] {
      if (ipv4) echo_.open(node, Family::Ipv4);
      if (ipv6) echo_.open(node, Family::Ipv6);
    });
  }

  void listen(NodeId node, flow::Service service, Family family) {
    worker_.run(*place_of(node).ns, [&] {
      if (service.protocol == flow::Protocol::Udp) udp_.listen(node, service.port, family);
      if (service.protocol == flow::Protocol::Tcp) tcp_.listen(node, service.port, family);
    });
  }

  FlowNumber next() const { return ledger_.next(); }

  FlowNumber launch(std::span<const flow::Flow> flows) {
    const FlowNumber first = ledger_.next();
    std::map<NodeId, std::vector<FlowNumber>> by_sender;
    for (const flow::Flow& flow : flows) {
      if (needs_socket(flow)) by_sender[flow.from].push_back(ledger_.next());
      ledger_.add(flow);
    }
    // Entering a namespace costs more than opening a socket in it: once for each sender.
    for (const auto& [node, numbers] : by_sender) {
      worker_.run(*place_of(node).ns, [&] {
        for (const FlowNumber number : numbers) open_socket(*ledger_.find(number));
      });
    }
    for (FlowNumber number = first; number < ledger_.next(); ++number) {
      send(number);
      if (number % kBurst == 0) loop_.poll();
    }
    return first;
  }

  void launch_fences(std::span<const FlowNumber> flows) {
    for (const FlowNumber number : flows) {
      Entry* entry = ledger_.find(number);
      TOPOPROOF_CHECK(entry != nullptr, "a fence follows a flow that is not forgotten");
      send_fence(number, *entry);
      if (number % kBurst == 0) loop_.poll();
    }
  }

  Entry& entry(FlowNumber number) {
    Entry* entry = ledger_.find(number);
    TOPOPROOF_CHECK(entry != nullptr, "the flow is not forgotten");
    return *entry;
  }

  void forget_before(FlowNumber next) {
    while (ledger_.first() < next) {
      Entry entry = ledger_.take_first();
      if (entry.flow.service.protocol == flow::Protocol::Udp) udp_.stop(entry);
      if (entry.flow.service.protocol == flow::Protocol::Tcp) tcp_.stop(entry);
    }
  }

 private:
  struct Place {
    const sys::Netns* ns = nullptr;
    std::uint16_t next_port = kFirstPort;
    sys::Fd frame_socket = {};
  };

  Place& place_of(NodeId node) {
    const auto place = places_.find(node);
    TOPOPROOF_CHECK(place != places_.end(), "the node was added");
    return place->second;
  }

  static std::uint16_t take_port(Place& place) {
    const std::uint16_t port = place.next_port;
    place.next_port = port == kLastPort ? kFirstPort : static_cast<std::uint16_t>(port + 1);
    return port;
  }

  // A listener of the user's, or a connection that lingers, may hold a port: the next one is free.
  FlowSocket open_bound(const flow::Flow& flow) {
    if (flow.source_port) return open_flow_socket(flow, *flow.source_port);
    while (true) {
      const std::uint16_t port = take_port(place_of(flow.from));
      if (port == flow.service.port) continue;
      FlowSocket socket = open_flow_socket(flow, port);
      if (socket.error != EADDRINUSE) return socket;
    }
  }

  // The raw ICMP sockets are there, but for a family that the network does not use: there the
  // kernel is to say what it thinks of such a flow.
  bool needs_socket(const flow::Flow& flow) const {
    return flow.service.protocol != flow::Protocol::Icmp ||
           !echo_.is_open(flow.from, flow.family());
  }

  // Runs in the sender's namespace.
  void open_socket(Entry& entry) {
    if (entry.flow.service.protocol == flow::Protocol::Icmp) {
      return echo_.open(entry.flow.from, entry.flow.family());
    }
    if (entry.flow.service.protocol == flow::Protocol::Raw) {
      sys::Fd& socket = place_of(entry.flow.from).frame_socket;
      if (!socket.is_open()) socket = open_frame_socket();
      return;
    }
    FlowSocket socket = open_bound(entry.flow);
    entry.attempt.error = socket.error;
    entry.socket = std::move(socket.fd);
  }

  void send(FlowNumber number) {
    Entry& entry = *ledger_.find(number);
    if (entry.attempt.error != 0) return;
    switch (entry.flow.service.protocol) {
      case flow::Protocol::Icmp:
        return echo_.send(number, entry, TokenKind::Request);
      case flow::Protocol::Udp:
        return udp_.start(number, entry);
      case flow::Protocol::Tcp:
        return tcp_.start(number, entry);
      case flow::Protocol::Raw:
        entry.attempt.error = send_raw(entry);
    }
  }

  void send_fence(FlowNumber number, Entry& entry) {
    switch (entry.flow.service.protocol) {
      case flow::Protocol::Icmp:
        return echo_.send(number, entry, TokenKind::Fence);
      case flow::Protocol::Udp:
        return udp_.send_fence(number, entry);
      case flow::Protocol::Tcp:
        return send_tcp_fence(entry);
      case flow::Protocol::Raw:
        send_raw(entry);
    }
  }

  void send_tcp_fence(Entry& entry) {
    flow::Flow another = entry.flow;
    another.source_port.reset();  // the flow's own connection holds that one
    worker_.run(*place_of(another.from).ns,
                [&] { entry.fence_socket = std::move(open_bound(another).fd); });
    tcp_.send_fence(entry);
  }

  int send_raw(const Entry& entry) {
    Place& place = place_of(entry.flow.from);
    unsigned index = 0;
    worker_.run(*place.ns, [&] { index = interface_index(entry.flow.interface); });
    if (index == 0) return ENODEV;
    return send_frame(place.frame_socket, index, entry.flow.frame);
  }

  sys::EventLoop& loop_;
  sys::NetnsWorker& worker_;
  Ledger ledger_;
  EchoProber echo_;
  UdpProber udp_;
  TcpProber tcp_;
  std::map<NodeId, Place> places_;
};

Prober::Prober(sys::EventLoop& loop, sys::NetnsWorker& worker, std::uint32_t run)
    : impl_(std::make_unique<Impl>(loop, worker, run)) {}
Prober::~Prober() = default;

void Prober::add_node(NodeId node, const sys::Netns& ns, bool ipv4, bool ipv6) {
  impl_->add_node(node, ns, ipv4, ipv6);
}
void Prober::listen(NodeId node, flow::Service service, Family family) {
  impl_->listen(node, service, family);
}
FlowNumber Prober::next() const { return impl_->next(); }
FlowNumber Prober::launch(std::span<const flow::Flow> flows) { return impl_->launch(flows); }
void Prober::launch_fences(std::span<const FlowNumber> flows) { impl_->launch_fences(flows); }
std::optional<Prober::FenceStart> Prober::fence_start(FlowNumber flow) const {
  return impl_->entry(flow).fence_start;
}
const Attempt& Prober::attempt(FlowNumber flow) const { return impl_->entry(flow).attempt; }
void Prober::forget_before(FlowNumber next) { impl_->forget_before(next); }

}  // namespace topoproof::probe
