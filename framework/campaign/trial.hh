// SPDX-License-Identifier: GPL-2.0-or-later
// One case asked of both sides. The networks of all shapes stay open between cases.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "campaign/compare.hh"
#include "campaign/diagnosis.hh"
#include "campaign/model.hh"
#include "campaign/network.hh"

namespace topoproof::campaign {

struct Agreed {
  Question question;
  generator::FeatureSet observed;
};
struct Diverged {
  Question question;
  Difference difference;
};
// The simulator does not say what becomes of a packet.
struct NotModelled {
  std::string reason;
};
// The kernel does not take the ruleset: a mistake of the generator, or of the encoder.
struct Refused {
  Question question;
  Issues issues;
};
using Verdict = std::variant<Agreed, Diverged, NotModelled, Refused>;

class Trial {
 public:
  explicit Trial(PlantedFault fault = {}) : fault_(std::move(fault)) {}

  Verdict judge(generator::Case made);
  // The same question again. With `fresh`, in networks that nobody has used.
  Verdict judge(const Question& question, Fences fences = Fences::BehindAll, bool fresh = false);
  // Who is to be looked at, of a question about which both sides differ; in a fresh network.
  Diagnosis diagnose(const Question& question);
  // The next case finds new networks.
  void rebuild() { sides_ = {}; }

  const generator::Shape& shape(generator::Feature kind) { return side(kind).shape; }

 private:
  struct Side {
    Side(generator::Shape of, const PlantedFault& fault);
    generator::Shape shape;
    plan::Plan plan;
    Model model;
    Network network;
  };
  Side& side(generator::Feature kind);
  Side& fresh_side(generator::Feature kind);
  Verdict compare_with_kernel(Side& side, Model::Told told, Fences fences);

  PlantedFault fault_;
  std::array<std::unique_ptr<Side>, 3> sides_;
};

}  // namespace topoproof::campaign
