// SPDX-License-Identifier: GPL-2.0-or-later
#include <cmath>

#include <gtest/gtest.h>

#include "drawing/dot.hh"
#include "drawing/layout.hh"
#include "drawing/svg.hh"
#include "topology/generators.hh"
#include "topology/test_networks.hh"

namespace topoproof::drawing {
namespace {

using topology::at;
using topology::container_network;
using topology::make_chain;

double distance(const Point& a, const Point& b) { return std::hypot(a.x - b.x, a.y - b.y); }

//   a ── b, and both in the same bridge
TEST(Dot, SaysNodesBridgesAndTheEndsOfLinks) {
  topology::Topology net("a \"small\" net");
  net.add_node({.name = "a", .forwarding = true, .loopback = {at("10.255.0.1/32")}});
  net.add_bridge({.name = "br0", .node = net.add_node({.name = "b"})});
  link(net, "a:eth0 10.0.0.1/24", "b:br0/p0");
  EXPECT_EQ(to_dot(net), R"dot(graph "a \"small\" net" {
  graph [overlap=false, splines=true];
  node [fontname="sans-serif", fontsize=11];
  edge [fontname="sans-serif", fontsize=9];
  v0 [label="a\n10.255.0.1/32", shape=box, style="rounded,filled", fillcolor="#dbe9f9"];
  v1 [label="b", shape=box, style="rounded,filled", fillcolor="#f4f4f4"];
  v2 [label="br0", shape=ellipse, style=filled, fillcolor="#fdebd0"];
  v1 -- v2 [style=dashed];
  v0 -- v2 [taillabel="eth0\n10.0.0.1/24", headlabel="p0"];
}
)dot");
}

TEST(Svg, NamesEverythingOnce) {
  const std::string svg = to_svg(container_network());
  for (const char* text : {">red<", ">v-eth-0<", ">192.168.15.5/24<", ">veth-blue-br<"}) {
    EXPECT_NE(svg.find(text), std::string::npos) << text;
    EXPECT_EQ(svg.find(text), svg.rfind(text)) << text;
  }
  EXPECT_EQ(svg, to_svg(container_network()));
}

TEST(Svg, LeavesEndsOutOfLargeNetworks) {
  EXPECT_EQ(to_svg(make_chain(100)).find("eth1"), std::string::npos);
  EXPECT_NE(to_svg(make_chain(100), {.details = SvgOptions::Details::Always}).find("eth1"),
            std::string::npos);
}

TEST(Svg, EscapesNames) {
  topology::Topology net("<&>");
  EXPECT_NE(to_svg(net).find("<title>&lt;&amp;&gt;</title>"), std::string::npos);
}

//   0 ── 1 ── 2 ── 3
TEST(Layout, AChainIsDrawnAsALine) {
  const auto points = layout_by_distance(4, std::vector<LayoutEdge>{{0, 1}, {1, 2}, {2, 3}});
  EXPECT_NEAR(distance(points[0], points[1]), 1, 0.1);
  EXPECT_NEAR(distance(points[0], points[3]), 3, 0.1);
  EXPECT_NEAR(points[0].y, points[3].y, 0.1);
}

//   0 at (0, 0), 2 at (4, 0); 1 is between them, 3 alone
TEST(Layout, TheUnknownGoBetweenTheirNeighbors) {
  const std::vector<std::optional<Point>> known{Point{0, 0}, std::nullopt, Point{4, 0},
                                                std::nullopt};
  const auto points = layout_around(known, std::vector<LayoutEdge>{{0, 1}, {1, 2}});
  EXPECT_EQ(points[1].x, 2);
  EXPECT_EQ(points[3].x, 2);
  EXPECT_EQ(points[2].x, 4);
}

TEST(Layout, BoxesAtOnePlaceAreMovedApart) {
  std::vector<Point> points(5, Point{100, 100});
  separate(points, std::vector<Point>(5, Point{40, 20}));
  for (std::size_t i = 1; i < points.size(); ++i) {
    const bool apart =
        std::abs(points[0].x - points[i].x) > 39 || std::abs(points[0].y - points[i].y) > 19;
    EXPECT_TRUE(apart) << i;
  }
}

}  // namespace
}  // namespace topoproof::drawing
