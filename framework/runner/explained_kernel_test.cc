// SPDX-License-Identifier: GPL-2.0-or-later
// Checks that fail: what the kernel says of them besides the captures. And links that flap.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "checks/routed_pair.hh"
#include "runner/single_check.hh"
#include "sys/kernel_test.hh"

namespace topoproof::runner::explained_kernel_test {
namespace {

using checks::to_text;
using scenario::CheckResult;
using scenario::Outcome;

class Explained : public sys::KernelTest {};

// The reasons of the first check, a line each.
std::string why(const std::string& network, std::string_view checks) {
  const auto results = run_checks(network, checks);
  if (results.empty()) return "nothing";
  EXPECT_EQ(results.front().outcome, Outcome::Failed) << results.front().observed;
  return fmt::format("{}\n", fmt::join(results.front().why, "\n"));
}

void expect_line(const std::string& text, std::string_view line) {
  EXPECT_NE(text.find(fmt::format("{}\n", line)), std::string::npos) << text << "lacks\n" << line;
}

TEST_F(Explained, ByTheErrnoAndTheCounterOfTheSender) {
  const std::string text = why(to_text({.a = ""}), "  - a -> b udp/53: delivered\n");
  expect_line(text, "the kernel of a: to send said ENETUNREACH (Network is unreachable)");
  expect_line(text, "the kernel of a: Ip.OutNoRoutes grew by 1");
}

TEST_F(Explained, ByTheCountersOfARouterThatForwardsNothing) {
  const std::string text = why(to_text({.r = "forwarding: false"}), "  - a -> b icmp: delivered\n");
  // The packet, and the fence behind it.
  expect_line(text, "the kernel of r: Ip.InAddrErrors grew by 2");
}

TEST_F(Explained, ByTheCounterOfAClosedPort) {
  const std::string text = why(to_text({}), "  - a -> b udp/53: dropped\n");
  expect_line(text, "the kernel of b: Udp.NoPorts grew by 1");
}

// Of several flows each is counted alone.
TEST_F(Explained, EachByItsOwnCounters) {
  const std::string text =
      why(to_text({}), "  - a -> b udp/53: dropped\n  - a -> b udp/54: dropped\n");
  expect_line(text, "the kernel of b: Udp.NoPorts grew by 1");
}

TEST_F(Explained, ByTheEntryOfConnectionTracking) {
  const std::string rules =
      "nftables: 'table ip t { chain c { type filter hook forward priority 0; ct state new "
      "accept; }; }'";
  const std::string text =
      why(to_text({.r = "forwarding: true, " + rules}), "  - a -> b udp/53: dropped\n");
  EXPECT_NE(text.find("the kernel of r: it tracks udp 10.1.0.2:"), std::string::npos) << text;
}

TEST_F(Explained, LinksThatFlapComeBackWithTheirRoutes) {
  const auto results = run_steps(to_text({}),
                                 "  - checks: [a -> b icmp: delivered]\n"
                                 "  - change: link flap a:eth0 for 20ms\n"
                                 "    checks: [a -> b icmp: delivered]\n");
  ASSERT_EQ(results.size(), 2U);
  for (const CheckResult& result : results) {
    EXPECT_EQ(result.outcome, Outcome::Passed) << result.name << ": " << told(result);
  }
}

}  // namespace
}  // namespace topoproof::runner::explained_kernel_test
