// SPDX-License-Identifier: GPL-2.0-or-later
// The same work on many things, by several threads. Internal to the module.
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace topoproof::mutation {

// Calls work(i) for each i below `count`, in no order. REQUIRES: `work` does not throw.
template <class F>
void in_parallel(unsigned jobs, std::size_t count, const F& work) {
  std::atomic<std::size_t> next = 0;
  const auto serve = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::jthread> threads;
  for (unsigned i = 1; i < jobs && i < count; ++i) threads.emplace_back(serve);
  serve();
}

}  // namespace topoproof::mutation
