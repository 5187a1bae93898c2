// SPDX-License-Identifier: GPL-2.0-or-later
// Typed indexes: a NodeId is not a LinkId, and neither is a number by accident.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace topoproof {

template <class Tag>
struct Id {
  std::uint32_t value = 0;
  constexpr Id() = default;
  constexpr explicit Id(std::size_t index) : value(static_cast<std::uint32_t>(index)) {}
  constexpr std::size_t index() const { return value; }
  friend auto operator<=>(const Id&, const Id&) = default;
};

// The index of a node, bridge or link in the topology that it belongs to.
using NodeId = Id<struct NodeTag>;
using BridgeId = Id<struct BridgeTag>;
using LinkId = Id<struct LinkTag>;

}  // namespace topoproof

template <class Tag>
struct std::hash<topoproof::Id<Tag>> {
  std::size_t operator()(topoproof::Id<Tag> id) const noexcept { return id.value; }
};
