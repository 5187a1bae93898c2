// SPDX-License-Identifier: GPL-2.0-or-later
// Cases for kernel and simulator alike: a network, rules for its node, and packets that find out
// whether the rules do what they say. Well formed by construction: the kernel takes every ruleset.
// The same bytes make the same case.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "base/byte_source.hh"
#include "firewall/ruleset.hh"
#include "generator/feature.hh"
#include "generator/shape.hh"

namespace topoproof::generator {

// How a packet is made. What depends on what became of an earlier packet can be made only when that
// is known: the answer to it, as its receiver saw it, or an error about it.
enum class Make { AsGiven, Reply, Error };

struct Probe {
  std::size_t port = 0;  // of the shape: which edge sends it
  Bytes frame;           // AsGiven
  Make make = Make::AsGiven;
  std::size_t about = 0;  // an earlier probe
  friend bool operator==(const Probe&, const Probe&) = default;
};

struct Case {
  Feature shape = Feature::Router;
  firewall::Ruleset ruleset;
  std::vector<Probe> probes;
  FeatureSet features;
};

struct Options {
  FeatureSet allowed = FeatureSet::all();
  std::optional<std::pair<Feature, Feature>> wish = {};
  std::size_t rules = 6;  // at most, in a chain
  std::size_t probes = 20;
};

Case generate(ByteSource& source, const Options& options = {});
// One rule alone, in the base chain of a table that has the sets, and the chain to jump to, which
// it needs; no packets.
Case generate_rule(ByteSource& source, const Options& options = {});

// The answer of a packet's receiver, and an error about a packet from one of its receiver's side.
// `frame` is as it came out of the node. RETURNS: nothing to what nobody answers.
std::optional<Bytes> make_reply(BytesView frame);
std::optional<Bytes> make_error(BytesView frame);

}  // namespace topoproof::generator
