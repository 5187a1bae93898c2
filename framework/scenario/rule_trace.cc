// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/rule_trace.hh"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>
#include <sys/epoll.h>

#include "listing/listing.hh"
#include "netfilter/kernel_ruleset.hh"
#include "netfilter/trace.hh"
#include "packet/view.hh"
#include "probe/echo.hh"
#include "rules/rule_lines.hh"

namespace topoproof::scenario {
namespace {

using evidence::PacketName;
using evidence::RuleHit;

// A packet that nf_tables ended, and where.
struct End {
  netfilter::TraceEvent event;
  Bytes packet;  // its headers, from the network layer on
};

bool is_reject(const firewall::Rule& rule) {
  return std::ranges::any_of(rule.expressions, [](const firewall::Expression& e) {
    const auto* target = std::get_if<firewall::XtTarget>(&e);
    return std::holds_alternative<firewall::Reject>(e) ||
           (target != nullptr && target->name == "REJECT");
  });
}

// How surely the headers are those of the packet: 0 if they are not. Destination NAT changes the
// far end, and the translation of replies the near one; what an echo is known by stays.
constexpr int kExact = 4;
int likeness(const packet::PacketView& seen, const PacketName& name) {
  if (const auto* icmp = seen.icmp()) {
    if (name.tuple.protocol != flow::Protocol::Icmp) return 0;
    return icmp->sequence == probe::echo_name(name.flow).sequence ? kExact : 0;
  }
  const bool source = seen.src == name.tuple.source && seen.sport() == name.tuple.source_port;
  if (!source) return 0;
  return 1 + (seen.dst == name.tuple.destination ? 1 : 0) +
         (seen.dport() == name.tuple.destination_port ? 2 : 0);
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
    Issues issues = netfilter::install_trace(
        socket, known_ ? netfilter::packets_that_meet(ruleset_) : netfilter::TraceWish{});
    if (issues.empty() && may_filter_frames()) issues = netfilter::install_bridge_trace(socket);
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
      if (event.ends_packet()) ends_.push_back({std::move(event), headers});
    }
  }

  void forget_events() {
    receive();
    ends_.clear();
    headers_.clear();
  }

  std::optional<RuleHit> find(const PacketName& name) {
    receive();
    const End* best = nullptr;
    int best_likeness = 0;
    for (const End& end : ends_) {
      const auto view = packet::parse_view(end.packet);
      const int like = view ? likeness(*view, name) : 0;
      if (like <= best_likeness) continue;
      best = &end;
      best_likeness = like;
    }
    if (best == nullptr) return std::nullopt;
    RuleHit hit = hit_of(best->event);
    hit.exact = best_likeness == kExact;
    return hit;
  }

 private:
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
  std::vector<End> ends_;
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

}  // namespace topoproof::scenario
