// SPDX-License-Identifier: GPL-2.0-or-later
//   near ==veth== left  --relay--  right ==veth== far
#include <algorithm>

#include <gtest/gtest.h>

#include "relay/frame_socket.hh"
#include "relay/relay.hh"
#include "sys/kernel_test.hh"
#include "sys/process.hh"

namespace topoproof::relay {
namespace {

using std::chrono::milliseconds;

class RelayTest : public sys::KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped()) return;
    sys::run_process({"sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1"}, &netns_);
    for (const auto& [near, far] : {std::pair{"near", "left"}, {"far", "right"}}) {
      const auto made = sys::run_process(
          {"ip", "link", "add", "name", near, "up", "type", "veth", "peer", "name", far}, &netns_);
      ASSERT_EQ(made.exit_status, 0) << made.output;
      ASSERT_EQ(sys::run_process({"ip", "link", "set", far, "up"}, &netns_).exit_status, 0);
    }
    sys::run_in(netns_, [&] {
      near_.emplace("near");
      far_.emplace("far");
    });
    link_ = relay_.add(netns_, {"left", "right"});
  }

  // A frame behind an empty header for offloads; the last byte tells it from others.
  static Bytes frame(std::uint8_t number) {
    Bytes bytes(10 + 60);
    bytes[10 + 12] = std::byte{0x88};
    bytes[10 + 13] = std::byte{0xb5};  // for experiments (IEEE 802)
    bytes.back() = std::byte{number};
    return bytes;
  }

  std::vector<int> arrived() {
    std::vector<int> numbers;
    while (true) {
      const BytesView bytes = far_->receive();
      if (bytes.empty()) return numbers;
      numbers.push_back(std::to_integer<int>(bytes.back()));
    }
  }

  bool wait() { return relay_.wait_until_idle(sys::Clock::now() + std::chrono::seconds(5)); }

  sys::Netns netns_ = sys::Netns::create();
  std::optional<FrameSocket> near_;
  std::optional<FrameSocket> far_;
  Relay relay_;
  LinkNumber link_ = 0;
};

TEST_F(RelayTest, CarriesFramesInOrder) {
  for (std::uint8_t i = 1; i <= 100; ++i) near_->send(frame(i));
  ASSERT_TRUE(wait());
  const auto numbers = arrived();
  EXPECT_EQ(numbers.size(), 100U);
  EXPECT_TRUE(std::ranges::is_sorted(numbers));
}

TEST_F(RelayTest, LosesWhatItIsTold) {
  relay_.impair(link_, 0, {.loss = {impair::Share::kAll}});
  near_->send(frame(1));
  ASSERT_TRUE(wait());
  EXPECT_TRUE(arrived().empty());
  relay_.impair(link_, 0, {});
  near_->send(frame(2));
  ASSERT_TRUE(wait());
  EXPECT_EQ(arrived(), std::vector<int>{2});
}

TEST_F(RelayTest, ImpairsOneDirectionAlone) {
  relay_.impair(link_, 1, {.loss = {impair::Share::kAll}});
  near_->send(frame(1));
  ASSERT_TRUE(wait());
  EXPECT_EQ(arrived(), std::vector<int>{1});
}

TEST_F(RelayTest, Delays) {
  relay_.impair(link_, 0, {.delay = milliseconds(20)});
  const auto begin = sys::Clock::now();
  near_->send(frame(1));
  ASSERT_TRUE(wait());
  EXPECT_GE(sys::Clock::now() - begin, milliseconds(20));
  EXPECT_EQ(arrived(), std::vector<int>{1});
}

TEST_F(RelayTest, SaysIfItIsNotIdleInTime) {
  relay_.impair(link_, 0, {.delay = std::chrono::seconds(50)});
  near_->send(frame(1));
  EXPECT_FALSE(relay_.wait_until_idle(sys::Clock::now() + milliseconds(10)));
}

TEST_F(RelayTest, LetsGoOfALink) {
  relay_.remove(link_);
  near_->send(frame(1));
  ASSERT_TRUE(wait());
  EXPECT_TRUE(arrived().empty());
}

}  // namespace
}  // namespace topoproof::relay
