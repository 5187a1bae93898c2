// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include "lab/dry_run_executor.hh"
#include "lab/fake_executor.hh"
#include "lab/faulty_executor.hh"
#include "lab/test_topologies.hh"
#include "sys/error.hh"

namespace topoproof::lab {
namespace {

// What the fake kernel says to one more step after the plan of the container network.
std::string refusal_of(plan::Operation operation) {
  const plan::Plan plan = plan_of(container_nat());
  FakeExecutor fake(plan.nodes);
  execute(plan, fake);
  try {
    fake.execute({std::move(operation), "it is a test"});
  } catch (const sys::SystemError& refused) {
    return refused.what();
  }
  return "taken";
}

TEST(FakeExecutor, TakesThePlanAndHoldsWhatItExpects) {
  const plan::Plan plan = plan_of(everything());
  FakeExecutor fake(plan.nodes);
  execute(plan, fake);
  EXPECT_EQ(fake.states(), plan::expected(plan));
}

TEST(FakeExecutor, RefusesTheImpossible) {
  const auto address = InterfaceAddress::parse("10.0.0.1/24").value();
  EXPECT_EQ(refusal_of(plan::AddAddress{kRed, {.interface = "eth7", .address = address}}),
            "add address 10.0.0.1/24 to red:eth7 (it is a test): No such device");
  EXPECT_EQ(refusal_of(plan::AddRoute{kRed, route("10.0.0.0/8", "10.0.0.9")}),
            "add route 10.0.0.0/8 via 10.0.0.9 in red (it is a test): Network is "
            "unreachable");
  EXPECT_EQ(refusal_of(plan::CreateNamespace{kRed}),
            "create namespace red (it is a test): File exists");
  EXPECT_EQ(refusal_of(plan::SetLink{.node = kRed, .interface = "veth-red", .master = "br7"}),
            "set link red:veth-red master br7 (it is a test): No such device");
  EXPECT_EQ(refusal_of(plan::AddBridgeEntry{kHost, {.port = "eth0"}}),
            "add bridge entry 00:00:00:00:00:00 at port eth0 static in host (it is a "
            "test): Operation not supported");
}

TEST(FakeExecutor, RefusesAPlanInTheWrongOrder) {
  plan::Plan plan = plan_of(container_nat());
  std::ranges::reverse(plan.steps);
  FakeExecutor fake(plan.nodes);
  EXPECT_THROW(execute(plan, fake), sys::SystemError);
}

TEST(FakeExecutor, APortWhoseFarEndIsDownTakesNoBridgeEntry) {
  const plan::Plan plan = plan_of(container_nat());
  FakeExecutor fake(plan.nodes);
  execute(plan, fake);
  fake.execute({plan::SetLink{.node = kBlue, .interface = "veth-blue", .up = false}, "of a test"});
  ASSERT_TRUE(std::holds_alternative<plan::AddBridgeEntry>(plan.steps.back().operation));
  EXPECT_THROW(fake.execute(plan.steps.back()), sys::SystemError);
}

TEST(DryRunExecutor, PrintsEveryStep) {
  const plan::Plan plan = plan_of(container_nat());
  std::ostringstream out;
  DryRunExecutor dry(plan.nodes, out);
  execute(plan, dry);
  EXPECT_NE(out.str().find("add address 192.168.15.1/24 to red:veth-red"), std::string::npos);
}

TEST(FaultyExecutor, FailsAtTheStepThatItIsTold) {
  const plan::Plan plan = plan_of(container_nat());
  FakeExecutor fake(plan.nodes);
  FaultyExecutor faulty(plan.nodes, fake, 1);
  faulty.execute(plan.steps[0]);
  EXPECT_THROW(faulty.execute(plan.steps[1]), sys::SystemError);
}

}  // namespace
}  // namespace topoproof::lab
