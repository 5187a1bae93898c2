// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/update.hh"

#include <gtest/gtest.h>

#include "plan/between.hh"
#include "plan/identities.hh"
#include "plan/planner.hh"
#include "state/difference.hh"
#include "topofile/reader.hh"

namespace topoproof::plan {
namespace {

Plan plan_of(const std::string& text) {
  return make_plan(topofile::parse_topology(text, "t.topo.yaml").value()).value();
}

// What runs after the update, by the names of nodes that remain.
std::string differences_after(const Plan& before, const Update& update) {
  States states = expected(renumbered(before, update.nodes));
  for (const Step& step : update.steps) foresee(step.operation, states);
  const States wanted = expected(update.plan);
  std::string text;
  for (std::size_t i = 0; i < update.remaining; ++i) {
    text += state::to_string(state::diff(wanted[i], states[i]));
  }
  return text;
}

const char* const kTriangle = R"(
nodes:
  a: { routes: [10.2.0.0/24 via 10.1.0.2], forwarding: true }
  b: { bridges: { br: { ipv4: 10.9.0.1/24 } } }
  c: { neighbors: [10.2.0.1 lladdr 02:00:00:00:aa:01 dev b0] }
links:
  - a:b0 10.1.0.1/24 -- b:a0 10.1.0.2/24
  - c:b0 10.2.0.3/24 -- b:c0 10.2.0.2/24
)";

struct Change {
  std::string name;
  std::string before;
  std::string after;
  std::string steps;
};

class UpdateOf : public testing::TestWithParam<Change> {};

TEST_P(UpdateOf, TakesTheFewestSteps) {
  const Plan before = plan_of(GetParam().before);
  const Update update = make_update(before, plan_of(GetParam().after));
  EXPECT_EQ(to_string(update), GetParam().steps);
  EXPECT_EQ(differences_after(before, update), "");
}

// After a change that failed on its way nothing else was possible than to end the lab.
TEST_P(UpdateOf, CanBeGoneOnWithFromWhereverItEnded) {
  const Plan before = plan_of(GetParam().before);
  const Plan after = plan_of(GetParam().after);
  const Update update = make_update(before, after);
  for (std::size_t done = 0; done <= update.steps.size(); ++done) {
    const auto steps = std::span(update.steps).first(done);
    const Plan between = plan_between(before, update.nodes, steps);
    States there = expected(renumbered(before, update.nodes));
    for (const Step& step : steps) foresee(step.operation, there);
    const States planned = expected(between);
    std::string text;
    for (std::size_t i = 0; i < there.size(); ++i) {
      text += state::to_string(state::diff(planned[i], there[i]));
    }
    EXPECT_EQ(text, "") << "after " << done << " steps of\n" << GetParam().steps;
    EXPECT_EQ(differences_after(between, make_update(between, after)), "") << done;
    EXPECT_EQ(differences_after(between, make_update(between, before)), "") << done;
  }
}

TEST_P(UpdateOf, IsNothingTheSecondTime) {
  const Update update = make_update(plan_of(GetParam().before), plan_of(GetParam().after));
  EXPECT_TRUE(make_update(update.plan, plan_of(GetParam().after)).is_empty());
}

std::string with(std::string text, const std::string& part, const std::string& other) {
  return text.replace(text.find(part), part.size(), other);
}

INSTANTIATE_TEST_SUITE_P(
    Plans, UpdateOf,
    testing::Values(
        Change{"nothing", kTriangle, kTriangle, ""},
        Change{"a_link_more_before_all_others", kTriangle,
               with(kTriangle, "links:\n", "links:\n  - a:c0 10.3.0.1/24 -- c:a0 10.3.0.3/24\n"),
               "+ create link c0 veth index 106 mac 02:00:00:00:00:6a mtu 1500 up in a with peer "
               "link a0 veth index 107 mac 02:00:00:00:00:6b mtu 1500 down in c\n"
               "+ add address 10.3.0.1/24 to a:c0\n"
               "+ set link c:a0 up\n"
               "+ add address 10.3.0.3/24 to c:a0\n"},
        Change{"a_route_another", kTriangle, with(kTriangle, "10.2.0.0/24 via", "10.4.0.0/24 via"),
               "- delete route 10.2.0.0/24 via 10.1.0.2 dev b0 in a\n"
               "+ add route 10.4.0.0/24 via 10.1.0.2 dev b0 in a\n"},
        Change{"a_node_less", kTriangle,
               with(with(kTriangle,
                         "  c: { neighbors: [10.2.0.1 lladdr 02:00:00:00:aa:01 dev b0] }\n", ""),
                    "  - c:b0 10.2.0.3/24 -- b:c0 10.2.0.2/24\n", ""),
               "- delete link b:c0\n"
               "- let go namespace c\n"},
        Change{"an_address_another", kTriangle, with(kTriangle, "a:b0 10.1.0.1", "a:b0 10.1.0.9"),
               "- delete neighbor 10.1.0.1 on a0 is 02:00:00:00:00:66 permanent in b\n"
               "- delete neighbor 10.1.0.2 on b0 is 02:00:00:00:00:67 permanent in a\n"
               "- delete route 10.2.0.0/24 via 10.1.0.2 dev b0 in a\n"
               "- delete address 10.1.0.1/24 from a:b0\n"
               "+ add address 10.1.0.9/24 to a:b0\n"
               "+ add route 10.2.0.0/24 via 10.1.0.2 dev b0 in a\n"
               "+ add neighbor 10.1.0.2 on b0 is 02:00:00:00:00:67 permanent in a\n"
               "+ add neighbor 10.1.0.9 on a0 is 02:00:00:00:00:66 permanent in b\n"},
        Change{"rules_another", with(kTriangle, "forwarding: true", "nftables: 'add table ip x'"),
               with(kTriangle, "forwarding: true", "nftables: 'add table ip y'"),
               "- flush ruleset in a\n"
               "+ load rules of t.topo.yaml:3:55 in a\n"}),
    [](const auto& row) { return row.param.name; });

// What is not said step by step: that it is right is enough.
std::string wrong_after(const std::string& after) {
  const Plan before = plan_of(kTriangle);
  return differences_after(before, make_update(before, plan_of(after)));
}

TEST(Update, MakesAnEndAPort) {
  EXPECT_EQ(
      wrong_after(with(with(kTriangle, "b:c0 10.2.0.2/24", "b:br/c0"), "10.9.0.1", "10.2.0.2")),
      "");
}

TEST(Update, MakesAnotherNetworkOfTheSameNodes) {
  EXPECT_EQ(wrong_after("nodes: { c: {}, b: {}, a: {} }\n"
                        "links: [ 'c:b0 10.2.0.3/24 -- a:c0 10.2.0.2/24' ]"),
            "");
}

// To write ip_forward resets whether redirects are accepted.
TEST(Update, PinsANodeAgainWhoseForwardingChanges) {
  const Update update = make_update(
      plan_of(kTriangle), plan_of(with(kTriangle, "forwarding: true", "forwarding: false")));
  const std::string text = to_string(update);
  EXPECT_NE(text.find("net.ipv4.ip_forward = 0 in a"), std::string::npos) << text;
  EXPECT_NE(text.find("accept_redirects"), std::string::npos) << text;
  EXPECT_TRUE(update.notes.empty()) << text;
}

TEST(Update, SaysWhatItCannotTakeBack) {
  const Plan before = plan_of("nodes: { a: { sysctls: { net.ipv4.tcp_syncookies: 0 } } }");
  EXPECT_EQ(to_string(make_update(before, plan_of("nodes: { a: {} }"))),
            "  net.ipv4.tcp_syncookies of a stays as it is: nobody says what it was before\n");
}

}  // namespace
}  // namespace topoproof::plan
