// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet/payload.hh"

#include <fmt/format.h>

namespace topoproof::packet {

std::string Payload::describe() const { return fmt::format("payload {} bytes", bytes.size()); }
std::string Padding::describe() const { return fmt::format("padding {} bytes", bytes.size()); }

}  // namespace topoproof::packet
