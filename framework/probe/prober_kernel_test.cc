// SPDX-License-Identifier: GPL-2.0-or-later
//   a:eth0 10.0.0.1/24, fd00::1/64 ------ b:eth0 10.0.0.2/24, fd00::2/64
#include <cerrno>

#include <gtest/gtest.h>

#include "probe/prober.hh"
#include "sys/kernel_test.hh"
#include "sys/process.hh"

namespace topoproof::probe {
namespace {

using namespace std::chrono_literals;

constexpr NodeId kA(0);
constexpr NodeId kB(1);

class ProberTest : public sys::KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    a_ = sys::Netns::create();
    b_ = sys::Netns::create();
    const std::string b_path =
        "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(b_.fd());
    shell(a_, "ip link add eth0 type veth peer name eth0 netns " + b_path +
                  " && ip link set lo up && ip link set eth0 up && "
                  "ip addr add 10.0.0.1/24 dev eth0 && ip addr add fd00::1/64 dev eth0 nodad");
    shell(b_,
          "ip link set lo up && ip link set eth0 up && "
          "ip addr add 10.0.0.2/24 dev eth0 && ip addr add fd00::2/64 dev eth0 nodad");
    prober_ = std::make_unique<Prober>(loop_, worker_, 42);
    prober_->add_node(kA, a_, true, true);
    prober_->add_node(kB, b_, true, true);
  }

  static void shell(const sys::Netns& ns, const std::string& script) {
    const auto result = sys::run_process({"sh", "-c", script}, &ns);
    ASSERT_EQ(result.exit_status, 0) << result.output;
  }

  static flow::Flow to_b(const std::string& address, const std::string& service) {
    return {.from = kA,
            .destination = IpAddress::parse(address).value(),
            .service = flow::Service::parse(service).value()};
  }

  const Attempt& launch(const flow::Flow& flow) {
    number_ = prober_->launch(std::span(&flow, 1));
    return prober_->attempt(number_);
  }
  bool wait_for(const std::function<bool()>& done) {
    return loop_.run_until(done, sys::Clock::now() + 5s);
  }

  sys::EventLoop loop_;
  sys::NetnsWorker worker_;
  sys::Netns a_;
  sys::Netns b_;
  std::unique_ptr<Prober> prober_;
  FlowNumber number_ = 0;
};

TEST_F(ProberTest, AnEchoRequestArrivesAtTheTargetsSocket) {
  const Attempt& attempt = launch(to_b("10.0.0.2", "icmp"));
  ASSERT_TRUE(wait_for([&] { return attempt.answered; }));
  EXPECT_EQ(attempt.arrivals[0].node, kB);
  EXPECT_EQ(to_string(attempt.arrivals[0].tuple), "10.0.0.1 -> 10.0.0.2 icmp");
}

TEST_F(ProberTest, AnIpv6EchoRequestArrivesAsWell) {
  const Attempt& attempt = launch(to_b("fd00::2", "icmp"));
  ASSERT_TRUE(wait_for([&] { return attempt.answered; }));
  EXPECT_EQ(to_string(attempt.arrivals[0].tuple), "fd00::1 -> fd00::2 icmp");
}

TEST_F(ProberTest, UdpIsAnsweredFromTheAddressThatWasAsked) {
  prober_->listen(kB, {flow::Protocol::Udp, 53}, Family::Ipv4);
  const Attempt& attempt = launch(to_b("10.0.0.2", "udp/53"));
  ASSERT_TRUE(wait_for([&] { return attempt.answered; }));
  EXPECT_EQ(to_string(attempt.arrivals[0].tuple), "10.0.0.1:20000 -> 10.0.0.2:53 udp");
  EXPECT_EQ(attempt.sent, attempt.arrivals[0].tuple);
}

TEST_F(ProberTest, UdpWithoutAListenerIsRefused) {
  const Attempt& attempt = launch(to_b("fd00::2", "udp/53"));
  ASSERT_TRUE(wait_for([&] { return attempt.later_error != 0; }));
  EXPECT_EQ(attempt.later_error, ECONNREFUSED);
  EXPECT_TRUE(attempt.arrivals.empty());
}

