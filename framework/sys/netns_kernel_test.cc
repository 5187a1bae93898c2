// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdexcept>

#include <gtest/gtest.h>

#include "sys/error.hh"
#include "sys/files.hh"
#include "sys/kernel_test.hh"
#include "sys/netns.hh"
#include "sys/process.hh"
#include "sys/sysctls.hh"

namespace topoproof::sys {
namespace {

using NetnsTest = KernelTest;

TEST_F(NetnsTest, CreatingOneLeavesTheCallerWhereItWas) {
  const auto before = Netns::current().id();
  const Netns created = Netns::create();
  EXPECT_NE(created.id(), before);
  EXPECT_EQ(Netns::current().id(), before);
}

TEST_F(NetnsTest, RunInEntersItAndComesBack) {
  const Netns ns = Netns::create();
  EXPECT_EQ(call_in(ns, [] { return Netns::current().id(); }), ns.id());
  EXPECT_NE(Netns::current().id(), ns.id());
}

TEST_F(NetnsTest, SysctlsAreThoseOfTheNamespaceOfTheThread) {
  constexpr const char* kForward = "net.ipv4.ip_forward";
  const Netns a = Netns::create();
  const Netns b = Netns::create();
  run_in(a, [] { Sysctls().write(kForward, "1"); });
  EXPECT_EQ(call_in(a, [] { return Sysctls().read(kForward); }), "1");
  EXPECT_EQ(call_in(b, [] { return Sysctls().read(kForward); }), "0");
}

TEST_F(NetnsTest, ASysctlThatIsNotThereCannotBeWrittenAndSaysSo) {
  Sysctls sysctls;
  EXPECT_EQ(sysctls.read("net.nowhere.nothing"), std::nullopt);
  EXPECT_EQ(sysctls.read("net.ipv4.nothing"), std::nullopt);
  const auto write = [&](const char* name) {
    try {
      sysctls.write(name, "1");
    } catch (const SystemError& refused) {
      return std::string(refused.what());
    }
    return std::string("written");
  };
  EXPECT_EQ(write("net.nowhere.nothing"),
            "write '1' to /proc/sys/net/nowhere/nothing: No such file or directory");
  EXPECT_EQ(write("net.ipv4.nothing"),
            "write '1' to /proc/sys/net/ipv4/nothing: No such file or directory");
}

TEST_F(NetnsTest, WorkerCreatesAndEntersMany) {
  NetnsWorker worker;
  const Netns a = worker.create();
  const Netns b = worker.create();
  std::uint64_t seen = 0;
  worker.run(a, [&] { seen = Netns::current().id(); });
  EXPECT_EQ(seen, a.id());
  worker.run(b, [&] { seen = Netns::current().id(); });
  EXPECT_EQ(seen, b.id());
}

TEST_F(NetnsTest, WorkerHandsExceptionsToTheCallerAndGoesOn) {
  NetnsWorker worker;
  const Netns ns = worker.create();
  EXPECT_THROW(worker.run(ns, [] { throw std::runtime_error("inside"); }), std::runtime_error);
  bool ran = false;
  worker.run(ns, [&] { ran = true; });
  EXPECT_TRUE(ran);
}

TEST_F(NetnsTest, WorkerDoesJobsWithinAJobAtOnceAndOnItsOwnThread) {
  NetnsWorker worker;
  const auto before = Netns::current().id();
  Netns created;
  std::uint64_t seen = 0;
  worker.perform([&] {
    created = worker.create();
    worker.run(created, [&] { seen = Netns::current().id(); });
  });
  EXPECT_EQ(seen, created.id());
  EXPECT_EQ(Netns::current().id(), before);
}

TEST_F(NetnsTest, SysctlsAreTheNamespacesOwn) {
  const Netns a = Netns::create();
  const Netns b = Netns::create();
  run_in(a, [] { write_sysctl("net.ipv4.ip_forward", "1"); });
  run_in(b, [] { write_sysctl("net.ipv4.ip_forward", "0"); });
  EXPECT_EQ(call_in(a, [] { return read_sysctl("net.ipv4.ip_forward"); }), "1");
}

TEST_F(NetnsTest, ARefusedSysctlSaysWhatWasTried) {
  const Netns ns = Netns::create();
  try {
    run_in(ns, [] { write_sysctl("net.ipv4.no_such_thing", "1"); });
    FAIL() << "the kernel took a sysctl that does not exist";
  } catch (const SystemError& error) {
    EXPECT_STREQ(error.what(),
                 "write '1' to /proc/sys/net/ipv4/no_such_thing: No such file or directory");
  }
}

TEST_F(NetnsTest, AProcessRunsInsideWithItsInput) {
  const Netns ns = Netns::create();
  EXPECT_EQ(run_process({"cat"}, &ns, "hello").output, "hello");
  EXPECT_EQ(run_process({"sh", "-c", "exit 3"}, &ns).exit_status, 3);
  const auto link = run_process({"readlink", "/proc/self/ns/net"}, &ns).output;
  EXPECT_EQ(link, "net:[" + std::to_string(ns.id()) + "]\n");
  EXPECT_THROW(run_process({"no-such-program-anywhere"}), SystemError);
}

}  // namespace
}  // namespace topoproof::sys
