// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/cpu_pin.hh"

#include <sched.h>

namespace topoproof::sys {

struct CpuPin::Mask {
  cpu_set_t set{};
};

CpuPin::CpuPin() {
  auto before = std::make_unique<Mask>();
  if (::sched_getaffinity(0, sizeof before->set, &before->set) < 0) return;
  const int current = ::sched_getcpu();
  if (current < 0) return;
  cpu_set_t only{};
  CPU_SET(static_cast<std::size_t>(current), &only);
  if (::sched_setaffinity(0, sizeof only, &only) == 0) before_ = std::move(before);
}

CpuPin::~CpuPin() {
  if (before_) ::sched_setaffinity(0, sizeof before_->set, &before_->set);
}

}  // namespace topoproof::sys
