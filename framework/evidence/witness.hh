// SPDX-License-Identifier: GPL-2.0-or-later
// What the judge may ask about a node when sightings alone do not explain a packet's end. The
// kernel answers in production, a table in tests; the judge itself does no I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/id.hh"
#include "base/issue.hh"
#include "evidence/sighting.hh"
#include "flow/flow.hh"
#include "probe/prober.hh"

namespace topoproof::evidence {

// The kernel's route decision for a tuple (RTM_GETROUTE; with RTA_IIF for a packet in transit).
struct RouteAnswer {
  enum class Kind { Unicast, Local, Broadcast, Multicast, Blackhole, Unreachable, Prohibit, None };
  Kind kind = Kind::None;
  int error = 0;  // errno of the lookup: ENETUNREACH, EHOSTUNREACH, EINVAL, EXDEV
  std::optional<IpAddress> gateway = {};
  std::uint32_t interface = 0;           // outgoing
  std::uint32_t mtu = 0;                 // of what is sent on by it; 0: not known
  std::optional<IpAddress> source = {};  // what a sender uses who has not chosen one
  std::string text = {};                 // "default via 10.0.0.1 dev eth0"
};

// A rule (or a chain's policy) that ended a packet, as nft trace events or counters tell it.
struct RuleHit {
  enum class Verdict { Drop, Reject, Accept };
  Verdict verdict = Verdict::Drop;
  std::string chain;     // "inet filter input"
  std::string text;      // the rule, or "policy drop"
  Location origin = {};  // file and line where known
  bool exact = false;    // the event shows this very tuple
};

// "web.topo.yaml:7 inet filter input: tcp dport 22 drop"
std::string describe(const RuleHit& hit);

// How a packet is found again among the trace events of a node, which show its headers only: by
// what no translation changes, or by its tuple as it was seen there; of TCP's packets, which share
// a tuple, by what they are there for.
struct PacketName {
  probe::FlowNumber flow = 0;
  flow::Tuple tuple;
  Part part = Part::None;
  bool is_raw = false;  // of a frame that the flow gives: an echo's number is not ours
};

// One end of a link.
struct LinkEnd {
  NodeId node;
  std::uint32_t interface = 0;
  friend auto operator<=>(const LinkEnd&, const LinkEnd&) = default;
};

enum class NeighborAnswer { Unknown, Reachable, Incomplete, Failed };

class Witness {
 public:
  virtual ~Witness() = default;
  virtual std::string node_name(NodeId node) const = 0;
  virtual std::string interface_name(NodeId node, std::uint32_t index) const = 0;
  // What came by `incoming`: of IPv4 each interface has a switch of its own.
  virtual bool forwards(NodeId node, Family family, std::uint32_t incoming) const = 0;
  virtual bool answers_echoes(NodeId node, Family family) = 0;  // false: it is told not to
  virtual bool has_rules(NodeId node) const = 0;
  virtual bool listens(NodeId node, flow::Service service) const = 0;
  // It is a program of the user's that listens: it tells us nothing, and answers as it likes.
  virtual bool is_program(NodeId node, flow::Service service) const = 0;
  virtual bool is_bridge_port(NodeId node, std::uint32_t interface) const = 0;
  // Nothing of interfaces that are no end of a link: loopbacks and bridges themselves.
  virtual std::optional<LinkEnd> far_end(NodeId node, std::uint32_t interface) const = 0;
  // `incoming` 0: a packet that the node itself sends.
  virtual RouteAnswer route(NodeId node, const flow::Tuple& tuple, std::uint32_t incoming) = 0;
  virtual NeighborAnswer neighbor(NodeId node, std::uint32_t interface,
                                  const IpAddress& address) = 0;
  virtual bool traces_rules(NodeId node) const = 0;  // of the packets that pass now
  // The rule or policy that ended the packet at the node; nothing if none did, or if the node's
  // rules were not traced while it passed.
  virtual std::optional<RuleHit> rule_hit(NodeId node, const PacketName& packet) = 0;
  // The packet as the node looked up its route: behind destination NAT. Nothing if the node's rules
  // were not traced while it passed, or translate nothing.
  virtual std::optional<flow::Tuple> routed_tuple(NodeId node, const PacketName& packet) = 0;
  // Both are ports of one bridge of the node, and both are isolated.
  virtual bool isolated_from_each_other(NodeId node, std::uint32_t in, const IpAddress& target) = 0;
};

}  // namespace topoproof::evidence
