// SPDX-License-Identifier: GPL-2.0-or-later
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <thread>

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netfilter/text.hh"
#include "netlink/batch.hh"
#include "netlink/link.hh"
#include "netlink/socket.hh"
#include "sys/error.hh"
#include "sys/files.hh"
#include "sys/interrupt.hh"
#include "sys/kernel_test.hh"
#include "sys/netns.hh"

namespace topoproof::netfilter {
namespace {

class NftText : public sys::KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (!IsSkipped() && !HasFatalFailure()) netns_ = sys::Netns::create();
  }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_.path() / name) << text;
  }
  std::string path(const std::string& name) const { return folder_.path() / name; }

  sys::Netns netns_;
  sys::TempDir folder_;
};

constexpr auto* kGood = "table ip t {\n\tchain c {\n\t\ttcp dport 80 accept\n\t}\n}\n";

TEST_F(NftText, IsLoadedAndListed) {
  EXPECT_EQ(load_text(netns_, kGood), Issues{});
  EXPECT_EQ(list_ruleset_text(netns_), kGood);
}

TEST_F(NftText, AWrongLineIsNamedWithItsPlace) {
  const TextSource source{.file = "home.topo.yaml", .first_line = 21};
  const auto issues =
      load_text(netns_, "table ip t {\n chain c {\n  tcp dport 80 acept\n }\n}\n", source);
  ASSERT_FALSE(issues.empty());
  EXPECT_EQ(to_string(issues.front()),
            "home.topo.yaml:23:21: error: syntax error, unexpected newline");
}

TEST_F(NftText, ALineThatTheKernelRefusesIsNamedAndNothingIsLoaded) {
  const auto issues =
      load_text(netns_, "table ip t {\n chain c {\n  tcp dport 80 accept\n  jump nowhere\n }\n}\n",
                {.file = "r.nft"});
  ASSERT_EQ(issues.size(), 1U) << to_string(issues);
  EXPECT_EQ(to_string(issues[0]),
            "r.nft:4:8: error: Could not process rule: No such file or directory");
  EXPECT_EQ(list_ruleset_text(netns_), "");
}

TEST_F(NftText, IncludesCountFromTheFileAndDefinesHold) {
  write("ports.nft", "define web = 80\n");
  write("main.nft",
        "include \"./ports.nft\"\ntable ip t {\n chain c {\n tcp dport $web accept\n }\n}\n");
  EXPECT_EQ(to_string(load_file(netns_, path("main.nft"))), "");
  EXPECT_EQ(list_ruleset_text(netns_), kGood);
}

TEST_F(NftText, AMistakeInAnIncludedFileIsNamedThere) {
  write("part.nft", "\ntable ip t {\n chain c {\n  acept\n }\n}\n");
  write("main.nft", "include \"part.nft\"\n");
  const auto issues = load_file(netns_, path("main.nft"));
  ASSERT_FALSE(issues.empty());
  EXPECT_TRUE(issues[0].where.file.ends_with("part.nft")) << to_string(issues);
  EXPECT_EQ(issues[0].where.line, 4);
}

TEST_F(NftText, ALoaderSeesWhatOthersLoadedMeanwhile) {
  TextLoader loader(netns_);
  EXPECT_EQ(loader.load("table ip t {\n chain c { }\n}\n"), Issues{});
  EXPECT_EQ(load_text(netns_, "flush ruleset\n"), Issues{});
  EXPECT_EQ(to_string(loader.load("add rule ip t c accept\n")),
            "1:13: error: Could not process rule: No such file or directory\n");
  EXPECT_EQ(loader.load(kGood), Issues{});
  EXPECT_EQ(list_ruleset_text(netns_), kGood);
}

void add_bridge(const sys::Netns& netns, const std::string& name, std::uint32_t index) {
  sys::run_in(netns, [&] {
    netlink::Batch batch;
    encode(state::Link{.name = name, .kind = state::LinkKind::Bridge, .index = index},
           netlink::InterfaceNames(), batch.add(0, netlink::kCreateLink));
    netlink::Socket(netlink::Protocol::Route).commit(batch, [](auto) { return "add a bridge"; });
  });
}

// libnftables' list of interfaces is one for its whole process.
TEST_F(NftText, InterfacesAreThoseOfTheNamespaceWhateverOtherThreadsLoad) {
  static constexpr auto* kRule = "table ip t {\n\tchain c {\n\t\tiif \"br0\" accept\n\t}\n}\n";
  const sys::Netns second = sys::Netns::create();
  add_bridge(netns_, "br0", 10);
  add_bridge(second, "br0", 20);
  const auto load_often = [](const sys::Netns& netns) {
    TextLoader loader(netns);
    for (int i = 0; i < 30; ++i) {
      EXPECT_EQ(to_string(loader.load(std::string("flush ruleset\n") + kRule)), "");
      EXPECT_EQ(list_ruleset_text(netns), kRule);
    }
  };
  const std::jthread other(load_often, std::cref(second));
  load_often(netns_);
}

