// SPDX-License-Identifier: GPL-2.0-or-later
// What a netlink message may carry: for each attribute its kind and name. The writer refuses to
// write anything else, the reader checks sizes against it, and a refusal of the kernel that points
// into a message gets the attribute's name from it. Tables are constexpr arrays beside the codecs.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/bytes.hh"

namespace topoproof::netlink {

// Integers are in host order unless they are called Be (big-endian, as netfilter has them).
enum class Kind : std::uint8_t {
  U8,
  U16,
  U32,
  Be16,
  Be32,
  Be64,
  String,       // with its final zero
  Ip,           // 4 or 16 bytes
  LinkAddress,  // as long as the link's kind has it, 6 bytes for all that we build
  Binary,
  Nested,
  List,  // a nest of nests, whatever the numbers of its members
};

// Messages and attributes start at multiples of four bytes.
constexpr std::size_t aligned(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

struct Schema;

struct AttributeSpec {
  std::uint16_t type = 0;
  Kind kind = Kind::Binary;
  const char* name = "";           // "IFLA_MTU"
  const Schema* nested = nullptr;  // none: it depends on the message, the codec names it
  std::uint16_t max = 0;           // bytes, or members of a list; 0: no limit
};

// A message or a nest: a fixed header, then attributes.
struct Schema {
  static constexpr std::size_t kMaxAttributes = 32;

  std::size_t header_size = 0;
  std::span<const AttributeSpec> attributes;

  constexpr const AttributeSpec* find(std::uint16_t type) const {
    const auto at = std::ranges::lower_bound(attributes, type, {}, &AttributeSpec::type);
    return at != attributes.end() && at->type == type ? &*at : nullptr;
  }
  constexpr bool is_well_formed() const {
    const auto not_rising = [](const AttributeSpec& a, const AttributeSpec& b) {
      return a.type >= b.type;
    };
    const auto is_odd = [](const AttributeSpec& a) {
      const bool is_list = a.kind == Kind::List;
      return is_list ? a.nested == nullptr : a.nested != nullptr && a.kind != Kind::Nested;
    };
    return attributes.size() <= kMaxAttributes && header_size % 4 == 0 &&
           std::ranges::adjacent_find(attributes, not_rising) == attributes.end() &&
           std::ranges::none_of(attributes, is_odd);
  }
};

// The kind of message that a codec writes: type, NLM_F_* flags and what may be in it.
struct Request {
  std::uint16_t type = 0;
  std::uint16_t flags = 0;
  const Schema* schema = nullptr;
};

bool size_fits(Kind kind, std::size_t size);

// "IFLA_LINKINFO.IFLA_INFO_KIND" for the attribute that starts `offset` bytes into a message (its
// netlink header counted); empty if there is none or the schema does not know it.
std::string attribute_at(BytesView message, const Schema& schema, std::size_t offset);

}  // namespace topoproof::netlink
