// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/siphash.hh"

#include <gtest/gtest.h>

namespace topoproof::sim {
namespace {

// The example of the paper's appendix A: key and input are 00 01 02 ...
TEST(SipHash, IsThatOfItsPaper) {
  Bytes bytes;
  for (int i = 0; i < 15; ++i) bytes.push_back(static_cast<std::byte>(i));
  const SipKey key{0x0706'0504'0302'0100, 0x0f0e'0d0c'0b0a'0908};
  EXPECT_EQ(siphash(key, bytes), 0xa129'ca61'49be'45e5);
}

}  // namespace
}  // namespace topoproof::sim
