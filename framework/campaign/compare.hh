// SPDX-License-Identifier: GPL-2.0-or-later
// Where kernel and simulator differ, in words. Pure.
#pragma once

#include <optional>
#include <string>

#include "campaign/question.hh"
#include "generator/feature.hh"
#include "generator/shape.hh"

namespace topoproof::campaign {

enum class DifferenceKind { Frames, Header, Counters };
std::string_view to_string(DifferenceKind kind);

struct Difference {
  DifferenceKind kind = DifferenceKind::Frames;
  std::string text;  // several lines: what the kernel did, what the simulator says
};

// RETURNS: the first difference.
std::optional<Difference> compare(const generator::Shape& shape, const Question& question,
                                  const Answer& kernel, const Answer& model);

// What became of the packets, as features of the case.
generator::FeatureSet observed_features(const Question& question, const Answer& answer);

// "a: 10.1.0.2:20000 > 10.2.0.2:80 tcp [S] ..."
std::string describe(const generator::Shape& shape, const Packet& packet);

}  // namespace topoproof::campaign
