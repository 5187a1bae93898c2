// SPDX-License-Identifier: GPL-2.0-or-later
// Tells when the kernel has handled every packet that was queued on this processor before.
//
// A packet on a veth is mostly handled within the send that caused it. On a busy machine the
// kernel leaves it in the processor's backlog queue for later (net/core/dev.c, process_backlog);
// packets leave that queue in order. The barrier is a packet of our own on a loopback that nobody
// else uses: it joins the queue of the processor that sends it, and comes back when all before it
// are done. What those caused may be queued behind it: pass it until nothing new was seen.
#pragma once

#include <chrono>

#include "sys/fd.hh"
#include "sys/netns.hh"

namespace topoproof::probe {

class Barrier {
 public:
  explicit Barrier(sys::NetnsWorker& worker);  // THROWS: sys::SystemError

  // Sends the barrier and waits for it. RETURNS: whether it came back in time.
  // REQUIRES: the thread stays on one processor (sys::CpuPin).
  bool pass(std::chrono::milliseconds at_most = std::chrono::seconds(1));

 private:
  sys::Netns ns_;
  sys::Fd socket_;
};

}  // namespace topoproof::probe
