// SPDX-License-Identifier: GPL-2.0-or-later
// Sets and maps of an nf_tables program, with their elements.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.hh"
#include "base/issue.hh"
#include "firewall/action.hh"
#include "firewall/lookup.hh"
#include "firewall/origin.hh"
#include "firewall/stateful.hh"

namespace topoproof::firewall {

// Flags of sets; the numbers are NFT_SET_*.
inline constexpr std::uint32_t kSetAnonymous = 1;  // belongs to the one rule that looks it up
inline constexpr std::uint32_t kSetConstant = 2;
inline constexpr std::uint32_t kSetInterval = 4;
inline constexpr std::uint32_t kSetMap = 8;
inline constexpr std::uint32_t kSetTimeout = 16;
inline constexpr std::uint32_t kSetDynamic = 32;
inline constexpr std::uint32_t kSetObject = 64;
inline constexpr std::uint32_t kSetConcat = 128;

// nft's numbers of data types, which the kernel only keeps. A concatenation is its parts' numbers,
// six bits each.
inline constexpr std::uint32_t kTypeVerdict = 0xffffff00;
inline constexpr std::uint32_t kTypeIpv4 = 7;
inline constexpr std::uint32_t kTypeIpv6 = 8;
inline constexpr std::uint32_t kTypeProtocol = 12;
inline constexpr std::uint32_t kTypePort = 13;
inline constexpr std::uint32_t kTypeMark = 19;
inline constexpr std::uint32_t kTypeCtState = 26;
inline constexpr std::uint32_t kTypeInterfaceName = 41;

inline constexpr std::uint32_t kElementIntervalEnd = 1;
inline constexpr std::uint32_t kElementCatchall = 2;

// Of an interval set two elements make an interval: its first key, and with kElementIntervalEnd the
// key after its last. Of a concatenation of ranges one element does: key and key_high. The element
// with kElementCatchall has no key: it is found where no other is.
struct Element {
  Bytes key;
  Bytes key_high;
  std::uint32_t flags = 0;
  std::variant<std::monostate, Bytes, Verdict> data;
  std::uint64_t timeout_ms = 0;
  Bytes userdata;
  std::string object = {};                           // of an object map: its name
  std::vector<StatefulExpression> expressions = {};  // run on each packet that finds the element
  std::uint64_t expiration_ms = 0;                   // from now; 0: the whole timeout
  Location where = {};                               // not known to the kernel
  friend auto operator<=>(const Element&, const Element&) = default;
};

enum class SetPolicy : std::uint32_t { Performance, Memory };

// Anonymous sets bear the name that the kernel gives them ("__set0", "__map1", ... by the order of
// their creation within the table); the encoder lets the kernel choose it.
struct Set {
  std::string name;
  std::uint32_t flags = 0;
  std::uint32_t key_type = 0;
  std::uint32_t key_length = 0;              // bytes
  std::uint32_t data_type = 0;               // of a map
  std::uint32_t data_length = 0;             // bytes; 0 for verdicts
  std::vector<std::uint32_t> field_lengths;  // bytes, of a concatenation of ranges
  std::uint64_t timeout_ms = 0;
  std::uint32_t size = 0;  // most elements; 0: no limit
  std::vector<Element> elements;
  Bytes userdata;
  std::uint64_t handle = 0;
  std::vector<StatefulExpression> expressions = {};  // copied into each new element
  ObjectKind object_kind = ObjectKind::Counter;      // with kSetObject
  std::optional<SetPolicy> policy = {};              // what the kernel shall spare
  std::uint32_t gc_interval_ms = 0;                  // 0: the kernel's
  Origin origin = {};                                // not known to the kernel
  friend auto operator<=>(const Set&, const Set&) = default;

  bool is_anonymous() const { return (flags & kSetAnonymous) != 0; }
  bool is_map() const { return (flags & kSetMap) != 0; }
  bool is_object_map() const { return (flags & kSetObject) != 0; }
};

}  // namespace topoproof::firewall
