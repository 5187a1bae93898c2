// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/world.hh"

#include <algorithm>
#include <span>

#include "packet/ether.hh"
#include "packet/ipv4.hh"
#include "sim/device.hh"
#include "sim/neighbor.hh"
#include "sim/netfilter.hh"

namespace topoproof::sim {

void World::wake(Time at, Place place, const IpAddress& neighbor) {
  alarms_.push({at, alarm_count_++, place, neighbor});
}

void World::send_at(Time at, Place to, Packet&& packet) {
  if (at <= now()) return send(to, std::move(packet));
  delayed_.emplace(at, std::pair(to, std::move(packet)));
}

// RETURNS: whether one arrived.
bool World::run_delayed(Time until) {
  if (delayed_.empty() || delayed_.begin()->first > until) return false;
  auto next = delayed_.extract(delayed_.begin());
  clock.now = std::max(clock.now, next.key());
  send(next.mapped().first, std::move(next.mapped().second));
  run_arrivals();
  return true;
}

void World::run(Time until) {
  steps_ = 0;
  run_arrivals();
  while (true) {
    const Time next = alarms_.empty() ? kForever : alarms_.top().at;
    if (run_delayed(std::min(next, until))) continue;
    if (alarms_.empty() || next > until) return;
    const Alarm alarm = alarms_.top();
    alarms_.pop();
    clock.now = std::max(clock.now, alarm.at);
    retry_neighbor(*this, hosts[alarm.place.node], alarm.place.slot, alarm.neighbor);
    run_arrivals();
  }
}

void World::run_arrivals() {
  run_packets();
  while (!turns_.empty()) {
    const auto turn = std::move(turns_.front());
    turns_.pop_front();
    turn();
    run_packets();
  }
}

void World::run_packets() {
  while (!arriving_.empty()) {
    auto [place, packet] = std::move(arriving_.front());
    arriving_.pop_front();
    if (++steps_ > kMostSteps) {
      end(hosts[place.node], packet, End::OutOfSteps);
      continue;
    }
    receive(*this, hosts[place.node], place.slot, std::move(packet));
  }
}

struct World::Memory {
  Time now{0};
  std::map<std::uint32_t, Netfilter::Memory> rules;  // by node
  std::map<std::uint32_t, std::vector<Peer>> peers;
  std::map<std::uint32_t, std::vector<PathMtu>> path_mtus;
  std::map<std::pair<std::uint32_t, Slot>, impair::Direction> impaired;  // by node and interface
  std::multimap<Time, std::pair<Place, Packet>> delayed;
};

namespace {

template <class T>
T of_node(const std::map<std::uint32_t, T>& all, std::uint32_t node) {
  const auto at = all.find(node);
  return at == all.end() ? T() : at->second;
}

}  // namespace

std::shared_ptr<const World::Memory> World::remember() const {
  auto memory = std::make_shared<Memory>();
  memory->now = clock.now;
  for (const Host& host : hosts) {
    if (host.netfilter) memory->rules.emplace(host.id, host.netfilter->remember());
    if (!host.peers.empty()) memory->peers.emplace(host.id, host.peers);
    if (!host.path_mtus.empty()) memory->path_mtus.emplace(host.id, host.path_mtus);
    for (Slot slot = 0; slot < host.interfaces.size(); ++slot) {
      const auto& direction = host.interfaces[slot].impaired;
      if (direction) memory->impaired.emplace(std::pair(host.id, slot), *direction);
    }
  }
  memory->delayed = delayed_;
  return memory;
}

void World::restore(const Memory& memory) {
  clock.now = memory.now;
  for (const auto& [node, rules] : memory.rules) hosts[node].netfilter->restore(rules);
  for (Host& host : hosts) {
    host.peers = of_node(memory.peers, host.id);
    host.path_mtus = of_node(memory.path_mtus, host.id);
  }
  for (const auto& [at, direction] : memory.impaired) {
    *hosts[at.first].interfaces[at.second].impaired = direction;
  }
  delayed_ = memory.delayed;
}

void World::clear_records() {
  trace.clear();
  unknowns.clear();
  hits.clear();
  ways.clear();
  connection = {};
}

void World::close_sockets() {
  for (const std::uint32_t node : with_sockets_) hosts[node].sockets.clear();
  with_sockets_.clear();
}

void World::forget_path_mtus() {
  for (const std::uint32_t node : with_path_mtus_) hosts[node].path_mtus.clear();
  with_path_mtus_.clear();
}

namespace {

Record make_record(const Host& host, const Packet& packet, Event event, Slot slot) {
  Record record{.previous = packet.tail, .event = event, .node = host.id, .slot = slot};
  if (const auto tuple = tuple_of(packet.skb)) {
    record.protocol = tuple->protocol;
    record.source = tuple->source;
    record.destination = tuple->destination;
    record.source_port = tuple->source_port;
    record.destination_port = tuple->destination_port;
    record.ttl = packet.skb.ttl();
  }
  return record;
}

}  // namespace

void World::note(const Host& host, Packet& packet, Event event, Slot slot, std::uint32_t detail) {
  if (!trace.keeps_trace()) return;
  Record record = make_record(host, packet, event, slot);
  record.detail = detail;
  packet.tail = trace.add(record);
}

void World::note_rule(const Host& host, Packet& packet, const RuleHit& hit) {
  if (!trace.keeps_trace() || hit.rule == nullptr) return;
  note(host, packet, Event::Rule, kNoSlot, static_cast<std::uint32_t>(hits.size()));
  hits.push_back(hit);
}

void World::note_way(const Host& host, Packet& packet) {
  if (!trace.keeps_trace() || packet.way.route == nullptr) return;
  note(host, packet, Event::Routed, packet.way.out, static_cast<std::uint32_t>(ways.size()));
  ways.push_back(packet.way);
  const routing::Route& route = *packet.way.route;
  ++route_uses[{host.id, packet.skb.is_ipv6(), route.prefix, route.length, route.metric}];
}

void World::show(const Host& host, Slot in, const Packet& packet) const {
  if (!tap || !packet.skb.link) return;
  skb::Skb whole = packet.skb;
  skb::complete_checksum(whole);
  Bytes frame(packet::Ether::kSize);
  std::ranges::copy(whole.link->destination.bytes(), frame.begin());
  std::ranges::copy(whole.link->source.bytes(), frame.begin() + 6);
  store_be16(frame.data() + 12, whole.link->ether_type);
  frame.insert(frame.end(), whole.bytes().begin(), whole.bytes().end());
  if (whole.has_drawn_id && whole.is_ipv4()) {
    packet::clear_identification(std::span(frame).subspan(packet::Ether::kSize));
  }
  tap(host.node(), host.at(in).name, frame);
}

void World::end(const Host& host, Packet& packet, End how, std::uint32_t detail) {
  Record record = make_record(host, packet, Event::Ended, kNoSlot);
  record.end = how;
  record.detail = detail;
  packet.tail = trace.add(record);
}

void World::end_by(const Host& host, Packet& packet, End how, const RuleHit& hit) {
  end(host, packet, how, static_cast<std::uint32_t>(hits.size()));
  hits.push_back(hit);
}

void World::end_unknown(const Host& host, Packet& packet, std::string reason, Location where) {
  end(host, packet, End::Unknown, static_cast<std::uint32_t>(unknowns.size()));
  unknowns.push_back({std::move(reason), std::move(where), host.node()});
}

RecordId World::answer(const Host& host, RecordId cause, Event event, std::uint32_t detail) {
  return trace.add({.previous = cause, .event = event, .node = host.id, .detail = detail});
}

}  // namespace topoproof::sim
