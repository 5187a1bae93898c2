// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/rule_trace.hh"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>
#include <sys/epoll.h>

#include "listing/listing.hh"
#include "netfilter/kernel_ruleset.hh"
#include "netfilter/trace.hh"
#include "packet/tcp.hh"
#include "packet/view.hh"
#include "probe/echo.hh"
#include "rules/rule_lines.hh"

namespace topoproof::runner {
namespace {

using evidence::PacketName;
using evidence::Part;
using evidence::RuleHit;

// What a packet is looked up by: no translation of its destination changes it. An echo's sequence
// no translation changes at all, so that it stands alone.
struct Key {
  IpAddress source;
  std::uint16_t number = 0;  // the source port; of an echo: its sequence
  friend auto operator<=>(const Key&, const Key&) = default;
};

struct FarSide {
  IpAddress destination;
  std::optional<std::uint16_t> destination_port;
};

// A packet that nf_tables ended, and where.
struct End {
  netfilter::TraceEvent event;
  FarSide target;
  Part part = Part::None;
};

// Options may hide where the header ends: what our sockets send is pushed.
Part part_of(const packet::PacketView& seen) {
  const auto* tcp = seen.tcp();
  if (tcp == nullptr || !tcp->flags) return Part::None;
  if ((*tcp->flags & packet::Tcp::kSyn) != 0) return Part::Handshake;
  if ((*tcp->flags & packet::Tcp::kFin) != 0) return Part::End;
  return (*tcp->flags & packet::Tcp::kPsh) != 0 ? Part::Data : Part::Acknowledgement;
}

bool is_other_part(const End& end, const PacketName& name) {
  return name.part != Part::None && end.part != Part::None && name.part != end.part;
}

std::optional<Key> key_of(const packet::PacketView& seen) {
  if (const auto* icmp = seen.icmp()) {
    return icmp->sequence ? std::optional(Key{{}, *icmp->sequence}) : std::nullopt;
  }
  return seen.sport() ? std::optional(Key{seen.src, *seen.sport()}) : std::nullopt;
}

Key key_of(const PacketName& name) {
  if (name.tuple.protocol == flow::Protocol::Icmp) {
    return {{}, probe::echo_name(name.flow).sequence};
  }
  return {name.tuple.source, name.tuple.source_port};
}

// How surely the end is that of the packet: destination NAT changes the far end.
constexpr int kExact = 3;
int likeness(const End& end, const PacketName& name) {
  if (name.tuple.protocol == flow::Protocol::Icmp) return kExact;
  return (end.target.destination == name.tuple.destination ? 1 : 0) +
         (end.target.destination_port == name.tuple.destination_port ? 2 : 0);
}

bool is_reject(const firewall::Rule& rule) {
  return std::ranges::any_of(rule.expressions, [](const firewall::Expression& e) {
    const auto* target = std::get_if<firewall::XtTarget>(&e);
    return std::holds_alternative<firewall::Reject>(e) ||
           (target != nullptr && target->name == "REJECT");
  });
}

// One traced node.
class Node {
 public:
  Node(lab::Lab& lab, NodeId node) {
    lab.run(node, [this] { monitor_ = std::make_unique<netfilter::TraceMonitor>(); });
    read_rules(lab, node);
    install(lab.netfilter_socket(node));
  }

  void install(netlink::Socket& socket) {
    Issues issues =
        netfilter::install_trace(socket, known_ ? netfilter::packets_that_meet(ruleset_)
                                                : netfilter::TraceWish{.translated = true});
    if (issues.empty() && may_filter_frames()) issues = netfilter::install_bridge_trace(socket);
    if (issues.empty()) issues = netfilter::install_device_trace(socket, ruleset_);
    if (!issues.empty()) throw std::runtime_error("trace rules: " + to_string(issues));
  }

  void read_rules(lab::Lab& lab, NodeId node) {
    auto observed = netfilter::observe_ruleset(lab.netfilter_socket(node));
    // Rules with what the values cannot say yet are named by table, chain and handle alone.
    known_ = observed.has_value();
    ruleset_ = observed ? *std::move(observed) : firewall::Ruleset{};
    rules::give_origins(lab.rule_lines(node), ruleset_);
    index_ = std::make_unique<netfilter::RuleIndex>(ruleset_);
  }

  int fd() const { return monitor_->fd(); }

  void receive() {
    for (netfilter::TraceEvent& event : monitor_->receive()) {
      Bytes& headers = headers_[event.id];
      if (!event.network_header.empty()) {
        headers = event.network_header;
        headers.insert(headers.end(), event.transport_header.begin(), event.transport_header.end());
      }
      if (event.goes_on()) {
        note_routed(headers);
      } else if (event.ends_packet()) {
        note_end(std::move(event), headers);
      }
    }
  }

  void forget_events() {
    receive();
    ends_.clear();
    routed_.clear();
    headers_.clear();
  }

  std::optional<RuleHit> find(const PacketName& name) {
    receive();
    const End* best = nullptr;
    const auto [first, last] = ends_.equal_range(key_of(name));
    for (auto at = first; at != last; ++at) {
      const End& end = at->second;
      if (is_other_part(end, name)) continue;
      if (best == nullptr || likeness(end, name) > likeness(*best, name)) best = &end;
    }
    if (best == nullptr) return std::nullopt;
    RuleHit hit = hit_of(best->event);
    hit.exact = likeness(*best, name) == kExact;
    return hit;
  }

