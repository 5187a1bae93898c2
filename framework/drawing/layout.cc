// SPDX-License-Identifier: GPL-2.0-or-later
#include "drawing/layout.hh"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <queue>
#include <random>

namespace topoproof::drawing {
namespace {

using Adjacency = std::vector<std::vector<std::size_t>>;

constexpr std::size_t kMostPivots = 400;  // above that, distances to a sample stand for all
constexpr int kRounds = 40;

Adjacency adjacency_of(std::size_t vertices, std::span<const LayoutEdge> edges) {
  Adjacency neighbors(vertices);
  for (const auto& [a, b] : edges) {
    neighbors[a].push_back(b);
    neighbors[b].push_back(a);
  }
  return neighbors;
}

// Number of edges from `start`; unreached vertices have none.
std::vector<std::optional<int>> hops_from(std::size_t start, const Adjacency& neighbors) {
  std::vector<std::optional<int>> hops(neighbors.size());
  std::queue<std::size_t> open;
  hops[start] = 0;
  for (open.push(start); !open.empty(); open.pop()) {
    for (const std::size_t next : neighbors[open.front()]) {
      if (hops[next]) continue;
      hops[next] = *hops[open.front()] + 1;
      open.push(next);
    }
  }
  return hops;
}

// Two vertices and how far apart they should be.
struct Spring {
  std::size_t a = 0;
  std::size_t b = 0;
  double length = 1;
};

std::vector<Spring> springs_of(const Adjacency& neighbors) {
  const std::size_t vertices = neighbors.size();
  const std::size_t pivots = std::min(vertices, kMostPivots);
  const double apart = 1 + std::sqrt(static_cast<double>(vertices));  // islands
  std::vector<Spring> springs;
  for (std::size_t i = 0; i < pivots; ++i) {
    const std::size_t pivot = i * vertices / pivots;
    const auto hops = hops_from(pivot, neighbors);
    for (std::size_t other = pivots == vertices ? pivot + 1 : 0; other < vertices; ++other) {
      if (other == pivot) continue;
      springs.push_back({pivot, other, hops[other] ? *hops[other] : apart});
    }
  }
  return springs;
}

// Uniform and the same everywhere, which std::shuffle and the distributions are not.
class Dice {
 public:
  std::size_t below(std::size_t limit) { return random_() % limit; }
  double unit() { return static_cast<double>(random_() >> 11) / 9007199254740992.0; }

 private:
  std::mt19937_64 random_{20111};
};

void shuffle(std::vector<Spring>& springs, Dice& dice) {
  for (std::size_t i = springs.size(); i > 1; --i)
    std::swap(springs[i - 1], springs[dice.below(i)]);
}

// Moves both ends towards the length of the spring; `rate` 1 moves all the way.
void relax(std::vector<Point>& points, const Spring& spring, double rate) {
  Point& a = points[spring.a];
  Point& b = points[spring.b];
  const double dx = a.x - b.x;
  const double dy = a.y - b.y;
  const double distance = std::max(std::hypot(dx, dy), 1e-9);
  const double move = rate * (spring.length - distance) / (2 * distance);
  a = {a.x + move * dx, a.y + move * dy};
  b = {b.x - move * dx, b.y - move * dy};
}

Point middle_of(std::span<const Point> points) {
  Point sum;
  for (const Point& point : points) sum = {sum.x + point.x, sum.y + point.y};
  const auto count = static_cast<double>(std::max<std::size_t>(points.size(), 1));
  return {sum.x / count, sum.y / count};
}

// Turns the principal axis to the horizontal.
void lay_flat(std::vector<Point>& points) {
  const Point middle = middle_of(points);
  double xx = 0;
  double xy = 0;
  double yy = 0;
  for (const Point& point : points) {
    xx += (point.x - middle.x) * (point.x - middle.x);
    xy += (point.x - middle.x) * (point.y - middle.y);
    yy += (point.y - middle.y) * (point.y - middle.y);
  }
  const double angle = -std::atan2(2 * xy, xx - yy) / 2;
  for (Point& point : points) {
    const Point from{point.x - middle.x, point.y - middle.y};
    point = {from.x * std::cos(angle) - from.y * std::sin(angle),
             from.x * std::sin(angle) + from.y * std::cos(angle)};
  }
}

// Half of what two intervals around a and b overlap; negative if they do not.
double overlap(double a, double b, double size_a, double size_b) {
  return (size_a + size_b) / 4 - std::abs(a - b) / 2;
}

bool push_apart(Point& a, Point& b, const Point& size_a, const Point& size_b) {
  const double in_x = overlap(a.x, b.x, size_a.x, size_b.x);
  const double in_y = overlap(a.y, b.y, size_a.y, size_b.y);
  if (in_x <= 0 || in_y <= 0) return false;
  if (in_x < in_y) {
    const double move = a.x < b.x ? -in_x : in_x;
    a.x += move;
    b.x -= move;
  } else {
    const double move = a.y < b.y ? -in_y : in_y;
    a.y += move;
    b.y -= move;
  }
  return true;
}

}  // namespace

std::vector<Point> layout_by_distance(std::size_t vertices, std::span<const LayoutEdge> edges) {
  Dice dice;
  std::vector<Point> points(vertices);
  for (Point& point : points) point = {dice.unit(), dice.unit()};
  auto springs = springs_of(adjacency_of(vertices, edges));
  double longest = 1;
  for (const Spring& spring : springs) longest = std::max(longest, spring.length);

  // The rate of a spring is its weight (length^-2) times a factor that falls from where all
  // springs move fully to where the shortest move by a tenth.
  double factor = longest * longest;
  const double cooling = std::pow(0.1 / factor, 1.0 / (kRounds - 1));
  for (int round = 0; round < kRounds; ++round, factor *= cooling) {
    shuffle(springs, dice);
    for (const Spring& spring : springs) {
      relax(points, spring, std::min(1.0, factor / (spring.length * spring.length)));
    }
  }
  lay_flat(points);
  return points;
}

std::vector<Point> layout_around(std::span<const std::optional<Point>> known,
                                 std::span<const LayoutEdge> edges) {
  std::vector<Point> placed;
  for (const auto& point : known) {
    if (point) placed.push_back(*point);
  }
  const Point middle = middle_of(placed);
  std::vector<Point> points;
  for (const auto& point : known) points.push_back(point.value_or(middle));

  const auto neighbors = adjacency_of(known.size(), edges);
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (known[i] || neighbors[i].empty()) continue;
      std::vector<Point> around;
      for (const std::size_t neighbor : neighbors[i]) around.push_back(points[neighbor]);
      points[i] = middle_of(around);
    }
  }
  return points;
}

void separate(std::vector<Point>& points, std::span<const Point> sizes) {
  // Points that coincide would be moved along one line: a tiny spiral tells them apart.
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double angle = static_cast<double>(i) * std::numbers::phi * 2 * std::numbers::pi;
    points[i] = {points[i].x + std::cos(angle) * 0.5, points[i].y + std::sin(angle) * 0.5};
  }
  bool moved = true;
  for (int round = 0; moved && round < 4 * kRounds; ++round) {
    moved = false;
    for (std::size_t i = 0; i < points.size(); ++i) {
      for (std::size_t j = i + 1; j < points.size(); ++j) {
        moved = push_apart(points[i], points[j], sizes[i], sizes[j]) || moved;
      }
    }
  }
}

}  // namespace topoproof::drawing
