// SPDX-License-Identifier: GPL-2.0-or-later
// Programs in a namespace: started, waited for, ended with all that they started.
#include <algorithm>

#include <gtest/gtest.h>

#include "service/hosts.hh"
#include "service/services.hh"
#include "sys/event_loop.hh"
#include "sys/files.hh"
#include "sys/kernel_test.hh"
#include "sys/output.hh"
#include "sys/process.hh"
#include "topology/test_networks.hh"

namespace topoproof::service {
namespace {

using std::chrono::milliseconds;
using topology::Program;
using topology::Readiness;

Program program(const std::string& name, const std::string& line, Readiness ready = {}) {
  return {.name = name,
          .command = topology::shell_command(line),
          .ready = std::move(ready),
          .where = {.file = "red.topo.yaml", .line = 1, .column = 1}};
}

topology::Topology network(std::vector<Program> programs) {
  topology::Topology network;
  network.add_node({.name = "red", .programs = std::move(programs)});
  return network;
}

const Readiness kPort80{.ports = {{flow::Protocol::Tcp, 80}}};

class ServicesTest : public sys::KernelTest {
 protected:
  void change_to(Services& services, const topology::Topology& topology) {
    name_files_.tell_of(topology);
    services.change_to(
        topology, [this](NodeId) -> const sys::Netns& { return netns_; }, folder_.path());
  }

  std::string refusal(const Program& program) {
    Services services(options_);
    try {
      change_to(services, network({program}));
    } catch (const std::exception& refused) {
      return refused.what();
    }
    return "ready";
  }

  std::string log(const std::string& service) const {
    return sys::read_file(log_of(folder_.path(), "red", service)).value_or("none");
  }

  sys::TempDir folder_;
  sys::Netns netns_ = sys::Netns::create();
  NameFiles name_files_{folder_.path()};
  Options options_{.logs = folder_.path(), .name_files = name_files_, .own_processes = true};
};

TEST_F(ServicesTest, AreReadyWhenTheirLineIsPrinted) {
  Services services(options_);
  change_to(services, network({program("one", "echo now; exec sleep 1000", {.log = "now"})}));
  const auto states = services.states();
  ASSERT_EQ(states.size(), 1U);
  EXPECT_EQ(states[0].state, State::Ready);
  EXPECT_EQ(log("one"), "now");
}

TEST_F(ServicesTest, AreReadyWhenTheirCommandSaysSo) {
  const Readiness there{.command = {"test", "-e", "there"}};
  Services services(options_);
  change_to(services, network({program("one", "touch there; exec sleep 1000", there)}));
  EXPECT_EQ(services.states().at(0).state, State::Ready);
}

TEST_F(ServicesTest, RunInTheNodeWithTheirEnvironment) {
  Program one =
      program("one", "echo $TOPOPROOF_NODE $COLOUR $(hostname); exec sleep 1000", {.log = "blue"});
  one.environment = {{"COLOUR", "deep blue"}};
  Services services(options_);
  change_to(services, network({one}));
  EXPECT_EQ(log("one"), "red deep blue red");
}

TEST_F(ServicesTest, FindNodesByTheirNames) {
  topology::Topology net = topology::container_network();
  net.node(NodeId(0)).programs = {
      program("one", "getent hosts blue; exec sleep 1000", {.log = "blue"})};
  Services services(options_);
  change_to(services, net);
  EXPECT_EQ(log("one"), "192.168.15.2    blue");
}

TEST_F(ServicesTest, ThatFailSayWhatTheyPrintedLast) {
  EXPECT_EQ(refusal(program("one", "echo oh no; exit 7", kPort80)),
            "service 'one' of 'red' ended with status 7 before it was ready; it said last:\n"
            "  oh no");
  EXPECT_EQ(refusal(program("two", "exit 1", kPort80)),
            "service 'two' of 'red' ended with status 1 before it was ready; it said nothing");
}

// As dnsmasq does where nobody tells it to stay root.
TEST_F(ServicesTest, ThatMayNotBecomeAnotherUserSayWhatToDo) {
  const std::string said = "dnsmasq: failed to change group-id to dip: Operation not permitted";
  EXPECT_EQ(
      refusal(program("one", "echo '" + said + "'; exit 5", kPort80)),
      "service 'one' of 'red' ended with status 5 before it was ready; it said last:\n  " + said +
          "\na node has one user, root: let the program stay that (dnsmasq with -u root, nginx "
          "with `user root;`)");
}

TEST_F(ServicesTest, ThatAskForNothingAreRefusedIfTheyEndAtOnce) {
  if (sys::kChildrenHaveThreads) TOPOPROOF_SKIP("children of one thread (thread sanitizer)");
  EXPECT_EQ(refusal(program("one", "false")),
            "service 'one' of 'red' ended with status 1 before it was ready; it said nothing");
  EXPECT_TRUE(
      refusal(program("two", "no-such-program -g"))
          .starts_with(
              "service 'two' of 'red' ended with status 127 before it was ready; it said last:\n"));
  EXPECT_EQ(refusal(program("three", "exit 0")), "ready");
}

// They were ready when they had run for 100 ms, whatever they did.
TEST_F(ServicesTest, ThatAskForNothingAreReadyOnceTheyWait) {
  const std::string work = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; (exec touch there);";
  Services services(options_);
  change_to(services, network({program("one", work + " exec sleep 1000")}));
  EXPECT_EQ(services.states().at(0).state, State::Ready);
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "there"));
}

