// SPDX-License-Identifier: GPL-2.0-or-later
// The hops of all ways of a page, and the texts that they are made of, each once: flows of one
// network go the same ways, but for the port that each sends from. Internal to the module.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "scenario/outcome.hh"

namespace topoproof::report {

// A JSON string: `text` made printable, and nothing in it that could end a script element.
std::string json_string(std::string_view text);

class HopTable {
 public:
  // Of one scenario at a time: whose nodes are named so. REQUIRES: they outlive what is added.
  void name_nodes(const std::vector<std::string>& names) { names_ = &names; }

  // The places of the steps in the table, as a JSON list. `port` is written as kOwnPort.
  std::string add(const flow::Trace& trace, std::uint16_t port);

  // JSON lists: of texts, and of hops that are made of these: [event, place, from, to, rest] of a
  // packet, [event, place, detail] of a decision.
  std::string texts() const { return "[" + texts_ + "]"; }
  std::string hops() const { return "[" + hops_ + "]"; }

 private:
  std::size_t place_of(const flow::Step& step, std::uint16_t port);
  std::size_t text(std::string value);

  const std::vector<std::string>* names_ = nullptr;
  std::unordered_map<std::string, std::size_t> known_texts_;
  std::unordered_map<std::string, std::size_t> known_hops_;
  std::string texts_;
  std::string hops_;
};

inline constexpr std::string_view kOwnPort = "{port}";

// Of the first packet of the way; 0: there is none.
std::uint16_t own_port(const scenario::Way& way);

}  // namespace topoproof::report
