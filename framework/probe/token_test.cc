// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe/token.hh"

#include <gtest/gtest.h>

#include "probe/echo.hh"

namespace topoproof::probe {
namespace {

TEST(Token, ReadsBackWhatWasWritten) {
  const Token token{.run = 7, .flow = 567'761, .kind = TokenKind::Fence};
  EXPECT_EQ(decode_token(encode(token)), token);
}

TEST(Token, AStrangersPayloadIsNone) {
  EXPECT_FALSE(decode_token({}));
  EXPECT_FALSE(decode_token(as_view("GET / HTTP/1.1\r\n\r\n")));
  auto bytes = encode({.run = 1, .flow = 1});
  EXPECT_FALSE(decode_token(BytesView(bytes).first(kTokenSize - 1)));
  bytes[12] = std::byte{9};
  EXPECT_FALSE(decode_token(bytes));
}

TEST(EchoName, SequenceTellsNeighbouringFlowsApart) {
  EXPECT_NE(echo_name(65'535).sequence, echo_name(65'536).sequence);
  EXPECT_NE(echo_name(1).sequence, echo_name(65'537).sequence);
  EXPECT_EQ(echo_name(3).id, 3);
}

}  // namespace
}  // namespace topoproof::probe
