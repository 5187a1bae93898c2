// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/compare.hh"

#include <algorithm>

#include <fmt/format.h>

#include "campaign/normal_frame.hh"
#include "packet/dissect.hh"
#include "packet/ether.hh"
#include "packet/print.hh"
#include "packet/view.hh"

namespace topoproof::campaign {
namespace {

using generator::Feature;
using generator::Shape;

std::string describe(BytesView frame) {
  return describe(packet::without_redundant_fields(packet::dissect(frame)));
}

bool is_alike(const Bytes& one, const Bytes& other) {
  return one == other || make_normal(one) == make_normal(other);
}

// The packet with what NAT and routing change left out: is it the same one?
bool is_same_packet(const packet::PacketView& one, const packet::PacketView& other) {
  return one.protocol == other.protocol && one.id == other.id &&
         one.payload_length == other.payload_length;
}

Difference frame_difference(const std::string& edge, const Bytes* kernel, const Bytes* model) {
  // Without what is not compared, which is no difference.
  const auto told = [](const Bytes* frame) {
    return frame ? describe(without_identity(*frame)) : "nothing more";
  };
  const bool both = kernel != nullptr && model != nullptr;
  std::string text =
      fmt::format("to {}\n  kernel     {}\n  simulator  {}\n", edge, told(kernel), told(model));
  if (both && told(kernel) == told(model)) {
    text += fmt::format("  kernel     {}\n  simulator  {}\n", to_hex(make_normal(*kernel)),
                        to_hex(make_normal(*model)));
  }
  return {both ? DifferenceKind::Header : DifferenceKind::Frames, std::move(text)};
}

std::string rule_name(const firewall::Ruleset& ruleset, std::size_t number) {
  for (const auto& table : ruleset.tables) {
    for (const auto& chain : table.chains) {
      if (number < chain.rules.size()) {
        return fmt::format("{} {} {} rule {}", to_string(table.family), table.name, chain.name,
                           number + 1);
      }
      number -= chain.rules.size();
    }
  }
  return "a rule that is not there";
}

std::optional<Difference> compare_counters(const Question& question, const Answer& kernel,
                                           const Answer& model) {
  if (kernel.counters == model.counters) return std::nullopt;
  if (kernel.counters.size() != model.counters.size()) {
    return Difference{DifferenceKind::Counters,
                      fmt::format("kernel has {} counters, simulator {}\n", kernel.counters.size(),
                                  model.counters.size())};
  }
  const auto [k, m] = std::ranges::mismatch(kernel.counters, model.counters);
  return Difference{
      DifferenceKind::Counters,
      fmt::format(
          "counter of {}\n  kernel     packets {} bytes {}\n  simulator  packets {} bytes "
          "{}\n",
          rule_name(question.ruleset, static_cast<std::size_t>(k - kernel.counters.begin())),
          k->packets, k->bytes, m->packets, m->bytes)};
}

void observe(const packet::PacketView& sent, const packet::PacketView& seen,
             generator::FeatureSet& features) {
  features.add(Feature::Forwarded);
  if (sent.src != seen.src || sent.sport() != seen.sport()) {
    features.add(Feature::SourceTranslated);
  }
  if (sent.dst != seen.dst || sent.dport() != seen.dport()) {
    features.add(Feature::DestinationTranslated);
  }
}

}  // namespace

std::string_view to_string(DifferenceKind kind) {
  if (kind == DifferenceKind::Frames) return "frames";
  return kind == DifferenceKind::Header ? "header" : "counters";
}

std::string describe(const Shape& shape, const Packet& packet) {
  const NodeId edge = shape.ports[packet.port].edge;
  return fmt::format("{}: {}", shape.topology.node(edge).name, describe(packet.frame));
}

std::optional<Difference> compare(const Shape& shape, const Question& question,
                                  const Answer& kernel, const Answer& model) {
  for (std::size_t port = 0; port < kPorts; ++port) {
    const auto& ours = kernel.frames[port];
    const auto& theirs = model.frames[port];
    for (std::size_t i = 0; i < std::max(ours.size(), theirs.size()); ++i) {
      const Bytes* k = i < ours.size() ? &ours[i] : nullptr;
      const Bytes* m = i < theirs.size() ? &theirs[i] : nullptr;
      if (k != nullptr && m != nullptr && is_alike(*k, *m)) continue;
      return frame_difference(shape.topology.node(shape.ports[port].edge).name, k, m);
    }
  }
  return compare_counters(question, kernel, model);
}

generator::FeatureSet observed_features(const Question& question, const Answer& answer) {
  generator::FeatureSet features;
  std::vector<packet::PacketView> sent;
  for (const Packet& packet : question.packets) {
    if (auto view = packet::parse_view(BytesView(packet.frame).subspan(packet::Ether::kSize))) {
      sent.push_back(*std::move(view));
    }
  }
  std::size_t seen = 0;
  for (const auto& frames : answer.frames) {
    for (const Bytes& frame : frames) {
      ++seen;
      const auto out = packet::parse_view(BytesView(frame).subspan(packet::Ether::kSize));
      const auto in = std::ranges::find_if(
          sent, [&](const auto& view) { return out && is_same_packet(view, *out); });
      if (in == sent.end()) {
        features.add(Feature::Answered);
      } else {
        observe(*in, *out, features);
      }
    }
  }
  if (seen < question.packets.size()) features.add(Feature::Vanished);
  return features;
}

}  // namespace topoproof::campaign
