// SPDX-License-Identifier: GPL-2.0-or-later
// Delta debugging (Zeller and Hildebrandt, ddmin): the smallest part of a list that still shows a
// fault, as far as leaving parts out can find it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

namespace topoproof::campaign {

// REQUIRES: `shows(all)`. RETURNS: a part, in order, of which no single item can be left out.
inline std::vector<std::size_t> find_smallest(
    std::size_t count, const std::function<bool(const std::vector<std::size_t>&)>& shows) {
  std::vector<std::size_t> kept(count);
  for (std::size_t i = 0; i < count; ++i) kept[i] = i;
  std::size_t parts = 2;
  while (kept.size() >= 2 || (kept.size() == 1 && parts == 1)) {
    const std::size_t size = (kept.size() + parts - 1) / parts;
    bool smaller = false;
    for (std::size_t at = 0; at < kept.size() && !smaller; at += size) {
      std::vector<std::size_t> rest(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(at));
      const std::size_t end = std::min(at + size, kept.size());
      rest.insert(rest.end(), kept.begin() + static_cast<std::ptrdiff_t>(end), kept.end());
      if (!shows(rest)) continue;
      kept = std::move(rest);
      smaller = true;
    }
    if (smaller) {
      parts = std::max<std::size_t>(std::min(parts - 1, kept.size()),
                                    std::min<std::size_t>(2, kept.size()));
    } else if (parts >= kept.size()) {
      break;
    } else {
      parts = std::min(parts * 2, kept.size());
    }
  }
  if (kept.size() == 1 && shows({})) kept.clear();
  return kept;
}

}  // namespace topoproof::campaign
