// SPDX-License-Identifier: GPL-2.0-or-later
#include "drawing/svg.hh"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>

#include <fmt/format.h>

#include "drawing/drawing.hh"
#include "drawing/layout.hh"

namespace topoproof::drawing {
namespace {

constexpr std::size_t kMostDetailedLinks = 60;
constexpr double kMargin = 30;
constexpr double kLineHeight = 14;
constexpr double kStagger = 28;
constexpr double kLetterWidth = 6.8;     // of the bold names, at their font size
constexpr double kEndLetterWidth = 5.4;  // of the labels of links

// All within the picture's own class: it may stand in a page that has styles, too.
constexpr std::string_view kStyle = R"(  <style>
    .topology text { font-family: sans-serif; font-size: 11px; text-anchor: middle; }
    .topology .name { font-weight: bold; }
    .topology .end { font-size: 9.5px; fill: #333; paint-order: stroke; stroke: #fff; stroke-width: 3px; }
    .topology rect { stroke: #456; stroke-width: 1.2; }
    .topology .router { fill: #dbe9f9; } .topology .host { fill: #f4f4f4; }
    .topology .bridge { fill: #fdebd0; }
    .topology path { fill: none; stroke: #678; stroke-width: 1.4; }
    .topology .owner { stroke: #c90; stroke-dasharray: 4 3; }
  </style>
)";

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      default:
        result.push_back(c);
    }
  }
  return result;
}

Point size_of(const LabelLines& label, double letter_width) {
  std::size_t longest = 2;
  for (const std::string& line : label) longest = std::max(longest, line.size());
  return {letter_width * static_cast<double>(longest),
          kLineHeight * static_cast<double>(label.size())};
}

Point box_of(const LabelLines& label) {
  const Point size = size_of(label, kLetterWidth);
  return {size.x + 12, size.y + 8};
}

std::vector<LayoutEdge> edges_of(const Drawing& drawing) {
  std::vector<LayoutEdge> edges;
  for (const DrawnEdge& edge : drawing.edges) edges.emplace_back(edge.from, edge.to);
  return edges;
}

// The Mercator projection: shapes of countries as people know them.
Point projected(const topology::Position& position) {
  const double latitude = std::clamp(position.latitude, -85.0, 85.0) * std::numbers::pi / 180;
  return {position.longitude, -std::asinh(std::tan(latitude)) * 180 / std::numbers::pi};
}

double median_length(const std::vector<Point>& points, std::span<const LayoutEdge> edges) {
  std::vector<double> lengths;
  for (const auto& [a, b] : edges) {
    const double length = std::hypot(points[a].x - points[b].x, points[a].y - points[b].y);
    if (length > 0) lengths.push_back(length);
  }
  if (lengths.empty()) return 1;
  std::ranges::sort(lengths);
  return lengths[lengths.size() / 2];
}

// A place for every vertex, in pixels, so that a typical edge is `edge_length` long.
std::vector<Point> place(const Drawing& drawing, double edge_length) {
  const auto edges = edges_of(drawing);
  std::vector<std::optional<Point>> known;
  std::size_t nodes = 0;
  for (const DrawnVertex& vertex : drawing.vertices) {
    if (vertex.kind != DrawnVertex::Kind::Bridge) ++nodes;
    known.push_back(vertex.position.transform(projected));
  }
  const auto mapped = static_cast<std::size_t>(std::ranges::count_if(
      known, [](const std::optional<Point>& point) { return point.has_value(); }));
  auto points = mapped > 0 && 2 * mapped >= nodes ? layout_around(known, edges)
                                                  : layout_by_distance(known.size(), edges);
  const double scale = edge_length / median_length(points, edges);
  for (Point& point : points) point = {point.x * scale, point.y * scale};
  return points;
}

double mean_degree(const Drawing& drawing) {
  const auto vertices = static_cast<double>(std::max<std::size_t>(drawing.vertices.size(), 1));
  return 2 * static_cast<double>(drawing.edges.size()) / vertices;
}

class Picture {
 public:
  Picture(const topology::Topology& topology, bool details)
      : name_(topology.name()), drawing_(draw(topology)), details_(details) {
    for (DrawnVertex& vertex : drawing_.vertices) {
      if (!details_) vertex.label.resize(1);
      boxes_.push_back(box_of(vertex.label));
    }
    points_ = place(drawing_, details_ ? 200 + 40 * mean_degree(drawing_) : 110);
    const Point room = details_ ? Point{190, 90} : Point{8, 8};  // for the labels of two ends
    std::vector<Point> spaces;
    for (const Point& box : boxes_) spaces.push_back({box.x + room.x, box.y + room.y});
    separate(points_, spaces);
    move_into_view();
  }

  std::string text() {
    std::string text = fmt::format(
        "<svg class=\"topology\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} "
        "{1:.0f}\" "
        "width=\"{0:.0f}\" height=\"{1:.0f}\">\n  <title>{2}</title>\n{3}"
        "  <rect width=\"100%\" height=\"100%\" fill=\"#fff\" style=\"stroke: none\"/>\n",
        size_.x, size_.y, escaped(name_), kStyle);
    std::string labels;  // above all lines
    for (const DrawnEdge& edge : drawing_.edges) text += edge_text(edge, labels);
    for (std::size_t i = 0; i < points_.size(); ++i) text += vertex_text(i);
    return text + labels + "</svg>\n";
  }

 private:
  void move_into_view() {
    Point least{1e300, 1e300};
    Point most{-1e300, -1e300};
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const Point half{boxes_[i].x / 2 + kMargin, boxes_[i].y / 2 + kMargin};
      least = {std::min(least.x, points_[i].x - half.x), std::min(least.y, points_[i].y - half.y)};
      most = {std::max(most.x, points_[i].x + half.x), std::max(most.y, points_[i].y + half.y)};
    }
    if (points_.empty()) least = most = {};
    for (Point& point : points_) point = {point.x - least.x, point.y - least.y};
    size_ = {most.x - least.x, most.y - least.y};
  }

  std::string vertex_text(std::size_t i) const {
    static constexpr std::string_view kClasses[] = {"router", "host", "bridge"};
    const DrawnVertex& vertex = drawing_.vertices[i];
    const Point& at = points_[i];
    const Point& box = boxes_[i];
    std::string text = fmt::format(
        "  <rect class=\"{}\" data-vertex=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
        "height=\"{:.1f}\" "
        "rx=\"{}\"/>\n",
        kClasses[static_cast<std::size_t>(vertex.kind)], i, at.x - box.x / 2, at.y - box.y / 2,
        box.x, box.y, vertex.kind == DrawnVertex::Kind::Bridge ? 2 : 7);
    return text + lines_text(at, vertex.label, "name", "");
  }

  // Lines under each other, their middle at the point.
  static std::string lines_text(const Point& at, const LabelLines& lines, std::string_view first,
                                std::string_view others) {
    std::string text;
    double y = at.y - kLineHeight * (static_cast<double>(lines.size()) - 1) / 2 + 4;
    for (const std::string& line : lines) {
      const auto style = &line == &lines.front() ? first : others;
      text += fmt::format("  <text{} x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
                          style.empty() ? "" : fmt::format(" class=\"{}\"", style), at.x, y,
                          escaped(line));
      y += kLineHeight;
    }
    return text;
  }

  // The control point of the edge's curve: parallel ones are bent to both sides in turn.
  Point bend_of(const DrawnEdge& edge) {
    const Point& a = points_[edge.from];
    const Point& b = points_[edge.to];
    const int nth = parallel_[std::minmax(edge.from, edge.to)]++;
    const double side = (nth + 1) / 2 * (nth % 2 == 0 ? -1.0 : 1.0);
    const double turned = edge.from < edge.to ? 1 : -1;
    const double length = std::max(std::hypot(b.x - a.x, b.y - a.y), 1.0);
    const double offset = 50 * side * turned / length;
    return {(a.x + b.x) / 2 - (b.y - a.y) * offset, (a.y + b.y) / 2 + (b.x - a.x) * offset};
  }

  std::string edge_text(const DrawnEdge& edge, std::string& labels) {
    const Point& a = points_[edge.from];
    const Point& b = points_[edge.to];
    const Point bend = bend_of(edge);
    if (details_) {
      labels += lines_text(label_place(edge.from, bend, edge.at_from), edge.at_from, "end", "end");
      labels += lines_text(label_place(edge.to, bend, edge.at_to), edge.at_to, "end", "end");
    }
    return fmt::format("  <path{} d=\"M {:.1f} {:.1f} Q {:.1f} {:.1f} {:.1f} {:.1f}\"/>\n",
                       edge.is_link ? "" : " class=\"owner\"", a.x, a.y, bend.x, bend.y, b.x, b.y);
  }

  // Outside of the box of a vertex, on the way to `towards`; labels of one vertex in turn nearer
  // and farther, so that those of neighbouring links are not on top of each other.
  Point label_place(std::size_t vertex, const Point& towards, const LabelLines& label) {
    const Point& at = points_[vertex];
    const double dx = towards.x - at.x;
    const double dy = towards.y - at.y;
    const double length = std::max(std::hypot(dx, dy), 1.0);
    const Point size = size_of(label, kEndLetterWidth);
    const double half_x = (boxes_[vertex].x + size.x) / 2;
    const double half_y = (boxes_[vertex].y + size.y) / 2;
    const double nearest = std::min(half_x / std::max(std::abs(dx) / length, 1e-6),
                                    half_y / std::max(std::abs(dy) / length, 1e-6));
    const double reach = nearest + kStagger * (labels_[vertex]++ % 2);
    return {at.x + dx / length * reach, at.y + dy / length * reach};
  }

  std::string name_;
  Drawing drawing_;
  bool details_;
  std::vector<Point> boxes_;
  std::vector<Point> points_;
  Point size_;
  std::map<std::pair<std::size_t, std::size_t>, int> parallel_;  // edges drawn so far
  std::map<std::size_t, int> labels_;                            // by vertex, placed so far
};

}  // namespace

std::string to_svg(const topology::Topology& topology, const SvgOptions& options) {
  const bool few = topology.links().size() <= kMostDetailedLinks;
  const bool details = options.details == SvgOptions::Details::Always ||
                       (options.details == SvgOptions::Details::Automatic && few);
  return Picture(topology, details).text();
}

}  // namespace topoproof::drawing
