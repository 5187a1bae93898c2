// SPDX-License-Identifier: GPL-2.0-or-later
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "capture/kernel_test_network.hh"
#include "capture/tap_set.hh"
#include "sys/error.hh"
#include "sys/kernel_test.hh"

namespace topoproof::capture::tap_set_kernel_test {
namespace {

using TapSetTest = sys::KernelTest;

constexpr auto ignore = [](const FrameView&) {};

std::vector<TapRequest> requests_for(const std::vector<sys::Netns>& nodes) {
  std::vector<TapRequest> requests;
  for (const auto& node : nodes) requests.push_back({&node, {.frames = 64, .filter = "udp"}});
  return requests;
}

TEST_F(TapSetTest, EveryTapIsInItsNamespaceInTheOrderOfTheRequests) {
  std::vector<sys::Netns> nodes(20);
  for (auto& node : nodes) node = create_quiet_node();
  TapSet set(requests_for(nodes));
  const auto taps = set.wait();
  ASSERT_EQ(taps.size(), nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    send_udp(nodes[i], "127.0.0.1", 8, static_cast<int>(i));
    EXPECT_EQ(taps[i].drain(ignore), i);
  }
}

// As when a lab is refused in the middle of building: its taps are still being opened then.
TEST_F(TapSetTest, NamespacesMayBeLetGoWhileTapsAreBeingOpened) {
  std::vector<sys::Netns> nodes(20);
  for (auto& node : nodes) node = create_quiet_node();
  TapSet set(requests_for(nodes));
  nodes.clear();
  EXPECT_EQ(set.wait().size(), 20U);
}

TEST_F(TapSetTest, OneThatCannotBeOpenedIsReported) {
  std::vector<sys::Netns> nodes(5);
  for (auto& node : nodes) node = create_quiet_node();
  auto requests = requests_for(nodes);
  requests[3].options.interface = "eth9";
  requests[3].options.where = "node 3";
  TapSet set(std::move(requests));
  try {
    set.wait();
    FAIL() << "there is no such interface";
  } catch (const sys::SystemError& error) {
    EXPECT_STREQ(error.what(), "tap interface 'eth9' of node 3: No such device");
  }
}

TEST_F(TapSetTest, NoTapsAtAllAreFine) {
  TapSet set({});
  EXPECT_TRUE(set.wait().empty());
}

bool has_link(const sys::Netns& node, const std::string& name) {
  return sys::run_process({"ip", "link", "show", name}, &node).exit_status == 0;
}

TEST_F(TapSetTest, ATapKeepsItsNamespaceAliveUntilItIsClosed) {
  const sys::Netns red = create_quiet_node();
  std::vector<sys::Netns> nodes(1);
  nodes[0] = create_quiet_node();
  connect({red, "veth-red", 1}, {nodes[0], "veth-blue", 2});
  TapSet set(requests_for(nodes));
  const auto taps = set.wait();
  nodes[0] = sys::Netns();
  send_udp(red, "10.0.0.2");
  EXPECT_EQ(taps[0].drain(ignore), 1u);

  set.close();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (has_link(red, "veth-red") && std::chrono::steady_clock::now() < deadline) {
  }
  EXPECT_FALSE(has_link(red, "veth-red"));
}

}  // namespace
}  // namespace topoproof::capture::tap_set_kernel_test