TEST_F(ServicesTest, ThatAskForNothingAndNeverWaitAreToSayWhenTheyAreReady) {
  const std::string busy = "while :; do :; done";
  EXPECT_EQ(refusal(program("one", busy, {.within = milliseconds(50)})),
            "service 'one' of 'red' was not ready after 50ms: it does not say when it is "
            "(`ready:`), and has not come to a point where it waits; it said nothing");
  EXPECT_EQ(refusal(program("two", busy, {.command = {"true"}})), "ready");
}

// A pipe that is full would hold it up.
TEST_F(ServicesTest, MayPrintMoreThanIsKept) {
  const std::string much = "head -c 20000000 /dev/zero; echo end; exec sleep 1000";
  Services services(options_);
  change_to(services, network({program("one", much, {.log = "end"})}));
  const auto file = log_of(folder_.path(), "red", "one");
  EXPECT_TRUE(log_text(file).ends_with("end\n"));
  EXPECT_LE(log_text(file).size(), 2 * kLongestLog);
}

TEST_F(ServicesTest, ThatEndWhenTheyWereReadyAreTrouble) {
  const auto until = [](const std::string& file, const std::string& then) {
    return "until [ -e " + file + " ]; do sleep 0.01; done; " + then;
  };
  Services services(options_);
  change_to(services, network({program("fails", until("go", "echo oh no; exit 3")),
                               program("is done", until("go", "exit 0"))}));
  EXPECT_EQ(services.trouble(), "");
  sys::save_file(folder_.path() / "go", "");
  const auto all_ended = [&] {
    return std::ranges::all_of(services.states(),
                               [](const Status& one) { return one.state == State::Ended; });
  };
  ASSERT_TRUE(sys::EventLoop().run_until(all_ended, sys::Clock::now() + std::chrono::seconds(5)));
  EXPECT_EQ(services.trouble(),
            "service 'fails' of 'red' ended with status 3; it said last:\n  oh no");
}

TEST_F(ServicesTest, ThatTakeTooLongSayWhatIsMissing) {
  Readiness soon = kPort80;
  soon.within = milliseconds(50);
  EXPECT_EQ(refusal(program("one", "exec sleep 1000", soon)),
            "service 'one' of 'red' was not ready after 50ms: nobody listens on tcp/80; "
            "it said nothing");
  EXPECT_EQ(refusal(program("two", "exec sleep 1000",
                            {.command = {"false"}, .within = milliseconds(50)})),
            "service 'two' of 'red' was not ready after 50ms: `false` has not ended with 0; "
            "it said nothing");
}

TEST_F(ServicesTest, WithoutAProgramOrFolderAreRefused) {
  Program one = program("one", "");
  one.command = {"no-such-program"};
  EXPECT_EQ(
      refusal(one),
      "service 'one' of 'red' cannot be started: run no-such-program: No such file or directory");
  Program two = program("two", "true");
  two.folder = "/no/such";
  EXPECT_EQ(refusal(two),
            "service 'two' of 'red' cannot be started: go to the folder /no/such: No such file or "
            "directory");
}

// The shell's child has a session of its own: only the PID namespace holds it.
TEST_F(ServicesTest, EndWithAllTheyStarted) {
  const std::string lock = (folder_.path() / "lock").string();
  const Readiness locked{.command = topology::shell_command("! flock -n lock true")};
  {
    Services services(options_);
    change_to(services,
              network({program("one", "setsid flock lock sleep 1000 & exec sleep 1000", locked)}));
  }
  EXPECT_EQ(sys::run_process({"flock", "-n", lock, "true"}).exit_status, 0);
}

TEST_F(ServicesTest, AreAskedToEndBeforeTheyAreKilled) {
  Services services(options_);
  change_to(services, network({program("one",
                                       "trap 'echo bye; exit 0' TERM; echo there;"
                                       " while :; do sleep 0.01; done",
                                       {.log = "there"})}));
  services.end(std::chrono::seconds(5));
  EXPECT_TRUE(log("one").ends_with("bye")) << log("one");
}

TEST_F(ServicesTest, ThatStayTheSameGoOn) {
  const std::string line = "exec sleep 1000";
  Services services(options_);
  change_to(services, network({program("one", line), program("two", line)}));
  const auto before = services.states();
  const auto next = network({program("two", line), program("three", line)});
  EXPECT_EQ(services.difference(next),
            "end service one of red\nstart service three of red: exec sleep 1000\n");
  change_to(services, next);
  const auto after = services.states();
  ASSERT_EQ(after.size(), 2U);
  EXPECT_EQ(after[0].process, before[1].process);
  EXPECT_EQ(services.difference(next), "");
}

}  // namespace
}  // namespace topoproof::service
