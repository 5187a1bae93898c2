// SPDX-License-Identifier: GPL-2.0-or-later
// A build that is cut short, at any step and in any way, leaves nothing.
#include <csignal>

#include <gtest/gtest.h>

#include "lab/census.hh"
#include "lab/faulty_executor.hh"
#include "lab/lab.hh"
#include "lab/test_topologies.hh"
#include "netfilter/text.hh"
#include "sys/error.hh"
#include "sys/kernel_test.hh"

namespace topoproof::lab {
namespace {

class NothingLeftTest : public sys::KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (sys::kChildrenHaveThreads) TOPOPROOF_SKIP("children of one thread (thread sanitizer)");
  }
};

std::string expected_sentence(const plan::Plan& plan, std::size_t step) {
  return plan::describe(plan.steps[step], plan.nodes) + ": Input/output error";
}

// Builds until the step is refused. RETURNS: the refusal.
std::string refusal_at(const plan::Plan& plan, std::size_t step) {
  Namespaces namespaces(plan.nodes.size());
  LinuxExecutor linux(plan.nodes, namespaces);
  FaultyExecutor faulty(plan.nodes, linux, step);
  try {
    execute(plan, faulty);
  } catch (const sys::SystemError& refused) {
    return refused.what();
  }
  return "nothing was refused";
}

std::string fail_at_every_step(const plan::Plan& plan) {
  std::string wrong;
  for (std::size_t step = 0; step < plan.steps.size(); ++step) {
    const std::string refusal = refusal_at(plan, step);
    if (refusal != expected_sentence(plan, step)) wrong += refusal + "\n";
  }
  if (!no_namespace_is_left()) wrong += "namespaces are left";
  return wrong;
}

// Ends the process that executes it, in the middle of its work.
class EndingExecutor final : public Executor {
 public:
  EndingExecutor(Executor& inner, std::size_t step, int signal)
      : inner_(inner), remaining_(step), signal_(signal) {}

  void execute(const plan::Step& step) override {
    if (remaining_-- == 0) std::raise(signal_);
    inner_.execute(step);
  }
  void finish() override { inner_.finish(); }

 private:
  Executor& inner_;
  std::size_t remaining_;
  int signal_;
};

void end_at(const plan::Plan& plan, std::size_t step, int signal) {
  Namespaces namespaces(plan.nodes.size());
  LinuxExecutor linux(plan.nodes, namespaces);
  EndingExecutor ending(linux, step, signal);
  execute(plan, ending);
}

std::string end_at_many_steps(const plan::Plan& plan, int signal) {
  const std::string before = surroundings();
  std::string wrong;
  for (std::size_t step = 0; step < plan.steps.size(); step += 7) {
    if (signal_that_ends([&] { end_at(plan, step, signal); }) != signal) wrong += "not ended\n";
  }
  if (!no_namespace_is_left()) wrong += "namespaces are left";
  if (surroundings() != before) wrong += "links, mounts or children are left";
  return wrong;
}

TEST_F(NothingLeftTest, TheCensusSeesANamespaceThatIsHeld) {
  const auto hold_one = [] {
    const sys::Netns held = sys::Netns::create();
    return no_namespace_is_left(std::chrono::milliseconds(200)) ? "not seen" : "seen";
  };
  EXPECT_EQ(in_own_namespaces(hold_one), "seen");
}

TEST_F(NothingLeftTest, AfterARefusalAtAnyStep) {
  const plan::Plan plan = plan_of(container_nat());
  EXPECT_EQ(in_own_namespaces([&] { return fail_at_every_step(plan); }), "");
}

TEST_F(NothingLeftTest, AfterKillAtManySteps) {
  const plan::Plan plan = plan_of(container_nat());
  EXPECT_EQ(in_own_namespaces([&] { return end_at_many_steps(plan, SIGKILL); }), "");
}

TEST_F(NothingLeftTest, AfterAnInterruptAtManySteps) {
  const plan::Plan plan = plan_of(container_nat());
  EXPECT_EQ(in_own_namespaces([&] { return end_at_many_steps(plan, SIGINT); }), "");
}

TEST_F(NothingLeftTest, AfterALabIsGone) {
  const plan::Plan plan = plan_of(container_nat());
  const auto build_and_drop = [&] {
    const std::string before = surroundings();
    {
      const Lab lab(plan);
    }
    return no_namespace_is_left() && surroundings() == before ? "nothing" : "something is left";
  };
  EXPECT_EQ(in_own_namespaces(build_and_drop), "nothing");
}

// nft's library has a process that lives on, and is not to hold what it was given.
TEST_F(NothingLeftTest, AfterRulesWereLoadedAsText) {
  const auto load_and_drop = [] {
    const Issues refused =
        netfilter::load_text(sys::Netns::create(), "table ip t {\n chain c { }\n}\n");
    if (!refused.empty()) return to_string(refused);
    return std::string(no_namespace_is_left() ? "nothing" : "something is left");
  };
  EXPECT_EQ(in_own_namespaces(load_and_drop), "nothing");
}

}  // namespace
}  // namespace topoproof::lab
