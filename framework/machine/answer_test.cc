// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/answer.hh"

#include <gtest/gtest.h>

#include "machine/test_machine.hh"
#include "packet/view.hh"

namespace topoproof::machine {
namespace {

using packet::Tcp;

TEST(Facts, Fact50AResetAnswersAsTheDestination) {
  const auto syn = make_reset(tcp(Tcp::kSyn));
  ASSERT_TRUE(syn.has_value());
  EXPECT_EQ(to_string(syn->source()), "10.0.0.2");
  EXPECT_EQ(to_string(syn->destination()), "10.0.0.1");
  const auto view = packet::parse_view(syn->bytes());
  EXPECT_EQ(view->tcp()->flags, Tcp::kRst | Tcp::kAck);
  EXPECT_EQ(view->tcp()->ack, 1U);
  EXPECT_EQ(view->sport(), 80U);
  const auto ack = packet::parse_view(make_reset(tcp(Tcp::kAck))->bytes());
  EXPECT_EQ(ack->tcp()->flags, Tcp::kRst);
}

TEST(Facts, Fact50SilenceForResetsOthersAndBadChecksums) {
  EXPECT_FALSE(make_reset(tcp(Tcp::kRst)).has_value());
  EXPECT_FALSE(make_reset(udp()).has_value());
  auto bad = tcp(Tcp::kSyn);
  bad.writable()[36] ^= std::byte{1};
  EXPECT_FALSE(make_reset(bad).has_value());
  EXPECT_FALSE(may_be_answered(bad));
  EXPECT_TRUE(may_be_answered(udp()));
}

TEST(Answers, ASegmentWithDataIsAcknowledged) {
  const auto answer = make_reset(tcp(Tcp::kSyn | Tcp::kFin, {}, {"fd00::1", "fd00::2"}));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(packet::parse_view(answer->bytes())->tcp()->ack, 2U);
}

}  // namespace
}  // namespace topoproof::machine
