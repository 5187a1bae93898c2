// SPDX-License-Identifier: GPL-2.0-or-later
// What Linux accepts as the name of a network interface (dev_valid_name in net/core/dev.c).
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "base/issue.hh"

namespace topoproof {

inline constexpr std::size_t kInterfaceNameMax = 15;  // IFNAMSIZ without the final zero

// An issue that names what is wrong: empty, over 15 bytes, ".", "..", or one of '/', ':', space.
std::expected<std::string, Issue> parse_interface_name(std::string_view text);

}  // namespace topoproof
