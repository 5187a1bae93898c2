// SPDX-License-Identifier: GPL-2.0-or-later
// The form in which expressions are executed: small, names resolved to indexes. What is not
// frequent keeps its firewall expression.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <variant>

#include "firewall/ruleset.hh"

namespace topoproof::machine {

// What an instruction says about how to go on.
enum class Next : std::uint8_t {
  Continue,  // with the next instruction, or rule
  Break,     // with the next rule
  Accept,
  Drop,
  Queue,
  Jump,
  Goto,
  Return,
  Unknown,
};

struct VerdictCode {
  Next next = Next::Continue;
  std::uint32_t chain = 0;  // of Jump and Goto
};

namespace code {

inline constexpr std::size_t kInline = 16;  // bytes; longer data stays in the firewall expression
using Data = std::array<std::byte, kInline>;

// Registers are words: see firewall::Register.
struct LoadPayload {
  std::uint8_t to = 0;
  firewall::PayloadBase base = firewall::PayloadBase::Network;
  std::uint16_t offset = 0;
  std::uint16_t length = 0;
  // The kernel takes a short way for aligned loads of 1, 2 and 4 bytes, and it does not look
  // whether the packet is a later fragment (nft_payload_select_ops, nft_payload_fast_eval).
  bool is_fast = false;
};
struct LoadMeta {
  std::uint8_t to = 0;
  firewall::MetaKey key = firewall::MetaKey::Length;
  // Of Random: one number of each kind that the rule tells apart (Program::kinds_of_numbers).
  std::uint32_t kinds = kNoKinds;
  static constexpr std::uint32_t kNoKinds = 0xffff'ffff;  // it does more than compare it
};
struct LoadCt {
  std::uint8_t to = 0;
  firewall::CtKey key = firewall::CtKey::State;
  std::optional<firewall::CtDirection> direction = {};
};
// (register & mask) == value, of one word; or the contrary.
struct CompareWord {
  std::uint8_t from = 0;
  bool inverted = false;
  std::uint32_t mask = 0;
  std::uint32_t value = 0;
};
struct CompareBytes {
  std::uint8_t from = 0;
  std::uint8_t length = 0;
  firewall::CompareOp op = firewall::CompareOp::Equal;
  Data value{};
};
struct MaskWord {
  std::uint8_t from = 0;
  std::uint8_t to = 0;
  std::uint32_t mask = 0;
  std::uint32_t flip = 0;
};
struct Find {
  std::uint8_t from = 0;
  std::uint8_t to = 0;  // kVerdictRegister: the verdict
  bool inverted = false;
  bool loads = false;  // a map
  std::uint32_t set = 0;
};
struct SetWords {
  std::uint8_t to = 0;
  std::uint8_t length = 0;
  Data value{};
};
struct Decide {
  VerdictCode verdict;
};
struct Count {
  std::uint32_t state = 0;
};
// Anything else; `index` is that of the state, the set or the object that it needs.
struct Other {
  const firewall::Expression* expression = nullptr;
  std::uint32_t index = 0;
};

}  // namespace code

// Eleven at most: up to there GCC makes a switch of std::visit, and can inline what it calls.
using Instruction = std::variant<code::LoadPayload, code::LoadMeta, code::LoadCt, code::CompareWord,
                                 code::CompareBytes, code::MaskWord, code::Find, code::SetWords,
                                 code::Decide, code::Count, code::Other>;

}  // namespace topoproof::machine
