// SPDX-License-Identifier: GPL-2.0-or-later
// Labs that go on running: started, used, ended, and killed.
#include <filesystem>

#include "live/live_test.hh"
#include "live/starting.hh"
#include "sys/process.hh"

namespace topoproof::live {
namespace {

class LiveLab : public LiveTest {};

TEST_F(LiveLab, GoesOnWhenItsStarterHasEnded) {
  ASSERT_EQ(in_child([&] { return up(holding("pair")), 0; }), 0);
  EXPECT_EQ(run("pair", "red", {"ping", "-c1", "-W2", "10.0.0.2"}), 0);
}

TEST_F(LiveLab, IsListedWhileItRuns) {
  up(holding("pair"));
  const auto labs = list_labs(state_);
  ASSERT_EQ(labs.size(), 1U);
  EXPECT_EQ(labs[0].record.name, "pair");
  EXPECT_EQ(labs[0].record.nodes, 2U);
  EXPECT_EQ(labs[0].state, LabState::Running);
  down("pair");
  EXPECT_TRUE(list_labs(state_).empty());
}

TEST_F(LiveLab, HandsOutAllItsNamespaces) {
  up(holding("pair"));
  const Joined joined = Client(state_, "pair").join();
  ASSERT_EQ(joined.nodes.size(), 2U);
  EXPECT_EQ(joined.nodes[0].name, "red");
  EXPECT_EQ(joined.nodes[1].name, "blue");
  EXPECT_NE(joined.nodes[0].netns.id(), joined.nodes[1].netns.id());
}

TEST_F(LiveLab, StandsBesideOthers) {
  up(holding("one"));
  up(holding("two"));
  EXPECT_EQ(run("one", "red", {"ping", "-c1", "-W2", "10.0.0.2"}), 0);
  down("one");
  EXPECT_EQ(run("two", "red", {"ping", "-c1", "-W2", "10.0.0.2"}), 0);
}

TEST_F(LiveLab, EndsWithAllThatRunsInIt) {
  up(holding("pair"));
  run("pair", "red", {"sh", "-c", "sleep 1000 & echo $! >" + (folder_.path() / "pid").string()});
  Client client(state_, "pair");
  const auto holder = sys::open_process(client.holder());
  client.end();
  // The kernel ends a PID namespace's processes before its first one is gone.
  EXPECT_TRUE(sys::has_ended(holder));
}

TEST_F(LiveLab, RefusesANameInUse) {
  up(holding("pair"));
  EXPECT_EQ(refusal([&] { up(holding("pair")); }),
            "a lab 'pair' is running already: choose another name with --name, or end it with "
            "topoproof down pair");
  EXPECT_EQ(refusal([&] { up(holding("../pair")); }),
            "'../pair' is no name for a lab: up to 64 letters, digits, '-', '_' and '.'; say one "
            "with --name");
}

TEST_F(LiveLab, SaysWhichNodeIsMeant) {
  up(holding("pair"));
  EXPECT_EQ(refusal([&] { Client(state_, "pair").join({"rde"}); }),
            "lab 'pair' has no node 'rde'; did you mean 'red'?");
  EXPECT_EQ(refusal([&] { Client(state_, "pari"); }),
            "there is no lab 'pari'; did you mean 'pair'?");
}

TEST_F(LiveLab, LeavesNothingIfItCannotBeBuilt) {
  const auto refused = [&](const std::string& text) {
    try {
      up(holding("bad", text));
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
    return std::string("not refused");
  };
  EXPECT_NE(
      refused("nodes: { red: { sysctls: { net.ipv4.no_such: 1 } } }").find("net.ipv4.no_such"),
      std::string::npos);
  EXPECT_TRUE(state_.names().empty());
}

TEST_F(LiveLab, ThatWasKilledIsARecordUntilItIsCollected) {
  up(holding("pair"));
  const pid_t holder = Client(state_, "pair").holder();
  const auto process = sys::open_process(holder);
  ASSERT_EQ(::kill(holder, SIGKILL), 0);
  sys::wait_for_end(process);
  EXPECT_EQ(list_labs(state_).at(0).state, LabState::Dead);
  EXPECT_EQ(refusal([&] { Client(state_, "pair"); }),
            "lab 'pair' has died, and all that ran in it with it: its holder was killed, or the "
            "machine was started anew; topoproof gc removes what is left of it");
  EXPECT_EQ(refusal([&] { choose_lab(state_, std::nullopt); }),
            "no lab is running; pair died: topoproof gc removes what is left");
  EXPECT_EQ(state_.collect(), std::vector<std::string>{"pair"});
  EXPECT_TRUE(state_.names().empty());
}

TEST_F(LiveLab, TakesTheNameOfOneThatDied) {
  up(holding("pair"));
  const pid_t holder = Client(state_, "pair").holder();
  const auto process = sys::open_process(holder);
  ::kill(holder, SIGKILL);
  sys::wait_for_end(process);
  up(holding("pair"));
  EXPECT_EQ(list_labs(state_).at(0).state, LabState::Running);
}

TEST_F(LiveLab, EndsOnceHoweverManyAskForIt) {
  up(holding("pair"));
  Client first(state_, "pair");
  Client second(state_, "pair");
  first.end();
  EXPECT_NO_THROW(second.end());
  EXPECT_TRUE(state_.names().empty());
}

TEST_F(LiveLab, EndsOnSigterm) {
  up(holding("pair"));
  const pid_t holder = Client(state_, "pair").holder();
  const auto process = sys::open_process(holder);
  ::kill(holder, SIGTERM);
  sys::wait_for_end(process);
  EXPECT_TRUE(state_.names().empty());
}

TEST_F(LiveLab, IsNotKeptFromWorkByAClientThatSaysNonsense) {
  up(holding("pair"));
  sys::Channel channel = sys::Channel::connect(state_.folder_of("pair") / "socket");
  channel.send("nonsense");
  EXPECT_NE(channel.receive().value().text.find("failed"), std::string::npos);
  EXPECT_EQ(Client(state_, "pair").join().nodes.size(), 2U);
}

// The first process of a lab waits for all others, and one whose parent is outside, and stopped,
// was never waited for: `down` hung.
TEST_F(LiveLab, EndsAlsoIfAProgramsCallerIsStopped) {
  up(holding("pair"));
  const Waiting ready(folder_.path());
  const pid_t caller = ::fork();
  if (caller == 0) {
    Client client(state_, "pair");
    ::_exit(run_in_node(client, "red", {"sh", "-c", ready.say() + "; exec sleep 1000"}));
  }
  ready.wait();
  ::kill(caller, SIGSTOP);
  int status = 0;
  ::waitpid(caller, &status, WUNTRACED);
  ASSERT_TRUE(WIFSTOPPED(status));
  down("pair");
  EXPECT_TRUE(state_.names().empty());
  ::kill(caller, SIGCONT);
  ::waitpid(caller, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 128 + SIGKILL);
}

TEST_F(LiveLab, LosesALinkAndGetsItBackWithItsRoutes) {
  up(holding("pair"));
  Client client(state_, "pair");
  const auto set = [&](bool up) {
    return client.ask({.verb = Verb::SetLink, .nodes = {"blue"}, .interface = "eth0", .up = up});
  };
  EXPECT_EQ(set(false), "blue:eth0 is down\n");
  EXPECT_NE(run("pair", "red", {"ping", "-c1", "-W1", "10.0.0.2"}), 0);
  EXPECT_EQ(set(false), "blue:eth0 is down already\n");
  EXPECT_EQ(set(true), "blue:eth0 is up\n");
  EXPECT_EQ(run("pair", "red", {"ping", "-c1", "-W2", "10.0.0.2"}), 0);
  EXPECT_EQ(run("pair", "red", {"ping", "-c1", "-W2", "fd00::2"}), 0);
  EXPECT_EQ(output("pair", "blue", "ip route show 10.9.0.0/16"),
            "10.9.0.0/16 via 10.0.0.1 dev eth0 ");
}

// A lab whose service waits for something that never comes.
class LiveStart : public LiveTest {
 protected:
  // RETURNS: a process that is building it; its exit code is 7 if it was interrupted.
  pid_t start_building() {
    const pid_t starter = ::fork();
    if (starter == 0) {
      int code = 0;
      try {
        up(holding("slow", "nodes: { red: { services: { wait: { run: \"" + ready_.say() +
                               "; exec sleep 1000\", ready: { log: never }, within: 10m } } } }"));
      } catch (const StartInterrupted&) {
        code = 7;
      } catch (const std::exception&) {
        code = 8;
      }
      ::_exit(code);
    }
    ready_.wait();
    return starter;
  }
  static int exit_code(pid_t process) {
    int status = 0;
    ::waitpid(process, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  StartingHolder holder() const { return find_holder(state_.folder_of("slow")); }

  Waiting ready_{folder_.path()};
};

// Ctrl-C left the lab, which could neither be used nor ended.
TEST_F(LiveStart, ThatIsInterruptedLeavesNothing) {
  const pid_t starter = start_building();
  const StartingHolder building = holder();
  ASSERT_GT(building.pid, 0);
  EXPECT_EQ(list_labs(state_).at(0).state, LabState::Starting);
  EXPECT_EQ(list_labs(state_).at(0).holder, building.pid);
  ::kill(starter, SIGINT);
  EXPECT_EQ(exit_code(starter), 7);
  EXPECT_TRUE(sys::has_ended(building.process));
  EXPECT_TRUE(state_.names().empty());
}

TEST_F(LiveStart, OfAKilledProgramLeavesNothing) {
  const pid_t starter = start_building();
  const StartingHolder building = holder();
  ::kill(starter, SIGKILL);
  EXPECT_EQ(exit_code(starter), 128 + SIGKILL);
  sys::wait_for_end(building.process);
  EXPECT_TRUE(state_.names().empty());
}

TEST_F(LiveStart, CanBeEndedByOthers) {
  const pid_t starter = start_building();
  end_lab(state_, "slow");
  EXPECT_EQ(exit_code(starter), 8);
  EXPECT_TRUE(state_.names().empty());
}

TEST(StateFolder, OfAnotherIsRefused) {
  const sys::TempDir folder;
  std::filesystem::create_directory(folder.path() / "open");
  std::filesystem::permissions(folder.path() / "open", std::filesystem::perms::all);
  EXPECT_THROW(StateFolder(folder.path() / "open"), Refusal);
}

}  // namespace
}  // namespace topoproof::live
