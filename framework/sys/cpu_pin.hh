// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps the calling thread on the processor that it is on. Packets that one processor queues for
// itself keep their order; what a thread sends from another may overtake them.
#pragma once

#include <memory>

namespace topoproof::sys {

class CpuPin {
 public:
  CpuPin();   // does nothing where the system refuses
  ~CpuPin();  // the thread may move again as before
  CpuPin(const CpuPin&) = delete;
  CpuPin& operator=(const CpuPin&) = delete;

 private:
  struct Mask;
  std::unique_ptr<Mask> before_;
};

}  // namespace topoproof::sys
