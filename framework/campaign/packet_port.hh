// SPDX-License-Identifier: GPL-2.0-or-later
// Frames out of and into one interface, byte for byte. What comes in is read from memory that the
// kernel shares (a ring of packet(7)): looking for frames costs no call into the kernel.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/bytes.hh"
#include "sys/fd.hh"

namespace topoproof::campaign {

struct Unmap {
  std::size_t size = 0;
  void operator()(std::byte* memory) const;
};

class PacketPort {
 public:
  PacketPort() = default;  // of nothing
  // In the network namespace of the calling thread, where it stays. What the interface sends is
  // not shown. THROWS: SystemError.
  explicit PacketPort(const std::string& interface);

  void send(BytesView frame) const;  // THROWS: SystemError
  // Shows all frames that have come, in order; a view is valid during the call. THROWS: SystemError
  // with ENOBUFS if the kernel had no room for one.
  void receive(const std::function<void(BytesView)>& show);
  // Until there is a frame. RETURNS: false if there is none at the end of this time.
  bool wait(std::chrono::milliseconds most) const;

 private:
  std::byte* slot() { return ring_.get() + next_ * kSlot; }

  static constexpr std::size_t kSlot = 2048;  // an Ethernet frame and what the kernel says of it
  static constexpr std::size_t kSlots = 512;

  sys::Fd fd_;
  std::unique_ptr<std::byte, Unmap> ring_;
  std::size_t next_ = 0;
};

}  // namespace topoproof::campaign
