// SPDX-License-Identifier: GPL-2.0-or-later
// A program with namespaces and taps is ended in every way there is, and nothing stays. Each
// namespace has a veth whose far end is with the test: it goes when the namespace really has gone.
//
//   the test's namespace        program's namespace i
//   [ far<i> ]------------------[ near ]  <-- tap
//
// The test is the reaper of what the program leaves behind, so that no process can hide.
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/seed_of_run.hh"
#include "capture/tap_set.hh"
#include "sys/error.hh"
#include "sys/event_loop.hh"
#include "sys/kernel_test.hh"
#include "sys/process.hh"
#include "sys/sweeper.hh"

namespace topoproof::capture {
namespace {

using namespace std::chrono_literals;

// ---- the program ----

// RETURNS: whether this process has no child any more, zombies and clones included.
bool reap_all() {
  pid_t reaped = 0;
  do reaped = ::waitpid(-1, nullptr, WNOHANG | __WALL);
  while (reaped > 0);
  return reaped < 0;
}

constexpr int kGroups = 20;
constexpr int kNodesOfAGroup = 10;
constexpr int kStepsOfAGroup = 3;
constexpr int kSteps = kGroups * kStepsOfAGroup + 1;  // each is told on stdout, by a byte

constexpr int kSweeperStayed = 3;  // an exit status

struct Interrupted : std::runtime_error {
  using runtime_error::runtime_error;
};

class Program {
 public:
  // Builds, and stays until it is told on stdin how to end: by an exception ('x') or without ('q').
  void run() {
    nodes_.reserve(kGroups * kNodesOfAGroup);
    for (int group = 0; group < kGroups; ++group) build_group();
    for (TapSet& set : taps_) set.wait();
    tell_step();
    char order = 0;
    if (::read(STDIN_FILENO, &order, 1) == 1 && order == 'x') throw Interrupted("as told");
  }

 private:
  void build_group() {
    const auto first = nodes_.size();
    for (int i = 0; i < kNodesOfAGroup; ++i) nodes_.push_back(worker_.create());
    tell_step();
    connect_from(first);
    tell_step();
    std::vector<TapRequest> requests;
    for (auto i = first; i < nodes_.size(); ++i) requests.push_back({&nodes_[i], {.frames = 64}});
    taps_.emplace_back(std::move(requests));
    tell_step();  // they are being opened
  }

  void connect_from(std::size_t first) {
    std::string batch;
    for (auto i = first; i < nodes_.size(); ++i) {
      batch += fmt::format("link add far{} type veth peer name near netns /proc/{}/fd/{}\n", i,
                           ::getpid(), nodes_[i].fd());
    }
    const auto result = sys::run_process({"ip", "-batch", "-"}, nullptr, batch);
    if (result.exit_status != 0) throw std::runtime_error(result.output);
  }

  static void tell_step() { sys::check_result(static_cast<int>(::write(1, ".", 1)), "tell"); }

  sys::Sweeper sweeper_;
  sys::NetnsWorker worker_;
  std::vector<sys::Netns> nodes_;
  std::vector<TapSet> taps_;
};

[[noreturn]] void run_program(int input, int output) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setpgid(0, 0);
  ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  int status = 0;
  try {
    Program().run();
  } catch (const Interrupted&) {
    status = 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    status = 2;
  }
  ::_exit(reap_all() ? status : kSweeperStayed);
}

// ---- the test ----

struct Pipe {
  sys::Fd reader;
  sys::Fd writer;
};

Pipe open_pipe() {
  std::array<int, 2> ends{};
  sys::check_result(::pipe2(ends.data(), O_CLOEXEC), "open a pipe");
  return {sys::Fd(ends[0]), sys::Fd(ends[1])};
}

// Becomes readable when a link of this namespace changes or goes.
sys::Fd watch_links() {
  sys::Fd socket(sys::check_result(
      ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE), "watch links"));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK;
  sys::check_result(
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
      "watch links");
  return socket;
}

int count_far_ends() {
  auto* const links = ::if_nameindex();
  int count = 0;
  for (const auto* link = links; link->if_index != 0; ++link) {
    count += std::string_view(link->if_name).starts_with("far") ? 1 : 0;
  }
  ::if_freenameindex(links);
  return count;
}

