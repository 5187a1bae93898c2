// SPDX-License-Identifier: GPL-2.0-or-later
#include "drawing/dot.hh"

#include <string_view>

#include <fmt/format.h>

#include "drawing/drawing.hh"

namespace topoproof::drawing {
namespace {

// In double quotes, with DOT's escapes.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result.push_back('\\');
    result.push_back(c);
  }
  return result + '"';
}

// The lines of a label stand under each other: "\n" is DOT's own escape.
std::string label(const LabelLines& lines) {
  std::string joined;
  for (const std::string& line : lines) {
    const std::string one = quoted(line);
    joined += (joined.empty() ? "" : "\\n") + one.substr(1, one.size() - 2);
  }
  return '"' + joined + '"';
}

std::string_view style_of(DrawnVertex::Kind kind) {
  switch (kind) {
    case DrawnVertex::Kind::Router:
      return "shape=box, style=\"rounded,filled\", fillcolor=\"#dbe9f9\"";
    case DrawnVertex::Kind::Host:
      return "shape=box, style=\"rounded,filled\", fillcolor=\"#f4f4f4\"";
    case DrawnVertex::Kind::Bridge:
      return "shape=ellipse, style=filled, fillcolor=\"#fdebd0\"";
  }
  return "";
}

std::string line_of(const DrawnEdge& edge) {
  if (!edge.is_link) return fmt::format("  v{} -- v{} [style=dashed];\n", edge.from, edge.to);
  return fmt::format("  v{} -- v{} [taillabel={}, headlabel={}];\n", edge.from, edge.to,
                     label(edge.at_from), label(edge.at_to));
}

}  // namespace

std::string to_dot(const topology::Topology& topology) {
  const Drawing drawing = draw(topology);
  std::string text = fmt::format("graph {} {{\n", quoted(topology.name()));
  text += "  graph [overlap=false, splines=true];\n";
  text += "  node [fontname=\"sans-serif\", fontsize=11];\n";
  text += "  edge [fontname=\"sans-serif\", fontsize=9];\n";
  for (std::size_t i = 0; i < drawing.vertices.size(); ++i) {
    const DrawnVertex& vertex = drawing.vertices[i];
    text += fmt::format("  v{} [label={}, {}];\n", i, label(vertex.label), style_of(vertex.kind));
  }
  for (const DrawnEdge& edge : drawing.edges) text += line_of(edge);
  return text + "}\n";
}

}  // namespace topoproof::drawing
