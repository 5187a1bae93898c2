// SPDX-License-Identifier: GPL-2.0-or-later
// A packet socket that takes the frames that come to an interface, whole and as they are (also
// those that wait for a checksum or for being cut into segments), and sends such. Internal to this
// module.
#pragma once

#include <string>

#include "base/bytes.hh"
#include "sys/fd.hh"

namespace topoproof::relay {

class FrameSocket {
 public:
  // Of the namespace of the calling thread. THROWS: sys::SystemError
  explicit FrameSocket(const std::string& interface);

  int fd() const { return fd_.get(); }

  // RETURNS: a frame behind its header for offloads, valid until the next call; empty if none is
  // there.
  BytesView receive();
  // What `receive` of another socket has returned. A frame that the interface does not take is
  // lost, as on a wire.
  void send(BytesView frame) const;

  // What stands behind the Ethernet header.
  static BytesView packet_of(BytesView frame);

 private:
  sys::Fd fd_;
  Bytes buffer_;
};

}  // namespace topoproof::relay
