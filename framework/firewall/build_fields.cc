// SPDX-License-Identifier: GPL-2.0-or-later
// Matches on bits and on what the kernel knows of a connection.
#include "base/check.hh"
#include "firewall/build.hh"

namespace topoproof::firewall {
namespace {

constexpr std::uint32_t kTcpFlagsOffset = 13;

// Any of the bits.
Statement any_bit(Expression load, const Bytes& bits) {
  const Bytes zero(bits.size());
  return {.expressions = {std::move(load), Bitwise{reg(1), reg(1), bits, zero},
                          Compare{CompareOp::NotEqual, reg(1), zero}}};
}

}  // namespace

Statement ct_status(std::uint32_t bits) {
  return any_bit(CtLoad{CtKey::Status, reg(1), {}}, host_number(bits));
}

Statement ct_mark(std::uint32_t mark, Match match) {
  return {.expressions = {CtLoad{CtKey::Mark, reg(1), {}},
                          Compare{match == Match::Is ? CompareOp::Equal : CompareOp::NotEqual,
                                  reg(1), host_number(mark)}}};
}

Statement tcp_flags(std::uint8_t flags, std::uint8_t among) {
  TOPOPROOF_CHECK((flags & ~among) == 0, "the flags are among those that are looked at");
  return {.expressions = {PayloadLoad{PayloadBase::Transport, kTcpFlagsOffset, 1, reg(1)},
                          Bitwise{reg(1), reg(1), {std::byte{among}}, {std::byte{0}}},
                          Compare{CompareOp::Equal, reg(1), {std::byte{flags}}}},
          .network = {},
          .transport = kTcp};
}

Statement no_way_back() {
  return {.expressions = {Fib{FibResult::Oif, kFibSource | kFibIif, reg(1)},
                          Compare{CompareOp::Equal, reg(1), host_number(0)}}};
}

}  // namespace topoproof::firewall
