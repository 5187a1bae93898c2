// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/simulator.hh"

#include "sim/build_host.hh"
#include "sim/journey.hh"
#include "sim/netfilter.hh"
#include "sim/transport.hh"
#include "sim/world.hh"

namespace topoproof::sim {

class Simulator::Impl {
 public:
  explicit Impl(std::span<const Node> nodes) {
    std::vector<const Node*> all;
    world_.hosts.reserve(nodes.size());
    for (const Node& node : nodes) {
      world_.hosts.push_back(
          make_host(world_, static_cast<std::uint32_t>(world_.hosts.size()), node));
      all.push_back(&node);
    }
    connect_veths(all, world_.hosts);
  }

  Prediction predict(const Question& question) {
    world_.trace.clear();
    world_.unknowns.clear();
    world_.hits.clear();
    world_.ways.clear();
    Host& host = world_.hosts[question.flow.from.index()];
    const RecordId start =
        launch(world_, host, {question.flow, question.source_port, question.echo_sequence});
    world_.run();
    for (Host& each : world_.hosts) each.sockets.clear();
    Prediction prediction = read_prediction(world_, start, question.flow.from);
    // Who sends a frame by a packet socket waits for no answer.
    if (question.flow.service.protocol == flow::Protocol::Raw) prediction.reply.reset();
    return prediction;
  }

  void change(NodeId id, const Node& node) {
    Host& old = world_.hosts[id.index()];
    Host made = make_host(world_, old.id, node);
    for (Slot slot = 0; slot < std::min(made.interfaces.size(), old.interfaces.size()); ++slot) {
      made.interfaces[slot].peer = old.interfaces[slot].peer;
      if (made.interfaces[slot].bridge && old.interfaces[slot].bridge) {
        made.interfaces[slot].bridge->stations = std::move(old.interfaces[slot].bridge->stations);
      }
    }
    for (Neighbor& neighbor : old.neighbors) {
      const bool keeps = !neighbor.permanent && neighbor.mac && made.at(neighbor.slot).up;
      if (keeps && made.find_neighbor(neighbor.slot, neighbor.address) == nullptr) {
        made.add_neighbor(std::move(neighbor));
      }
    }
    if (made.netfilter && old.netfilter) made.netfilter->keep_connections_of(*old.netfilter);
    old = std::move(made);
  }

  void wait(std::chrono::nanoseconds time) { world_.clock.now += time; }
  void flush_connections() {
    for (Host& host : world_.hosts) {
      if (host.netfilter) host.netfilter->tracker().table().clear();
    }
  }

 private:
  World world_;
};

Simulator::Simulator(std::span<const Node> nodes) : impl_(std::make_unique<Impl>(nodes)) {}
Simulator::~Simulator() = default;
Simulator::Simulator(Simulator&&) noexcept = default;
Simulator& Simulator::operator=(Simulator&&) noexcept = default;

Prediction Simulator::predict(const Question& question) { return impl_->predict(question); }
void Simulator::change(NodeId id, const Node& node) { impl_->change(id, node); }
void Simulator::wait(std::chrono::nanoseconds time) { impl_->wait(time); }
void Simulator::flush_connections() { impl_->flush_connections(); }

}  // namespace topoproof::sim