TEST_F(ProberTest, TcpConnectsCarriesDataBothWaysAndCloses) {
  prober_->listen(kB, {flow::Protocol::Tcp, 80}, Family::Ipv6);
  const Attempt& attempt = launch(to_b("fd00::2", "tcp/80"));
  ASSERT_TRUE(wait_for([&] { return attempt.closed; }));
  EXPECT_TRUE(attempt.connected);
  EXPECT_TRUE(attempt.answered);
  EXPECT_EQ(to_string(attempt.arrivals[0].tuple), "fd00::1 port 20000 -> fd00::2 port 80 tcp");
}

TEST_F(ProberTest, TcpWithoutAListenerIsRefused) {
  const Attempt& attempt = launch(to_b("10.0.0.2", "tcp/80"));
  ASSERT_TRUE(wait_for([&] { return attempt.later_error != 0; }));
  EXPECT_EQ(attempt.later_error, ECONNREFUSED);
  EXPECT_FALSE(attempt.connected);
}

TEST_F(ProberTest, ASendThatTheKernelRefusesIsAnErrorOfTheAttempt) {
  EXPECT_EQ(launch(to_b("10.9.0.1", "icmp")).error, ENETUNREACH);
  EXPECT_EQ(launch(to_b("10.9.0.1", "udp/53")).error, ENETUNREACH);
  EXPECT_EQ(launch(to_b("10.9.0.1", "tcp/80")).error, ENETUNREACH);
}

// The network's families are opened at the start; an echo of another one aborted the run.
TEST_F(ProberTest, AnEchoOfAFamilyThatTheNodeWasNotAddedWithIsAnErrorOfTheAttempt) {
  prober_ = std::make_unique<Prober>(loop_, worker_, 43);
  prober_->add_node(kA, a_, true, false);
  prober_->add_node(kB, b_, false, true);
  EXPECT_EQ(launch(to_b("2001:db8::1", "icmp")).error, ENETUNREACH);
  EXPECT_EQ(launch(to_b("2001:db8::1", "icmp")).error, ENETUNREACH);
  flow::Flow from_b = to_b("10.9.0.1", "icmp");
  from_b.from = kB;
  EXPECT_EQ(launch(from_b).error, ENETUNREACH);
}

TEST_F(ProberTest, ASourceThatIsNotOursIsAnErrorOfTheAttempt) {
  flow::Flow flow = to_b("10.0.0.2", "udp/53");
  flow.source = IpAddress::parse("10.0.0.9").value();
  EXPECT_EQ(launch(flow).error, EADDRNOTAVAIL);
}

TEST_F(ProberTest, ALargeEchoThatMayNotBeFragmentedIsTooBig) {
  flow::Flow flow = to_b("10.0.0.2", "icmp");
  flow.payload_size = 3000;
  flow.dont_fragment = true;
  EXPECT_EQ(launch(flow).error, EMSGSIZE);
  flow.dont_fragment = false;
  const Attempt& attempt = launch(flow);
  EXPECT_TRUE(wait_for([&] { return !attempt.arrivals.empty(); }));
}

TEST_F(ProberTest, ManyFlowsAtOnceAllArrive) {
  prober_->listen(kB, {flow::Protocol::Tcp, 80}, Family::Ipv4);
  const std::vector<flow::Flow> flows(500, to_b("10.0.0.2", "tcp/80"));
  const FlowNumber first = prober_->launch(flows);
  const auto closed = [&] {
    FlowNumber number = first;
    while (number < first + flows.size() && prober_->attempt(number).closed) ++number;
    return number == first + flows.size();
  };
  EXPECT_TRUE(wait_for(closed));
  prober_->forget_before(first + 500);
}

TEST_F(ProberTest, AFenceIsNoArrival) {
  prober_->listen(kB, {flow::Protocol::Udp, 53}, Family::Ipv4);
  const Attempt& attempt = launch(to_b("10.0.0.2", "udp/53"));
  prober_->launch_fences(std::span(&number_, 1));
  ASSERT_TRUE(wait_for([&] { return attempt.answered; }));
  while (loop_.poll() > 0) continue;
  EXPECT_EQ(attempt.arrivals.size(), 1U);
  EXPECT_EQ(prober_->fence_start(number_)->tuple, attempt.sent);
}

}  // namespace
}  // namespace topoproof::probe
