// SPDX-License-Identifier: GPL-2.0-or-later
// Checks that come to programs of the user's. Those that are shipped (scenarios/) show that they
// are delivered; here are the programs that fail, and the packets that do not come to them.
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "runner/runner.hh"
#include "scenario/reader.hh"
#include "sys/error.hh"
#include "sys/event_loop.hh"
#include "sys/files.hh"
#include "sys/kernel_test.hh"
#include "sys/output.hh"
#include "sys/process.hh"
#include "sys/sweeper.hh"

namespace topoproof::runner {
namespace {

using scenario::CheckResult;
using scenario::parse_scenario;
using scenario::Phase;
using scenario::Progress;
using scenario::ScenarioResult;

// red:eth0 10.0.0.1 ------ eth0:blue 10.0.0.2
std::string pair_with(const std::string& blue, const std::string& checks) {
  return fmt::format(
      "nodes:\n  red:\n  blue: {{ {} }}\n"
      "links: [red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.2/24]\nchecks:\n{}",
      blue, checks);
}

ScenarioResult run_with(const std::string& blue, const std::string& checks) {
  const auto scenario = parse_scenario(pair_with(blue, checks), "pair.scenario.yaml");
  if (!scenario) throw std::runtime_error(to_string(scenario.error()));
  return run(*scenario);
}

std::string only_outcome(const ScenarioResult& result) {
  if (!result.error.empty() || result.checks.size() != 1) return result.error;
  const CheckResult& check = result.checks.front();
  return fmt::format("{}: {}", to_string(check.outcome), check.observed);
}

constexpr const char* kNetcat =
    "services: { www: { run: nc -lk 80, ready: tcp/80 }, dns: { run: nc -ulk 53, ready: udp/53 } }";

// With one rule in the chain of packets for the node itself.
std::string behind_rule(const std::string& rule) {
  return fmt::format(
      "{}, nftables: \"table inet f {{\\n chain c {{\\n type filter hook input priority 0;\\n"
      "{}\\n }}\\n}}\"",
      kNetcat, rule);
}

class ServicesOfScenario : public sys::KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped()) return;
    try {
      sys::find_program("nc");
    } catch (const sys::SystemError&) {
      TOPOPROOF_SKIP("the program nc");
    }
  }
};

TEST_F(ServicesOfScenario, ThatDoNotGetReadyAreAnError) {
  const auto result =
      run_with("services: { www: { run: 'echo cannot bind; exit 1', ready: tcp/80 } }",
               "  - red -> blue tcp/80: delivered\n");
  EXPECT_EQ(result.error,
            "service 'www' of 'blue' ended with status 1 before it was ready; it said last:\n"
            "  cannot bind");
}

TEST_F(ServicesOfScenario, AreReachedOverTcpAndUdp) {
  EXPECT_EQ(only_outcome(run_with(kNetcat, "  - red -> blue tcp/80: delivered\n")),
            "passed: delivered at blue, reply delivered at red");
  EXPECT_EQ(only_outcome(run_with(kNetcat, "  - red -> blue udp/53: delivered\n")),
            "passed: delivered at blue");
}

TEST_F(ServicesOfScenario, AreReachedThroughRulesThatLetPass) {
  EXPECT_EQ(only_outcome(run_with(behind_rule("udp dport 53 accept"),
                                  "  - red -> blue udp/53: delivered\n")),
            "passed: delivered at blue");
}

TEST_F(ServicesOfScenario, AreNotReachedThroughRulesThatDrop) {
  const auto udp = only_outcome(
      run_with(behind_rule("udp dport 53 drop"), "  - red -> blue udp/53: dropped at blue\n"));
  EXPECT_TRUE(udp.starts_with("passed: dropped at blue")) << udp;
  const auto tcp = only_outcome(
      run_with(behind_rule("tcp dport 80 drop"), "  - red -> blue tcp/80: dropped at blue\n"));
  EXPECT_TRUE(tcp.starts_with("passed: dropped at blue")) << tcp;
}

// A listener of the harness's would answer for the service that nobody hears of.
TEST_F(ServicesOfScenario, AreNotAnsweredForByTheHarness) {
  const auto result =
      run_with("services: { www: exec sleep 1000 }", "  - red -> blue tcp/80: delivered\n");
  ASSERT_EQ(result.checks.size(), 1U) << result.error;
  EXPECT_EQ(result.checks[0].outcome, Outcome::Failed);
  const CheckResult& check = result.checks[0];
  EXPECT_EQ(check.observed, "refused at blue: blue answered tcp reset from 10.0.0.2");
  EXPECT_NE(check.unknown.find("service 'www' may listen there;"), std::string::npos)
      << check.unknown;
}

