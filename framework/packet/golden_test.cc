// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "packet/dissect.hh"
#include "packet/golden_packets.hh"
#include "packet/print.hh"

namespace topoproof::packet {
namespace {

class Golden : public testing::TestWithParam<GoldenPacket> {
 protected:
  const Stack stack = GetParam().stack;
  const Bytes bytes = parse_hex(GetParam().hex).value();
};

TEST_P(Golden, IsBuiltFromItsStack) {
  EXPECT_EQ(to_hex(build(stack)), to_hex(bytes)) << annotated_hex(stack);
}

TEST_P(Golden, DissectsIntoItsStack) {
  EXPECT_EQ(dissect(bytes), stack)
      << "found:    " << describe(dissect(bytes)) << "\nexpected: " << describe(stack);
}

TEST_P(Golden, ReadsBackFromItsAnnotatedHex) {
  EXPECT_EQ(parse_hex(annotated_hex(stack)), bytes) << annotated_hex(stack);
}

// Every prefix is copied into a buffer of exactly its size: a sanitizer sees a read beyond it.
TEST_P(Golden, CutAnywhereStillBuildsToTheSameBytes) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(to_hex(build(dissect(cut))), to_hex(cut)) << "cut after " << size << " bytes";
  }
}

INSTANTIATE_TEST_SUITE_P(Packet, Golden, testing::ValuesIn(golden_packets()),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace topoproof::packet
