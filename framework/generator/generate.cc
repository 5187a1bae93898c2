// SPDX-License-Identifier: GPL-2.0-or-later
#include "generator/generate.hh"

#include <array>

#include "generator/chooser.hh"
#include "generator/generate_packets.hh"
#include "generator/generate_rules.hh"

namespace topoproof::generator {
namespace {

const Shape& shape_of(Feature kind) {
  static const std::array kShapes{make_shape(Feature::Router), make_shape(Feature::Router6),
                                  make_shape(Feature::Container)};
  return kShapes.at(static_cast<std::size_t>(kind));
}

}  // namespace

Case generate(ByteSource& source, const Options& options) {
  Case made;
  Chooser chooser(source, options, made.features);
  constexpr std::array kKinds{Feature::Router, Feature::Router6, Feature::Container};
  made.shape = chooser.choose(kKinds).value_or(Feature::Router);
  chooser.note(made.shape);
  const Shape& shape = shape_of(made.shape);
  Hints hints;
  made.ruleset = generate_rules(chooser, options, shape, hints);
  made.probes = generate_packets(chooser, options, shape, hints);
  return made;
}

}  // namespace topoproof::generator
