// SPDX-License-Identifier: GPL-2.0-or-later
#include "checks/ladder.hh"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "checks/expectation.hh"

namespace topoproof::checks {
namespace {

void add(const flow::Journey& journey, const topology::Topology& topology,
         std::vector<std::string>& lines) {
  for (const flow::Step& step : journey.trace) lines.push_back(hop_line(step, topology));
}

std::string one_ending(const sim::Prediction& prediction, const topology::Topology& topology) {
  if (!prediction.unknown.empty()) return "unknown: " + describe(prediction.unknown.front());
  std::string text = fate_text(prediction.request.fate, topology);
  if (prediction.reply) text += ", reply " + fate_text(prediction.reply->fate, topology);
  return text;
}

// All that the kernel may draw, each once.
std::vector<std::string> endings_of(const sim::Prediction& prediction,
                                    const topology::Topology& topology) {
  std::vector<std::string> endings{one_ending(prediction, topology)};
  for (const sim::Prediction& other : prediction.others) {
    std::string also = one_ending(other, topology);
    if (std::ranges::find(endings, also) == endings.end()) endings.push_back(std::move(also));
  }
  return endings;
}

}  // namespace

std::string fate_text(const flow::Fate& fate, const topology::Topology& topology) {
  std::string text(to_string(fate.kind));
  if (fate.at) text += " at " + topology.node(*fate.at).name;
  if (!fate.packet.empty()) text += fmt::format(" (its {})", fate.packet);
  const bool says_why = fate.kind != flow::FateKind::Delivered && !fate.proof.empty();
  return says_why ? text + ": " + fate.proof : text;
}

bool is_certain(const sim::Prediction& prediction, const topology::Topology& topology) {
  return prediction.unknown.empty() && endings_of(prediction, topology).size() == 1;
}

std::string ending_text(const sim::Prediction& prediction, const topology::Topology& topology) {
  const std::vector<std::string> endings = endings_of(prediction, topology);
  if (endings.size() == 1) return endings.front();
  return fmt::format("drawn at random: {}", fmt::join(endings, "; or "));
}

std::vector<std::string> ladder(const sim::Prediction& prediction,
                                const topology::Topology& topology) {
  std::vector<std::string> lines;
  add(prediction.request, topology, lines);
  if (!prediction.reply) return lines;
  lines.emplace_back("and back:");
  add(*prediction.reply, topology, lines);
  return lines;
}

}  // namespace topoproof::checks
