// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/board.hh"

#include <algorithm>
#include <memory>

#include <sys/mman.h>

#include "sys/error.hh"

namespace topoproof::campaign {
namespace {

static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "several processes share them");

void raise(std::atomic<std::uint64_t>& number, std::uint64_t before, std::uint64_t now) {
  number.fetch_add(now - before, std::memory_order_relaxed);
}

}  // namespace

void Slot::put(const Counts& before, const Counts& now, const generator::Coverage& seen) {
  raise(cases, before.cases, now.cases);
  raise(verdicts, before.verdicts, now.verdicts);
  raise(not_modelled, before.not_modelled, now.not_modelled);
  raise(flaky, before.flaky, now.flaky);
  raise(divergences, before.divergences, now.divergences);
  raise(known, before.known, now.known);
  raise(refused, before.refused, now.refused);
  coverage = seen;
  features = seen.features();
  pairs = seen.pairs();
}

Board::Board(std::size_t slots) : size_(slots) {
  void* memory = ::mmap(nullptr, slots * sizeof(Slot), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) sys::throw_errno("share memory with workers");
  slots_ = static_cast<Slot*>(memory);
  std::uninitialized_value_construct_n(slots_, slots);
}

Board::~Board() { ::munmap(slots_, size_ * sizeof(Slot)); }

Counts Board::sum() {
  Counts sum;
  for (std::size_t i = 0; i < size_; ++i) {
    const Slot& slot = slots_[i];
    sum.cases += slot.cases;
    sum.verdicts += slot.verdicts;
    sum.not_modelled += slot.not_modelled;
    sum.flaky += slot.flaky;
    sum.divergences += slot.divergences;
    sum.known += slot.known;
    sum.refused += slot.refused;
  }
  return sum;
}

std::vector<std::uint64_t> Board::flaky_cases() {
  std::vector<std::uint64_t> cases;
  for (std::size_t i = 0; i < size_; ++i) {
    const auto& last = slots_[i].flaky_cases;
    const std::size_t count = std::min<std::size_t>(slots_[i].flaky, last.size());
    cases.insert(cases.end(), last.begin(), last.begin() + static_cast<std::ptrdiff_t>(count));
  }
  std::ranges::sort(cases);
  return cases;
}

}  // namespace topoproof::campaign
