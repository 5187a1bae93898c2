// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/shared_text.hh"

#include <gtest/gtest.h>

namespace topoproof {
namespace {

TEST(SharedText, IsComparedByWhatItSays) {
  const SharedText text = "net.ipv4.ip_forward";
  EXPECT_EQ(text, SharedText(std::string("net.ipv4.ip_forward")));
  EXPECT_EQ(text, "net.ipv4.ip_forward");
  EXPECT_NE(text, "net.ipv4.ip_default_ttl");
  EXPECT_LT(SharedText("a"), SharedText("b"));
}

TEST(SharedText, IsNotCopiedWithItsHolders) {
  const SharedText text = "a text that is longer than what a string keeps in itself";
  const SharedText copy = text;
  EXPECT_EQ(&copy.str(), &text.str());
}

TEST(SharedText, OfNobodyIsEmpty) {
  EXPECT_TRUE(SharedText().empty());
  EXPECT_EQ(SharedText(), "");
  EXPECT_EQ(SharedText(), SharedText(""));
}

}  // namespace
}  // namespace topoproof
