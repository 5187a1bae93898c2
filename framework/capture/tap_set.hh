// SPDX-License-Identifier: GPL-2.0-or-later
// Many taps, opened and closed at the same time. One alone waits 13 ms to open and 25 ms to close
// for RCU grace periods of the kernel; waiting together, a thousand take a fraction of a
// millisecond each, and their caller need not wait at all.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "capture/tap.hh"
#include "sys/netns.hh"

namespace topoproof::capture {

struct TapRequest {
  // May be let go once the set is constructed, which holds it until the tap is open.
  const sys::Netns* ns;
  TapOptions options;
};

inline constexpr std::size_t kRingBudget = std::size_t{256} << 20;

// Cuts the frames of every request by the same factor until all rings together fit into `budget`
// bytes; one page is the least that a ring can have. RETURNS: the bytes of all rings.
std::size_t fit_rings(std::span<TapRequest> requests, std::size_t budget = kRingBudget);

class TapSet {
 public:
  // Starts to open them on threads of its own and returns. More can be done meanwhile: a tap sees
  // the interfaces of its namespace that come later.
  explicit TapSet(std::vector<TapRequest> requests);
  TapSet(TapSet&&) noexcept;
  TapSet& operator=(TapSet&&) noexcept;
  ~TapSet();  // closes, and waits for it

  // Waits until all are open. RETURNS: the taps in the order of the requests, valid until close().
  // THROWS: SystemError of the first that could not be opened; the others are closed with the set.
  std::span<Tap> wait();

  // Starts to close them and returns; namespaces may be let go meanwhile.
  void close();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace topoproof::capture