constexpr auto* kCrash = "table ip t {\n chain c {\n  ip ttl set jhash ip saddr mod 2\n }\n}\n";

// It ended the whole program. Should the library learn to refuse it, this says so.
TEST_F(NftText, ThatCrashesTheLibraryIsRefusedWithItsFile) {
  const auto issues = load_text(netns_, kCrash, {.file = "home.nft"});
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_TRUE(to_string(issues[0]).starts_with(
      "home.nft: error: nft's library crashed on this text (signal 6: "))
      << to_string(issues);
  EXPECT_NE(issues[0].text.find("Assertion"), std::string::npos) << issues[0].text;
}

TEST_F(NftText, LoadersGoOnAfterACrash) {
  TextLoader loader(netns_);
  TextLoader other(netns_);
  EXPECT_EQ(other.load("table ip t {\n chain c { }\n}\n"), Issues{});
  EXPECT_EQ(loader.load(kCrash).size(), 1U);
  EXPECT_EQ(loader.load("add rule ip t c tcp dport 80 accept\n"), Issues{});
  EXPECT_EQ(list_ruleset_text(netns_), kGood);
  EXPECT_EQ(other.load("flush ruleset\n"), Issues{});
  EXPECT_EQ(list_ruleset_text(netns_), "");
}

// A child that is forked while a loader lives uses a process of its own.
TEST_F(NftText, AForkedProcessLoadsForItself) {
  TextLoader loader(netns_);
  EXPECT_EQ(loader.load("table ip t {\n chain c { }\n}\n"), Issues{});
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(loader.load("add rule ip t c tcp dport 80 accept\n").empty() ? 0 : 1);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(list_ruleset_text(netns_), kGood);
  EXPECT_EQ(loader.load("flush ruleset\n"), Issues{});
}

// "monitor" never comes back: it listens to netlink's groups.
bool is_monitored(const sys::Netns& netns) {
  return sys::call_in(netns, [] {
    std::ifstream sockets("/proc/thread-self/net/netlink");
    std::string line;
    std::getline(sockets, line);  // names of the columns
    std::string address;
    std::string protocol;
    std::string port;
    std::string groups;
    while (sockets >> address >> protocol >> port >> groups && std::getline(sockets, line)) {
      if (protocol == "12" && groups.find_first_not_of('0') != std::string::npos) return true;
    }
    return false;
  });
}

bool comes_true(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

// It lived on for ever, and took no signal but SIGKILL.
TEST_F(NftText, ThatNeverEndsLeavesNoProcessBehind) {
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  const pid_t loader = ::fork();
  ASSERT_GE(loader, 0);
  if (loader == 0) ::_exit(load_text(netns_, "monitor\n").empty() ? 0 : 1);
  EXPECT_TRUE(comes_true([&] { return is_monitored(netns_); }));
  ::kill(loader, SIGKILL);
  ASSERT_EQ(::waitpid(loader, nullptr, 0), loader);
  int status = 0;  // of the library's process, which is ours now
  EXPECT_TRUE(comes_true([&] { return ::waitpid(-1, &status, WNOHANG) > 0; }));
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

// A command that only notes its first interrupt waited for ever.
TEST_F(NftText, ThatNeverEndsIsGivenUpWhenInterrupted) {
  const pid_t loader = ::fork();
  ASSERT_GE(loader, 0);
  if (loader == 0) {
    sys::catch_interrupts();
    try {
      static_cast<void>(load_text(netns_, "monitor\n"));
    } catch (const sys::SystemError& given_up) {
      ::_exit(given_up.error() == EINTR ? 7 : 1);
    }
    ::_exit(0);
  }
  EXPECT_TRUE(comes_true([&] { return is_monitored(netns_); }));
  ::kill(loader, SIGTERM);
  int status = 0;
  EXPECT_TRUE(comes_true([&] { return ::waitpid(loader, &status, WNOHANG) == loader; }));
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7) << status;
}

TEST_F(NftText, AMissingFileIsAnIssue) {
  EXPECT_EQ(to_string(load_file(netns_, "/nowhere.nft")),
            "/nowhere.nft: error: the file cannot be read\n");
}

}  // namespace
}  // namespace topoproof::netfilter
