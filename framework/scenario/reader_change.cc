// SPDX-License-Identifier: GPL-2.0-or-later
// link down red:eth0 | link up ... | link flap red:eth0 [for 200ms]
//       impair red:eth0 delay 10ms loss 5% | impair red:eth0 none
// route add blue default via 10.0.0.1 | route delete ...
// sysctl host net.ipv4.ip_forward=0       wait 2s
// rules: { node: host, nftables: new.nft }
#include <array>

#include <fmt/format.h>

#include "base/duration.hh"
#include "document/sentence.hh"
#include "scenario/reader_parts.hh"
#include "topofile/reader_names.hh"
#include "topofile/reader_node.hh"
#include "topofile/short_forms.hh"

namespace topoproof::scenario {
namespace {

using document::Sentence;
using What = decltype(Change::what);

// One of two words, such as up and down. RETURNS: true for the first.
std::optional<bool> take_either(Sentence& words, std::string_view yes, std::string_view no) {
  bool first = false;
  const auto read = document::choice<bool>({{yes, true}, {no, false}});
  if (!words.value(fmt::format("'{}' or '{}'", yes, no), read, first)) return std::nullopt;
  return first;
}

std::optional<NodeId> take_node(Sentence& words, const Reading& reading) {
  const document::Node* name = words.take("a node");
  return name == nullptr ? std::nullopt : read_node_name(*name, reading);
}

struct InterfaceOfNode {
  NodeId node;
  std::string interface;
};

// "red:eth0"
std::optional<InterfaceOfNode> take_interface(Sentence& words, const Reading& reading) {
  const Location where = words.where();
  topofile::Place place;
  words.value("an interface like red:eth0", topofile::parse_place, place);
  if (words.failed()) return std::nullopt;
  if (place.interface.empty()) {
    words.refuse(where,
                 fmt::format("which interface of '{}'? {}:INTERFACE", place.node, place.node));
    return std::nullopt;
  }
  const auto node =
      topofile::resolve_node(reading.topology, place.node, where, reading.name_issues);
  if (!node || !topofile::require_interface(reading.topology, *node, place.interface, where,
                                            reading.name_issues)) {
    return std::nullopt;
  }
  return InterfaceOfNode{*node, place.interface};
}

std::optional<What> read_link_change(Sentence& words, const Reading& reading) {
  enum class Action { Up, Down, Flap };
  Action action = Action::Up;
  words.value("'up', 'down' or 'flap'",
              document::choice<Action>(
                  {{"up", Action::Up}, {"down", Action::Down}, {"flap", Action::Flap}}),
              action);
  const auto place = take_interface(words, reading);
  FlapLink flap;
  if (action == Action::Flap && words.skip("for")) {
    words.value("a time like 200ms", parse_duration, flap.down_for);
  }
  words.finish();
  if (words.failed() || !place) return std::nullopt;
  if (action != Action::Flap) return SetLink{place->node, place->interface, action == Action::Up};
  flap.node = place->node;
  flap.interface = place->interface;
  return flap;
}

// "red:eth0 delay 10ms loss 5% seed 3"; "red:eth0 none"
std::optional<What> read_impair_change(Sentence& words, const Reading& reading) {
  const auto place = take_interface(words, reading);
  const Location where = words.where();
  impair::Impairment impairment;
  const bool none = !words.is_done() && words.peek()->text() == "none";
  if (none) {
    words.take("");
  } else if (!words.failed()) {
    topofile::take_impairment(words, impairment);
  }
  words.finish();
  if (words.failed() || !place) return std::nullopt;
  const std::string problem = !none && impairment == impair::Impairment{}
                                  ? "by what? 'delay 10ms loss 5%', or 'none'"
                                  : why_not(impairment);
  if (!problem.empty()) words.refuse(where, problem);
  if (words.failed()) return std::nullopt;
  return Impair{place->node, place->interface, impairment};
}

std::optional<What> read_route_change(Sentence& words, const Reading& reading) {
  const auto adds = take_either(words, "add", "delete");
  const auto node = take_node(words, reading);
  const auto route = topofile::read_route(words);
  if (!adds || !node || !route) return std::nullopt;
  return ChangeRoute{*node, *adds ? ChangeRoute::Action::Add : ChangeRoute::Action::Delete, *route};
}

// "host net.ipv4.ip_forward=0", also with blanks around the '=' and in the value.
std::optional<What> read_sysctl_change(Sentence& words, const Reading& reading) {
  const auto node = take_node(words, reading);
  const Location where = words.where();
  std::string text;
  while (!words.is_done()) text += fmt::format(" {}", words.take("")->text());
  const auto equals = text.find('=');
  const auto trimmed = [](std::string_view part) {
    const auto from = std::min(part.find_first_not_of(' '), part.size());
    return std::string(part.substr(from, part.find_last_not_of(' ') + 1 - from));
  };
  if (equals == std::string::npos) {
    words.refuse(where, "expected a sysctl like net.ipv4.ip_forward=0");
    return std::nullopt;
  }
  const auto name = topofile::parse_sysctl_name(trimmed(text.substr(0, equals)));
  if (!name) words.refuse(where, name.error().text);
  if (!node || words.failed()) return std::nullopt;
  return SetSysctl{*node, {*name, trimmed(text.substr(equals + 1))}};
}

std::optional<What> read_wait(Sentence& words) {
  Wait wait;
  words.value("a time like 2s", parse_duration, wait.time);
  words.finish();
  if (words.failed()) return std::nullopt;
  return wait;
}

std::optional<What> read_sentence(const document::Node& node, const Reading& reading) {
  enum class Verb { Link, Impair, Route, Sysctl, Wait };
  Sentence words(node, "a change like 'link down red:eth0'", reading.issues);
  Verb verb = Verb::Wait;
  words.value("a change",
              document::choice<Verb>({{"link", Verb::Link},
                                      {"impair", Verb::Impair},
                                      {"route", Verb::Route},
                                      {"sysctl", Verb::Sysctl},
                                      {"wait", Verb::Wait}}),
              verb);
  if (words.failed()) return std::nullopt;
  switch (verb) {
    case Verb::Link:
      return read_link_change(words, reading);
    case Verb::Impair:
      return read_impair_change(words, reading);
    case Verb::Route:
      return read_route_change(words, reading);
    case Verb::Sysctl:
      return read_sysctl_change(words, reading);
    case Verb::Wait:
      return read_wait(words);
  }
  return std::nullopt;
}

std::optional<What> read_rules(const document::Node& node, const Reading& reading) {
  const std::size_t before = reading.issues.size();
  ReplaceRules change;
  std::optional<NodeId> id;
  document::Fields fields(node, reading.issues);
  const auto read_name = [&](const document::Node& name, Issues&) {
    return read_node_name(name, reading);
  };
  fields.required("node", read_name, id);
  topofile::take_rules(fields, reading.read_file, change.rules);
  fields.finish();
  if (!id || reading.issues.size() != before) return std::nullopt;
  change.node = *id;
  change.rules.name = reading.topology.node(*id).name;
  change.rules.where = node.where();
  return change;
}

}  // namespace

std::optional<Change> read_change(const document::Node& node, const Reading& reading) {
  std::optional<What> what;
  if (node.is_mapping()) {
    document::Fields fields(node, reading.issues);
    const document::Node* rules = fields.require("rules");
    fields.finish();
    if (rules != nullptr) what = read_rules(*rules, reading);
  } else {
    what = read_sentence(node, reading);
  }
  if (!what) return std::nullopt;
  return Change{*std::move(what), node.where()};
}

}  // namespace topoproof::scenario
