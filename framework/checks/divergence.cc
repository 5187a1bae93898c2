// SPDX-License-Identifier: GPL-2.0-or-later
#include "checks/divergence.hh"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "checks/expectation.hh"
#include "flow/hop.hh"

namespace topoproof::checks {
namespace {

using flow::StepKind;
using topology::Topology;

std::vector<const flow::Step*> hops_of(const flow::Trace& trace) {
  std::vector<const flow::Step*> hops;
  for (const flow::Step& step : trace) {
    if (is_hop(step)) hops.push_back(&step);
  }
  return hops;
}

class JourneyComparer {
 public:
  JourneyComparer(const evidence::Verdict& kernel, const sim::Prediction& simulated,
                  const Topology& topology)
      : kernel_(kernel), simulated_(simulated), topology_(topology) {}

  std::optional<std::string> compare() {
    if (kernel_.only_connected && stops_behind_handshake()) return std::nullopt;
    if (auto found = compare("", kernel_.request, simulated_.request)) return found;
    if (kernel_.reply_unknown) return std::nullopt;
    if (kernel_.reply.has_value() != simulated_.reply.has_value()) {
      return fmt::format("reply: {} in the kernel, {} in the simulator",
                         kernel_.reply ? fate(*kernel_.reply) : "none",
                         simulated_.reply ? fate(*simulated_.reply) : "none");
    }
    if (!kernel_.reply) return std::nullopt;
    return compare("reply, ", *kernel_.reply, *simulated_.reply);
  }

 private:
  bool stops_behind_handshake() const {
    const bool of_reply = simulated_.reply && !simulated_.reply->fate.packet.empty();
    return of_reply || !simulated_.request.fate.packet.empty();
  }

  std::optional<std::string> compare(std::string_view which, const flow::Journey& kernel,
                                     const flow::Journey& simulated) {
    const auto seen = hops_of(kernel.trace);
    const auto foretold = hops_of(simulated.trace);
    for (std::size_t i = 0; i < std::max(seen.size(), foretold.size()); ++i) {
      const flow::Step* a = i < seen.size() ? seen[i] : nullptr;
      const flow::Step* b = i < foretold.size() ? foretold[i] : nullptr;
      if (a != nullptr && b != nullptr && is_same(*a, *b)) continue;
      return fmt::format("{}hop {}: {} in the kernel, {} in the simulator", which, i + 1,
                         a != nullptr ? hop_line(*a, topology_) : fate(kernel),
                         b != nullptr ? hop_line(*b, topology_) : fate(simulated));
    }
    if (is_same(kernel.fate, simulated.fate)) return std::nullopt;
    return fmt::format("{}its end: {} in the kernel, {} in the simulator", which, fate(kernel),
                       fate(simulated));
  }

  std::string fate(const flow::Journey& journey) const {
    std::string text(to_string(journey.fate.kind));
    if (journey.fate.at) text += " at " + topology_.node(*journey.fate.at).name;
    return journey.fate.proof.empty() ? text : fmt::format("{} ({})", text, journey.fate.proof);
  }

  bool is_same(const flow::Step& a, const flow::Step& b) {
    return a.kind == b.kind && a.node == b.node && a.interface == b.interface && a.ttl == b.ttl &&
           is_same(a.tuple, b.tuple);
  }

  bool is_same(const flow::Tuple& a, const flow::Tuple& b) {
    return a.source == b.source && a.destination == b.destination && a.protocol == b.protocol &&
           is_same_port(a.source_port, b.source_port) &&
           is_same_port(a.destination_port, b.destination_port);
  }

  // A port that was drawn is drawn anew by the simulator; each stands for the other from then on.
  bool is_same_port(std::uint16_t a, std::uint16_t b) {
    if (a == b) return true;
    const bool allowed =
        std::ranges::any_of(simulated_.drawn_ports, [&](const sim::DrawnPort& drawn) {
          return drawn.port == b && drawn.first <= a && a <= drawn.last;
        });
    return allowed && drawn_.try_emplace(a, b).first->second == b;
  }

  // Lost is what no witness explains: the simulator may, if nothing was to be seen of it either.
  static bool is_same(const flow::Fate& a, const flow::Fate& b) {
    const bool unexplained = a.kind == flow::FateKind::Lost && a.at && a.at == b.at && !b.answer &&
                             b.kind != flow::FateKind::Delivered;
    if (unexplained) return true;
    if (a.kind != b.kind || a.packet != b.packet) return false;
    if (a.at && b.at && a.at != b.at) return false;
    return !a.answer || !b.answer || a.answer == b.answer;
  }

  const evidence::Verdict& kernel_;
  const sim::Prediction& simulated_;
  const Topology& topology_;
  std::map<std::uint16_t, std::uint16_t> drawn_;
};

}  // namespace

std::optional<std::string> first_difference(const evidence::Verdict& kernel,
                                            const sim::Prediction& simulated,
                                            const Topology& topology) {
  return JourneyComparer(kernel, simulated, topology).compare();
}

}  // namespace topoproof::checks