TEST_F(ServicesOfScenario, AreFoundWhereTheyDoNotSayTheyListen) {
  const std::string both = "services: { www: nc -lk 80, dns: nc -ulk 53 }";
  EXPECT_EQ(only_outcome(run_with(both, "  - red -> blue tcp/80: delivered\n")),
            "passed: delivered at blue, reply delivered at red");
  EXPECT_EQ(only_outcome(run_with(both, "  - red -> blue udp/53: delivered\n")),
            "passed: delivered at blue");
}

// The service ends when the checks have begun, and the run goes on when it has.
TEST_F(ServicesOfScenario, ThatEndDuringTheChecksAreAnError) {
  const sys::TempDir folder;
  const std::string go = (folder.path() / "go").string();
  const auto scenario = parse_scenario(
      pair_with("services: { www: 'until [ -e " + go + " ]; do sleep 0.01; done; exit 3' }",
                "  - red -> blue icmp: delivered\n"),
      "pair.scenario.yaml");
  ASSERT_TRUE(scenario);
  const auto has_ended = [] {
    siginfo_t info{};
    ::waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WNOHANG);
    return info.si_pid != 0;
  };
  const auto result = run(*scenario, {}, [&](const Progress& progress) {
    if (progress.phase != Phase::Checking) return;
    sys::save_file(go, "");
    EXPECT_TRUE(sys::EventLoop().run_until(has_ended, sys::Clock::now() + std::chrono::seconds(5)));
  });
  EXPECT_EQ(result.error, "service 'www' of 'blue' ended with status 3; it said nothing");
}

// Runs with a service and a process of its own that the service has started, each of which holds a
// lock, and is killed when they do.
void run_and_be_killed(const std::filesystem::path& folder) {
  const sys::Sweeper sweeper;
  ::setenv("TMPDIR", folder.c_str(), 1);
  const auto held = [&](const char* lock) {
    return fmt::format("flock {}", (folder / lock).string());
  };
  const auto locks = [&](const char* lock) {
    return fmt::format("! flock -n {} true", (folder / lock).string());
  };
  const auto scenario = parse_scenario(
      pair_with(fmt::format("services: {{ www: {{ run: 'setsid {} sleep 1000 & exec {} sleep 1000',"
                            " ready: {{ command: '{} && {}' }} }} }}",
                            held("one"), held("two"), locks("one"), locks("two")),
                "  - red -> blue icmp: delivered\n"),
      "pair.scenario.yaml");
  if (!scenario) return;
  run(*scenario, {}, [&](const Progress& progress) {
    if (progress.phase == Phase::Checking) ::kill(::getpid(), SIGKILL);
  });
}

TEST_F(ServicesOfScenario, LeaveNothingWhenTheProgramIsKilled) {
  if (sys::kChildrenHaveThreads) TOPOPROOF_SKIP("children of one thread (thread sanitizer)");
  const sys::TempDir folder;
  const pid_t child = ::fork();
  if (child == 0) {
    run_and_be_killed(folder.path());
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  for (const char* lock : {"one", "two"}) {
    const auto file = (folder.path() / lock).string();
    EXPECT_TRUE(std::filesystem::exists(file));
    EXPECT_EQ(sys::run_process({"flock", "-w", "5", file, "true"}).exit_status, 0) << lock;
    std::filesystem::remove(file);
  }
  const auto is_swept = [&] { return std::filesystem::is_empty(folder.path()); };
  EXPECT_TRUE(sys::EventLoop().run_until(is_swept, sys::Clock::now() + std::chrono::seconds(5)));
}

// What becomes of a connection to a program behind its handshake is the program's affair: the
// kernel tells nothing of it, so that there is nothing to compare.
TEST_F(ServicesOfScenario, AreReachedWhenTheyAreConnected) {
  for (const std::string rule : {"tcp flags & fin == fin drop", "tcp flags & psh == psh drop"}) {
    EXPECT_EQ(only_outcome(run_with(behind_rule(rule), "  - red -> blue tcp/80: delivered\n")),
              "passed: delivered at blue, reply delivered at red");
  }
}

TEST_F(ServicesOfScenario, DoNotListenElsewhere) {
  const auto result = only_outcome(run_with(kNetcat, "  - red -> blue tcp/81: refused\n"));
  EXPECT_TRUE(result.starts_with("passed: refused at blue")) << result;
}

}  // namespace
}  // namespace topoproof::runner
