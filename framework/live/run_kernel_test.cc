// SPDX-License-Identifier: GPL-2.0-or-later
// Programs in the nodes of a running lab.
#include <string>

#include "live/live_test.hh"

namespace topoproof::live {
namespace {

class LiveProgram : public LiveTest {
 protected:
  void SetUp() override {
    LiveTest::SetUp();
    if (!IsSkipped()) up(holding("pair"));
  }
  std::string prints(const std::string& command) const { return output("pair", "red", command); }
};

TEST_F(LiveProgram, ExitStatusIsPassedThrough) {
  EXPECT_EQ(run("pair", "red", {"true"}), 0);
  EXPECT_EQ(run("pair", "red", {"sh", "-c", "exit 42"}), 42);
  EXPECT_EQ(run("pair", "red", {"sh", "-c", "kill -9 $$"}), 128 + 9);
}

TEST_F(LiveProgram, ThatCannotBeRunIsToldByTheExitStatus) {
  EXPECT_EQ(run("pair", "red", {"no-such-program"}), 127);
  EXPECT_EQ(run("pair", "red", {"/etc/passwd"}), 126);
}

TEST_F(LiveProgram, FindsNodesByTheirNames) {
  EXPECT_EQ(prints("getent hosts blue"), "fd00::2         blue");
  EXPECT_EQ(prints("ping -4 -c1 -W2 blue >/dev/null && echo reached"), "reached");
}

TEST_F(LiveProgram, HasTheNodesNameAsItsHosts) {
  EXPECT_EQ(prints("uname -n"), "red");
  EXPECT_EQ(prints("echo $TOPOPROOF_LAB $TOPOPROOF_NODE"), "pair red");
}

// A mount namespace for each program took up to 20 ms to clear away, in which its caller waited.
TEST_F(LiveProgram, SharesItsMountsWithTheOthersOfItsNode) {
  const auto place = folder_.path() / "mounted";
  std::filesystem::create_directory(place);
  const std::string file = (place / "file").string();
  EXPECT_EQ(prints("{ mount -t tmpfs none " + place.string() + " && echo kept >" + file + "; }"),
            "");
  EXPECT_EQ(prints("cat " + file), "kept");
  EXPECT_EQ(output("pair", "blue", "ls " + place.string()), "");
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(LiveProgram, HasTheNamesOfItsLabWhateverBecomesOfTheMachines) {
  const auto names = [&] { return prints("grep -c blue /etc/hosts"); };
  EXPECT_EQ(names(), "2");
  prints("umount /etc/hosts");
  EXPECT_EQ(names(), "2");
}

// All nodes read one file, and wrote into it.
TEST_F(LiveProgram, WritesTheNamesOfItsNodeAlone) {
  prints("sh -c 'echo 10.9.9.9 other >>/etc/hosts; echo search example >>/etc/resolv.conf'");
  const std::string ask = "grep -hE 'other|search' /etc/hosts /etc/resolv.conf";
  EXPECT_EQ(prints(ask), "10.9.9.9 other\nsearch example");
  EXPECT_EQ(output("pair", "blue", ask), "");
}

TEST_F(LiveTest, NodesHaveNamesOfTheirOwn) {
  up(holding("named",
             "nodes: { red: { hosts: [10.0.0.9 www.example www, 10.0.0.8 blue] }, blue: }\n"
             "links: [ 'red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.2/24' ]\n"));
  EXPECT_EQ(output("named", "red", "getent hosts www blue"),
            "10.0.0.9        www.example www\n10.0.0.8        blue");
  EXPECT_EQ(output("named", "blue", "getent hosts www blue"), "10.0.0.2        blue");
}

TEST_F(LiveProgram, SeesTheProcessesOfTheLabAlone) {
  EXPECT_EQ(prints("ls -d /proc/[0-9]* | wc -l").size(), 1U);
  EXPECT_NE(prints("cat /proc/1/comm"), "systemd");
}

// /sys was the machine's, to be seen and, by root, to be written.
TEST_F(LiveProgram, SeesTheInterfacesOfItsNodeAlone) {
  EXPECT_EQ(prints("ls /sys/class/net | xargs"), "eth0 lo");
  EXPECT_EQ(prints("test -e /sys/class/net/eth0/address && echo there"), "there");
}

TEST_F(LiveProgram, GetsTheSignalsOfItsCaller) {
  const Waiting ready(folder_.path());
  const pid_t caller = ::fork();
  if (caller == 0) {
    Client client(state_, "pair");
    const std::string script = "trap 'exit 5' USR1; sleep 1000 & " + ready.say() + "; wait";
    ::_exit(run_in_node(client, "red", {"sh", "-c", script}));
  }
  ready.wait();
  ::kill(caller, SIGUSR1);
  int status = 0;
  ::waitpid(caller, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 5);
}

TEST_F(LiveProgram, StaysInTheFolderItIsCalledFrom) {
  EXPECT_EQ(prints("pwd"), std::filesystem::current_path().string());
}

TEST_F(LiveProgram, LeavesNoProcessThatNobodyReaps) {
  run("pair", "red", {"sh", "-c", "(true &) ; true"});
  // The first process hears of it a moment later. One shell looks again and again: to run one for
  // each look would leave others for that moment.
  const std::string zombies = prints(
      "end=$(($(date +%s) + 5)); left=1; while [ $left != 0 ] && [ $(date +%s) -lt $end ]; do "
      "left=$(grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l); done; echo $left");
  EXPECT_EQ(zombies, "0");
}

}  // namespace
}  // namespace topoproof::live
