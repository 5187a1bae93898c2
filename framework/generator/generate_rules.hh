// SPDX-License-Identifier: GPL-2.0-or-later
// The rules of a case. Internal to this module.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "generator/chooser.hh"
#include "generator/shape.hh"

namespace topoproof::generator {

// What one rule asks of packets, so that packets can be made which it is about.
struct Hint {
  std::optional<std::uint8_t> protocol = {};
  std::optional<IpAddress> source = {};
  std::optional<IpAddress> destination = {};
  std::optional<std::uint16_t> source_port = {};
  std::optional<std::uint16_t> destination_port = {};
  std::optional<std::string> input = {};
  std::optional<std::string> output = {};
  std::optional<std::uint8_t> icmp_type = {};
  std::optional<std::uint8_t> tcp_flags = {};
};
using Hints = std::vector<Hint>;

firewall::Ruleset generate_rules(Chooser& chooser, const Options& options, const Shape& shape,
                                 Hints& hints);

firewall::Table generate_rule(Chooser& chooser, const Options& options, const Shape& shape);

}  // namespace topoproof::generator
