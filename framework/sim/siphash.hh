// SPDX-License-Identifier: GPL-2.0-or-later
// SipHash-2-4 (Aumasson and Bernstein, 2012), by which the kernel spreads flows. Internal to this
// module.
#pragma once

#include <cstdint>

#include "base/bytes.hh"

namespace topoproof::sim {

struct SipKey {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

std::uint64_t siphash(const SipKey& key, BytesView bytes);

}  // namespace topoproof::sim
