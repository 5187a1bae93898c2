// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/model.hh"

#include <algorithm>

#include "campaign/normal_frame.hh"
#include "machine/program.hh"
#include "packet/ether.hh"
#include "packet/view.hh"

namespace topoproof::campaign {
namespace {

std::vector<sim::Node> nodes_of(const generator::Shape& shape, const plan::Plan& plan) {
  const plan::States states = plan::expected(plan);
  std::vector<sim::Node> nodes;
  for (std::size_t i = 0; i < states.size(); ++i) {
    nodes.push_back({.name = plan.nodes[i], .state = states[i]});
    if (NodeId(i) != shape.node) nodes.back().ruleset = generator::make_silence();
  }
  for (const plan::Step& step : plan.steps) {
    const auto* op = std::get_if<plan::AddBridgeEntry>(&step.operation);
    if (op != nullptr) nodes[op->node.index()].bridge_entries.push_back(op->entry);
  }
  return nodes;
}

std::array<std::optional<std::uint16_t>, 2> ports_of(BytesView frame) {
  const auto view = packet::parse_view(frame.subspan(packet::Ether::kSize));
  if (!view) return {};
  if (const auto* icmp = view->icmp()) return {icmp->id, std::nullopt};
  return {view->sport(), view->dport()};
}

// The numbers of two bytes that rules load: what they translate ports to.
void add_constants(const firewall::Ruleset& ruleset, std::set<std::uint16_t>& numbers) {
  for (const auto& table : ruleset.tables) {
    for (const auto& chain : table.chains) {
      for (const auto& rule : chain.rules) {
        for (const auto& expression : rule.expressions) {
          const auto* load = std::get_if<firewall::Immediate>(&expression);
          const bool is_port = load != nullptr && load->value.size() == 2;
          if (is_port) numbers.insert(load_be16(load->value.data()));
        }
      }
    }
  }
}

}  // namespace

Model::Model(const generator::Shape& shape, const plan::Plan& plan, PlantedFault fault)
    : shape_(shape), fault_(std::move(fault)), simulator_(nodes_of(shape, plan)) {
  simulator_.keep_trace(false);
  simulator_.watch([this](NodeId node, const std::string&, BytesView frame) { see(node, frame); });
}

void Model::see(NodeId node, BytesView frame) {
  const auto port = std::ranges::find(shape_.ports, node, &generator::Port::edge);
  if (port == shape_.ports.end()) return;
  asked_for_neighbor_ |= asks_for_neighbor(frame);
  if (is_noise(frame)) return;
  seen_.push_back(
      {static_cast<std::size_t>(port - shape_.ports.begin()), Bytes(frame.begin(), frame.end())});
}

// Where a translated flow would clash with another, the kernel draws a port.
bool Model::is_drawn(BytesView frame) const {
  return std::ranges::any_of(ports_of(frame),
                             [this](const auto& port) { return port && !ports_.contains(*port); });
}

void Model::load(const firewall::Ruleset& ruleset) {
  ports_.clear();
  add_constants(ruleset, ports_);
  tracks_.reset();
  ruleset_ = &ruleset;
  firewall::Ruleset told = ruleset;
  if (fault_.in_rules) fault_.in_rules(told);
  if (shape_.family == Family::Ipv6) {
    std::ranges::move(generator::make_calm_ipv6().tables, std::back_inserter(told.tables));
  }
  simulator_.flush_connections();
  simulator_.load(shape_.node, std::move(told));
}

// The kernel goes on tracking, and holding fragments, for a while after the last rule that needs
// it.
bool Model::may_linger(const Packet& packet) {
  const auto view = packet::parse_view(BytesView(packet.frame).subspan(packet::Ether::kSize));
  if (!view || !view->is_fragment()) return false;
  if (!tracks_) {
    tracks_ = machine::needs_tracking(*ruleset_, view->src.family());
  }
  return !*tracks_;
}

std::string Model::send(const Packet& packet, std::vector<Seen>& out) {
  if (may_linger(packet)) return "tracking may linger";
  for (const auto& port : ports_of(packet.frame)) {
    if (port) ports_.insert(*port);
  }
  seen_.clear();
  asked_for_neighbor_ = false;
  const auto begin = simulator_.now();
  const auto unknown =
      simulator_.inject(shape_.node, shape_.ports[packet.port].interface, packet.frame);
  out = std::move(seen_);
  if (asked_for_neighbor_) return "a neighbour is asked for";
  // A fence is not behind what the node does later: it gives up on neighbours that its own rules
  // keep it from asking.
  if (simulator_.now() != begin) return "it takes time";
  for (const Seen& seen : out) {
    if (is_drawn(seen.frame)) return "a port is drawn";
  }
  return unknown.empty() ? std::string() : unknown.front().reason;
}

Answer Model::finish(Answer answer) const {
  for (const auto& rule : simulator_.counters(shape_.node)) {
    answer.counters.push_back(rule.counter);
  }
  if (fault_.in_answer) fault_.in_answer(answer);
  return answer;
}

Matches Model::matches() const {
  Matches matches;
  for (const sim::RuleUse& use : simulator_.rule_uses()) {
    if (use.node == shape_.node) matches.push_back(use.packets);
  }
  return matches;
}

std::expected<Model::Told, std::string> Model::ask(generator::Case made) {
  load(made.ruleset);
  Told told{.question = {made.shape, {}, {}}, .answer = {}};
  std::vector<std::vector<Seen>> sent(made.probes.size());
  for (std::size_t i = 0; i < made.probes.size(); ++i) {
    const generator::Probe& probe = made.probes[i];
    Packet packet{probe.port, probe.frame};
    if (probe.make != generator::Make::AsGiven) {
      if (sent[probe.about].empty()) continue;  // nobody got it
      const Seen& seen = sent[probe.about].front();
      const auto frame = probe.make == generator::Make::Reply ? generator::make_reply(seen.frame)
                                                              : generator::make_error(seen.frame);
      if (!frame) continue;
      packet = {seen.port, *frame};
    }
    const std::string unknown = send(packet, sent[i]);
    if (!unknown.empty()) return std::unexpected(unknown);
    for (const Seen& seen : sent[i]) told.answer.frames[seen.port].push_back(seen.frame);
    told.question.packets.push_back(std::move(packet));
  }
  told.answer = finish(std::move(told.answer));
  told.question.ruleset = std::move(made.ruleset);
  return told;
}

std::expected<Answer, std::string> Model::ask(const Question& question) {
  load(question.ruleset);
  Answer answer;
  std::vector<Seen> sent;
  for (const Packet& packet : question.packets) {
    const std::string unknown = send(packet, sent);
    if (!unknown.empty()) return std::unexpected(unknown);
    for (Seen& seen : sent) answer.frames[seen.port].push_back(std::move(seen.frame));
  }
  return finish(std::move(answer));
}

}  // namespace topoproof::campaign
