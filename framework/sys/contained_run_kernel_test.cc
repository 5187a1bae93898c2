// SPDX-License-Identifier: GPL-2.0-or-later
// Of `import shell`, which run by root changed sysctls and files of the machine itself.
#include <filesystem>

#include <gtest/gtest.h>

#include "sys/contained_run.hh"
#include "sys/file_lock.hh"
#include "sys/files.hh"
#include "sys/kernel_test.hh"
#include "sys/output.hh"

namespace topoproof::sys {
namespace {

class ContainedRunTest : public KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (kChildrenHaveThreads) TOPOPROOF_SKIP("children of one thread (thread sanitizer)");
  }
  ContainedProgram script(const std::string& text) const {
    return {
        .arguments = {"sh", "-c", text},
        .folder = folder_.path(),
        .files = {.kept = {folder_.path()}, .added = {{"bin/there", "#!/bin/sh\necho added\n"}}}};
  }
  static std::string said(const ContainedRun& run) { return run.output() + run.errors(); }

  TempDir folder_;
};

TEST_F(ContainedRunTest, ExitStatusAndOutputAreTold) {
  const ContainedRun run(script("echo out; echo wrong >&2; exit 7"));
  EXPECT_EQ(run.exit_status(), 7);
  EXPECT_EQ(run.output(), "out\n");
  EXPECT_EQ(run.errors(), "wrong\n");
  EXPECT_EQ(ContainedRun({.arguments = {"no-such-program"}}).exit_status(), 127);
}

TEST_F(ContainedRunTest, WritesNoSysctlButThoseOfItsNetwork) {
  // The value that it has: harmless if it were written.
  const ContainedRun global(
      script("for s in panic domainname hostname; do f=/proc/sys/kernel/$s; v=$(cat $f); "
             "(echo \"$v\" >$f) 2>/dev/null && echo written $s; done; true"));
  EXPECT_EQ(said(global), "");
  const ContainedRun remounted(
      script("mount -o remount,bind,rw /proc; mount -o remount,rw /proc; v=$(cat "
             "/proc/sys/kernel/panic); echo $v >/proc/sys/kernel/panic && echo written; true"));
  EXPECT_EQ(remounted.output(), "");
  const ContainedRun own(
      script("echo 1 >/proc/sys/net/ipv4/ip_forward; cat /proc/sys/net/ipv4/ip_forward"));
  EXPECT_EQ(said(own), "1\n");
}

TEST_F(ContainedRunTest, WritesNoFileOfTheMachine) {
  save_file(folder_.path() / "seen", "text");
  const ContainedRun run(
      script("cat seen; echo x >written; mount -o remount,bind,rw . ; echo x >written; "
             "echo x >/usr/topoproof-written; echo own >/etc/topoproof; cat /etc/topoproof; "
             "echo x >/tmp/x && /run/topoproof/bin/there; test -s /etc/passwd && echo copied"));
  EXPECT_EQ(run.output(), "textown\nadded\ncopied\n") << run.errors();
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "written"));
  EXPECT_FALSE(std::filesystem::exists("/usr/topoproof-written"));
  EXPECT_FALSE(std::filesystem::exists("/etc/topoproof"));
}

TEST_F(ContainedRunTest, SeesNoDeviceButTheHarmlessAndTheInterfacesOfItsOwn) {
  const ContainedRun run(
      script("ip link add v0 type veth peer name v1; ls /sys/class/net; find /dev -type b; "
             "echo x >/dev/null; ip netns add red; ip -n red link add v2 type veth peer name v3; "
             "ip netns exec red ls /sys/class/net"));
  EXPECT_EQ(said(run), "lo\nv0\nv1\nlo\nv2\nv3\n");
}

TEST_F(ContainedRunTest, NamesOfNamespacesAreThereAsLongAsItIs) {
  const ContainedRun run(script("ip netns add red; hostname other"));
  bool is_there = false;
  run.perform([&] { is_there = std::filesystem::exists("/run/netns/red"); });
  EXPECT_TRUE(is_there) << said(run);
  EXPECT_FALSE(std::filesystem::exists("/run/netns/red"));
}

// It waited for what the script had put into the background, or left it.
TEST_F(ContainedRunTest, EndsWhatItHasPutIntoTheBackground) {
  const auto file = folder_.path() / "locked";
  save_file(file, "");
  {
    const ContainedRun run(script("exec 9<locked; flock -n 9; sleep 1000 & echo on"));
    EXPECT_EQ(run.exit_status(), 0);
    EXPECT_EQ(said(run), "on\n");
    EXPECT_TRUE(is_locked(file));
  }
  EXPECT_FALSE(is_locked(file));
}

}  // namespace
}  // namespace topoproof::sys
