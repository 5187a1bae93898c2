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

const Shape& choose_shape(Chooser& chooser, Case& made) {
  constexpr std::array kKinds{Feature::Router, Feature::Router6, Feature::Container};
  made.shape = chooser.choose(kKinds).value_or(Feature::Router);
  chooser.note(made.shape);
  return shape_of(made.shape);
}

}  // namespace

Case generate_rule(ByteSource& source, const Options& options) {
  Case made;
  Chooser chooser(source, options, made.features);
  const Shape& shape = choose_shape(chooser, made);
  made.ruleset.tables.push_back(generate_rule(chooser, options, shape));
  return made;
}

Case generate(ByteSource& source, const Options& options) {
  Case made;
  Chooser chooser(source, options, made.features);
  const Shape& shape = choose_shape(chooser, made);
  Hints hints;
  made.ruleset = generate_rules(chooser, options, shape, hints);
  made.probes = generate_packets(chooser, options, shape, hints);
  return made;
}

}  // namespace topoproof::generator