class SweeperTest : public sys::KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigset_t child;
    ::sigemptyset(&child);
    ::sigaddset(&child, SIGCHLD);
    ::pthread_sigmask(SIG_BLOCK, &child, nullptr);
    deaths_ =
        sys::Fd(sys::check_result(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd"));
    links_ = watch_links();
    start();
  }

  void TearDown() override {
    if (program_ > 0) ::kill(program_, SIGKILL);
    wait_until([] { return reap_all() && count_far_ends() == 0; }, 60s);  // for the next test
  }

  void start() {
    Pipe input = open_pipe();
    Pipe output = open_pipe();
    program_ = sys::check_result(::fork(), "fork");
    if (program_ == 0) run_program(input.reader.get(), output.writer.get());
    orders_ = std::move(input.writer);
    output_ = std::move(output.reader);
  }

  void await_steps(int count) {
    char step = 0;
    for (int i = 0; i < count; ++i) ASSERT_EQ(::read(output_.get(), &step, 1), 1) << "step " << i;
  }

  void order(char how) { ASSERT_EQ(::write(orders_.get(), &how, 1), 1); }

  // RETURNS: the wait status of the program itself, after its end.
  int await_end() {
    int status = 0;
    EXPECT_EQ(::waitpid(program_, &status, 0), program_);
    program_ = 0;
    return status;
  }

  // The descriptors are all closed when the last process, zombies included, is gone; one after
  // another that takes over 4 s. The namespaces then go by a worker of the kernel that serves the
  // whole machine, behind those that others have let go: nothing of ours can delay or hasten it.
  void expect_nothing_stays() {
    EXPECT_TRUE(wait_until(reap_all, 4s)) << "a process is left";
    EXPECT_TRUE(wait_until([] { return count_far_ends() == 0; }, 30s)) << "a namespace is left";
  }

  // Asks `done` whenever a process has died or a link has gone.
  bool wait_until(const std::function<bool()>& done, sys::Clock::duration most) {
    sys::EventLoop loop;
    for (const int fd : {links_.get(), deaths_.get()}) {
      loop.watch(fd, EPOLLIN, [fd](std::uint32_t) {
        std::array<char, 65536> ignored{};
        while (::read(fd, ignored.data(), ignored.size()) > 0) continue;
      });
    }
    return loop.run_until(done, sys::Clock::now() + most);
  }

  pid_t program_ = 0;
  sys::Fd orders_;
  sys::Fd output_;
  sys::Fd deaths_;
  sys::Fd links_;
};

TEST_F(SweeperTest, AKilledProgramLeavesNothing) {
  await_steps(kSteps);
  EXPECT_EQ(count_far_ends(), kGroups * kNodesOfAGroup);
  ::kill(program_, SIGKILL);
  expect_nothing_stays();
}

TEST_F(SweeperTest, AProgramKilledWhileItBuildsLeavesNothing) {
  std::mt19937_64 random(seed_of_run());
  await_steps(std::uniform_int_distribution(1, kSteps - 1)(random));
  ::kill(program_, SIGKILL);
  expect_nothing_stays();
}

TEST_F(SweeperTest, AKillOfTheWholeProcessGroupSparesTheSweeper) {
  await_steps(kSteps);
  ::kill(-program_, SIGKILL);
  expect_nothing_stays();
}

TEST_F(SweeperTest, CtrlCSparesTheSweeper) {
  await_steps(kSteps);
  ::kill(-program_, SIGINT);
  EXPECT_EQ(WTERMSIG(await_end()), SIGINT);
  expect_nothing_stays();
}

TEST_F(SweeperTest, AReaderOfTheKilledProgramSeesItsEnd) {
  await_steps(kSteps);
  ::kill(program_, SIGKILL);
  pollfd end{output_.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&end, 1, 2000), 1);
  EXPECT_EQ(end.revents, POLLHUP);
}

TEST_F(SweeperTest, ANormalEndLeavesNoProcess) {
  await_steps(kSteps);
  order('q');
  EXPECT_EQ(WEXITSTATUS(await_end()), 0) << "3: the sweeper outlives its object";
}

TEST_F(SweeperTest, AnExceptionLeavesNoProcess) {
  await_steps(kSteps);
  order('x');
  EXPECT_EQ(WEXITSTATUS(await_end()), 1) << "3: the sweeper outlives its object";
}

}  // namespace
}  // namespace topoproof::capture