  std::optional<flow::Tuple> routed(const PacketName& name) {
    receive();
    const auto found = routed_.find(key_of(name));
    if (found == routed_.end()) return std::nullopt;
    flow::Tuple tuple = name.tuple;
    tuple.destination = found->second.destination;
    if (found->second.destination_port) tuple.destination_port = *found->second.destination_port;
    return tuple;
  }

 private:
  void note_routed(BytesView headers) {
    const auto view = packet::parse_view(headers);
    const auto key = view ? key_of(*view) : std::nullopt;
    if (key) routed_.insert_or_assign(*key, FarSide{view->dst, view->dport()});
  }

  void note_end(netfilter::TraceEvent event, BytesView headers) {
    const auto view = packet::parse_view(headers);
    const auto key = view ? key_of(*view) : std::nullopt;
    if (key) {
      ends_.emplace(*key, End{std::move(event), {view->dst, view->dport()}, part_of(*view)});
    }
  }

  bool may_filter_frames() const {
    return !known_ || std::ranges::any_of(ruleset_.tables, [](const firewall::Table& table) {
      return table.family == firewall::TableFamily::Bridge;
    });
  }

  RuleHit hit_of(const netfilter::TraceEvent& event) const {
    RuleHit hit{.chain =
                    fmt::format("{} {} {}", to_string(event.family), event.table, event.chain)};
    if (event.type == netfilter::TraceType::Policy) {
      hit.text = "policy drop";
      return hit;
    }
    const firewall::Rule* rule = index_->find(event);
    hit.text =
        rule == nullptr ? fmt::format("rule with handle {}", event.rule) : text_of(*rule, event);
    if (rule != nullptr && is_reject(*rule)) hit.verdict = RuleHit::Verdict::Reject;
    if (rule != nullptr) hit.origin = rule->origin.where;
    return hit;
  }

  std::string text_of(const firewall::Rule& rule, const netfilter::TraceEvent& event) const {
    const auto table = std::ranges::find_if(ruleset_.tables, [&](const firewall::Table& t) {
      return t.family == event.family && t.name == event.table;
    });
    // The user's own words, where they are known.
    if (table == ruleset_.tables.end() || !rule.origin.text.empty()) return rule.origin.text;
    const auto text = listing::to_text(rule, *table);
    return text ? *text : fmt::format("rule with handle {}", event.rule);
  }

  std::unique_ptr<netfilter::TraceMonitor> monitor_;
  firewall::Ruleset ruleset_;
  bool known_ = false;  // the values can say all of it
  std::unique_ptr<netfilter::RuleIndex> index_;
  std::map<std::uint32_t, Bytes> headers_;  // by trace id
  std::multimap<Key, End> ends_;
  std::map<Key, FarSide> routed_;  // behind destination NAT
};

}  // namespace

class RuleTrace::Impl {
 public:
  explicit Impl(sys::EventLoop& loop) : loop_(loop) {}
  ~Impl() {
    for (const auto& [node, traced] : nodes_) loop_.forget(traced->fd());
  }

  void start(lab::Lab& lab, NodeId node) {
    if (!traced_.insert(node).second) return;
    Node& traced = *(nodes_[node] = std::make_unique<Node>(lab, node));
    loop_.watch(traced.fd(), EPOLLIN, [&traced](std::uint32_t) { traced.receive(); });
  }

  void restart(lab::Lab& lab, NodeId node) {
    const auto traced = nodes_.find(node);
    if (traced == nodes_.end()) return;
    traced->second->read_rules(lab, node);
    traced->second->install(lab.netfilter_socket(node));
  }

  void forget_events() {
    for (const auto& [node, traced] : nodes_) traced->forget_events();
  }

  std::optional<RuleHit> find(NodeId node, const PacketName& packet) {
    const auto traced = nodes_.find(node);
    return traced == nodes_.end() ? std::nullopt : traced->second->find(packet);
  }

  std::optional<flow::Tuple> routed(NodeId node, const PacketName& packet) {
    const auto traced = nodes_.find(node);
    return traced == nodes_.end() ? std::nullopt : traced->second->routed(packet);
  }

  const std::set<NodeId>& traced() const { return traced_; }

 private:
  sys::EventLoop& loop_;
  std::set<NodeId> traced_;
  std::map<NodeId, std::unique_ptr<Node>> nodes_;
};

RuleTrace::RuleTrace(sys::EventLoop& loop) : impl_(std::make_unique<Impl>(loop)) {}
RuleTrace::~RuleTrace() = default;
void RuleTrace::start(lab::Lab& lab, NodeId node) { impl_->start(lab, node); }
const std::set<NodeId>& RuleTrace::traced() const { return impl_->traced(); }
void RuleTrace::restart(lab::Lab& lab, NodeId node) { impl_->restart(lab, node); }
void RuleTrace::forget_events() { impl_->forget_events(); }
std::optional<RuleHit> RuleTrace::find(NodeId node, const PacketName& packet) {
  return impl_->find(node, packet);
}
std::optional<flow::Tuple> RuleTrace::routed(NodeId node, const PacketName& packet) {
  return impl_->routed(node, packet);
}

}  // namespace topoproof::runner
