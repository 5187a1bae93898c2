// SPDX-License-Identifier: GPL-2.0-or-later
// All nodes of a simulation with the packets between them and virtual time. Pure and deterministic:
// what is queued is delivered in the order of time, then of queueing. Internal to this module.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/issue.hh"
#include "machine/choices.hh"
#include "sim/host.hh"
#include "sim/network.hh"
#include "sim/packet.hh"
#include "sim/record.hh"
#include "sim/rule_hit.hh"
#include "sim/simulator.hh"
#include "sim/time.hh"

namespace topoproof::sim {

// Packets that go round in bridges for ever are a storm; a packet alone crosses no more interfaces
// than its TTL and the longest chain of bridges allow.
inline constexpr std::uint16_t kMostHops = 2000;
inline constexpr std::size_t kMostSteps = 2'000'000;  // of one run

// A packet of the connection that is asked about, behind its handshake.
struct Segment {
  enum class Part : std::uint8_t { Acknowledgement, Data, End };
  RecordId start = kNoRecord;  // the record before its own
  bool of_reply = false;
  Part part = Part::Acknowledgement;
};

// How far the connection came that is asked about, as its sockets tell it: one after the other.
struct Connection {
  bool connected = false;        // its sender has the SYN+ACK
  bool arrived = false;          // the target has the whole request
  bool answered = false;         // the sender has the reply
  bool ended_at_target = false;  // the target has the sender's FIN
  bool closed = false;           // and the sender the target's
  std::vector<Segment> segments = {};
  std::uint32_t request = 0;  // bytes of it; 0: whatever comes is one
};

class World {
 public:
  std::vector<Host> hosts;
  Recorder trace;
  std::vector<Unknown> unknowns;
  std::vector<RuleHit> hits;  // that records name
  std::vector<Way> ways;
  Connection connection;
  Clock clock;
  Tap tap;
  mutable machine::Choices choices;  // of what the kernel draws; to ask changes no network
  bool draws = false;                // a node has something to choose so

  Time now() const { return clock.now; }

  // The packet arrives at the interface after all that was queued before.
  void send(Place to, Packet&& packet) { arriving_.emplace_back(to, std::move(packet)); }
  void send_at(Time at, Place to, Packet&& packet);
  // The node asks for its neighbour again, or gives up.
  void wake(Time at, Place place, const IpAddress& neighbor);
  // What a process does when its turn comes: when no packet is under way any more.
  void take_turn(std::function<void()> turn) { turns_.push_back(std::move(turn)); }
  // Until nothing is under way and nobody waits, or waits for longer than until then.
  void run(Time until = kForever);
  void clear_records();
  // The sockets of flows that are done.
  void close_sockets();
  void opened_socket(std::uint32_t node) { with_sockets_.push_back(node); }
  void learned_path_mtu(std::uint32_t node) { with_path_mtus_.push_back(node); }
  void forget_path_mtus();

  // Takes note, if a trace is kept.
  void note(const Host& host, Packet& packet, Event event, Slot slot, std::uint32_t detail = 0);
  // The rule that decided about a packet which goes on, and the way that was found for it.
  void note_rule(const Host& host, Packet& packet, const RuleHit& hit);
  void note_way(const Host& host, Packet& packet);
  // How many packets took a route, as far as a trace was kept; what it leads by does not matter.
  struct RouteKey {
    std::uint32_t node = 0;
    bool is_v6 = false;
    routing::Key prefix;
    std::uint8_t length = 0;
    std::uint32_t metric = 0;
    friend auto operator<=>(const RouteKey&, const RouteKey&) = default;
  };
  std::map<RouteKey, std::uint64_t> route_uses;
  // To the tap, if there is one.
  void show(const Host& host, Slot in, const Packet& packet) const;
  // The packet's last record. Takes the packet: nothing is done with it afterwards.
  void end(const Host& host, Packet& packet, End how, std::uint32_t detail = 0);
  // By a rule, or what else of netfilter.
  void end_by(const Host& host, Packet& packet, End how, const RuleHit& hit);
  void end_unknown(const Host& host, Packet& packet, std::string reason, Location where = {});
  // The first record of what is made because of `cause`, which stands before it.
  RecordId answer(const Host& host, RecordId cause, Event event, std::uint32_t detail);

  // Until frames come from outside, or nodes change, what nodes learn of each other is what they
  // are. Where somebody looks on, every frame counts.
  bool is_pristine() const { return pristine_ && !tap; }
  void touch() { pristine_ = false; }
  // Flows that are asked about are questions of their own: how often the node has said of others
  // that there is no route does not matter to them. With frames that come one after the other it
  // does.
  bool counts_complaints() const { return counts_complaints_; }
  void count_complaints(bool count) { counts_complaints_ = count; }
  // The address is asked for, and nobody has answered yet.
  void seek(const IpAddress& address) { ++sought_[address]; }
  void found(const IpAddress& address) {
    const auto at = sought_.find(address);
    if (at != sought_.end() && --at->second == 0) sought_.erase(at);
  }
  bool is_sought(const IpAddress& address) const { return sought_.contains(address); }

  // Before a course of events that may not be the one, and to take another. Nodes do not forget
  // their neighbours. REQUIRES: nothing is under way.
  struct Memory;
  std::shared_ptr<const Memory> remember() const;
  void restore(const Memory& memory);

  const routing::InterfaceSettings* share(const routing::InterfaceSettings& settings) {
    return &*interface_settings_.insert(settings).first;
  }
  const routing::NodeSettings* share(const routing::NodeSettings& settings) {
    return &*node_settings_.insert(settings).first;
  }

 private:
  struct Alarm {
    Time at;
    std::uint64_t order = 0;
    Place place;
    IpAddress neighbor;
    bool operator>(const Alarm& other) const {
      return std::pair(at, order) > std::pair(other.at, other.order);
    }
  };
  void run_arrivals();
  void run_packets();
  bool run_delayed(Time until);

  bool pristine_ = true;
  bool counts_complaints_ = false;
  std::map<IpAddress, std::size_t> sought_;
  std::deque<std::pair<Place, Packet>> arriving_;
  std::deque<std::function<void()>> turns_;
  std::priority_queue<Alarm, std::vector<Alarm>, std::greater<>> alarms_;
  std::uint64_t alarm_count_ = 0;
  std::multimap<Time, std::pair<Place, Packet>> delayed_;  // on impaired links
  std::size_t steps_ = 0;
  std::vector<std::uint32_t> with_sockets_;
  std::vector<std::uint32_t> with_path_mtus_;
  std::set<routing::InterfaceSettings> interface_settings_;  // stable addresses
  std::set<routing::NodeSettings> node_settings_;
};

}  // namespace topoproof::sim
