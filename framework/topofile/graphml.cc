// SPDX-License-Identifier: GPL-2.0-or-later
#include "topofile/graphml.hh"

#include <algorithm>
#include <charconv>
#include <map>
#include <pugixml.hpp>
#include <set>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "topofile/short_forms.hh"
#include "topology/growing.hh"

namespace topoproof::topofile {
namespace {

// Line and column of byte offsets of a text.
class Places {
 public:
  Places(std::string_view text, const std::string& file) : file_(file) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') line_starts_.push_back(i + 1);
    }
  }

  Location at(std::ptrdiff_t offset) const {
    if (offset < 0) return {file_};
    const auto place = static_cast<std::size_t>(offset);
    const auto next = std::ranges::upper_bound(line_starts_, place);
    const auto line = next - line_starts_.begin();
    return {file_, static_cast<int>(line), static_cast<int>(place - *(next - 1)) + 1};
  }
  // pugixml's offset is that of the name in "<name".
  Location of(const pugi::xml_node& node) const { return at(node.offset_debug() - 1); }

 private:
  std::string file_;
  std::vector<std::size_t> line_starts_{0};
};

template <class T>
std::optional<T> to_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What the <key> elements declare: id by the attribute's name and what it is for.
class Keys {
 public:
  explicit Keys(const pugi::xml_node& graphml) {
    for (const auto& key : graphml.children("key")) {
      ids_[{key.attribute("for").value(), key.attribute("attr.name").value()}] =
          key.attribute("id").value();
    }
  }

  // The text of <data key="..."> of an element; empty if there is none.
  std::string_view value(const pugi::xml_node& element, const std::string& name) const {
    auto id = ids_.find({element.name(), name});
    if (id == ids_.end()) id = ids_.find({"all", name});
    if (id == ids_.end()) return {};
    return element.find_child_by_attribute("data", "key", id->second.c_str()).text().get();
  }

 private:
  std::map<std::pair<std::string, std::string>, std::string> ids_;
};

class Importer {
 public:
  Importer(const pugi::xml_node& graphml, const pugi::xml_node& graph, const Places& places)
      : keys_(graphml), places_(places), net_(name_of(graph)) {
    for (const auto& node : graph.children("node")) add_node(node);
    for (const auto& edge : graph.children("edge")) add_edge(edge);
    for (const auto& edge : graph.children("hyperedge")) {
      report(edge, "hyperedges are not supported: connect its nodes with a bridge in the topology");
    }
  }

  std::expected<GraphmlImport, Issues> result() && {
    if (has_errors(issues_)) return std::unexpected(std::move(issues_));
    return GraphmlImport{net_.take(), std::move(issues_)};
  }

 private:
  std::string name_of(const pugi::xml_node& graph) const {
    for (const char* key : {"Network", "label"}) {
      if (auto name = to_node_name(keys_.value(graph, key)); !name.empty()) return name;
    }
    return to_node_name(graph.attribute("id").value());
  }

  void report(const pugi::xml_node& element, std::string text) {
    issues_.push_back(make_issue(places_.of(element), std::move(text)));
  }

  void add_node(const pugi::xml_node& node) {
    const std::string id = node.attribute("id").value();
    if (id.empty()) return report(node, "this node has no id");
    if (nodes_.contains(id)) return report(node, fmt::format("node id '{}' exists twice", id));
    nodes_[id] = net_.add({.name = unique_name(node, id),
                           .where = places_.of(node),
                           .forwarding = true,
                           .position = position_of(node)});
  }

  std::string unique_name(const pugi::xml_node& node, const std::string& id) {
    std::string name = to_node_name(keys_.value(node, "label"));
    if (name.empty()) name = to_node_name(id);
    if (name.empty()) name = "node";
    std::string candidate = name;
    for (int i = 2; !parse_node_name(candidate) || !names_.insert(candidate).second; ++i) {
      candidate = fmt::format("{}-{}", name, i);
    }
    return candidate;
  }

  std::optional<topology::Position> position_of(const pugi::xml_node& node) const {
    const auto longitude = to_number<double>(keys_.value(node, "Longitude"));
    const auto latitude = to_number<double>(keys_.value(node, "Latitude"));
    if (!longitude || !latitude) return std::nullopt;
    return topology::Position{*longitude, *latitude};
  }

  void add_edge(const pugi::xml_node& edge) {
    const auto source = end_of(edge, "source");
    const auto target = end_of(edge, "target");
    if (!source || !target) return;
    if (*source == *target) {
      issues_.push_back(
          make_warning(places_.of(edge), fmt::format("the edge from '{}' to itself is left out",
                                                     net_.topology().node(*source).name)));
      return;
    }
    const auto weight = to_number<std::uint32_t>(keys_.value(edge, "weight")).value_or(1);
    net_.link(*source, *target, std::max(weight, 1U), places_.of(edge));
  }

  std::optional<NodeId> end_of(const pugi::xml_node& edge, const char* which) {
    const std::string id = edge.attribute(which).value();
    const auto found = nodes_.find(id);
    if (found != nodes_.end()) return found->second;
    report(edge, id.empty() ? fmt::format("this edge has no {}", which)
                            : fmt::format("the {} of this edge, '{}', is not a node", which, id));
    return std::nullopt;
  }

  Keys keys_;
  const Places& places_;
  topology::Growing net_;
  std::unordered_map<std::string, NodeId> nodes_;  // by id
  std::set<std::string> names_;
  Issues issues_;
};

}  // namespace

std::expected<GraphmlImport, Issues> import_graphml(std::string_view text,
                                                    const std::string& file_name) {
  const Places places(text, file_name);
  pugi::xml_document document;
  const auto parsed = document.load_buffer(text.data(), text.size());
  if (!parsed) {
    return std::unexpected(Issues{make_issue(
        places.at(parsed.offset), fmt::format("this is not XML: {}", parsed.description()))});
  }
  const auto graphml = document.child("graphml");
  const auto graph = graphml.child("graph");
  if (!graph) {
    return std::unexpected(Issues{
        make_issue({file_name}, "this is not GraphML: there is no <graph> inside of a <graphml>")});
  }
  return Importer(graphml, graph, places).result();
}

}  // namespace topoproof::topofile
