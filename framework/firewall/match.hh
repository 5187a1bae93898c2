// SPDX-License-Identifier: GPL-2.0-or-later
// The nf_tables instructions that compute on registers and test them; a test that fails ends its
// rule. Byte order and numbers: see expression.hh.
#pragma once

#include <compare>
#include <cstdint>

#include "base/bytes.hh"
#include "firewall/load.hh"

namespace topoproof::firewall {

enum class CompareOp : std::uint32_t {
  Equal,
  NotEqual,
  Less,
  LessOrEqual,
  Greater,
  GreaterOrEqual
};

// Breaks the rule unless the register, as bytes, compares so with `value`.
struct Compare {
  CompareOp op = CompareOp::Equal;
  Register from;
  Bytes value;
  friend auto operator<=>(const Compare&, const Compare&) = default;
};

// to = (from & mask) ^ flip. REQUIRES: mask and flip have one length.
struct Bitwise {
  Register from;
  Register to;
  Bytes mask;
  Bytes flip;
  friend auto operator<=>(const Bitwise&, const Bitwise&) = default;
};

enum class ShiftDirection : std::uint32_t { Left = 1, Right = 2 };

struct Shift {
  Register from;
  Register to;
  std::uint32_t length = 0;
  ShiftDirection direction = ShiftDirection::Left;
  std::uint32_t bits = 0;
  friend auto operator<=>(const Shift&, const Shift&) = default;
};

enum class ByteOrderOp : std::uint32_t { ToHost, ToNetwork };

struct ByteOrder {
  ByteOrderOp op = ByteOrderOp::ToHost;
  Register from;
  Register to;
  std::uint32_t length = 0;
  std::uint32_t size = 0;  // of one number: 2, 4 or 8
  friend auto operator<=>(const ByteOrder&, const ByteOrder&) = default;
};

// Breaks the rule unless low <= register <= high, or with `inverted` unless it is outside.
struct Range {
  Register from;
  Bytes low;
  Bytes high;
  bool inverted = false;
  friend auto operator<=>(const Range&, const Range&) = default;
};

}  // namespace topoproof::firewall
