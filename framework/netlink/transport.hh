// SPDX-License-Identifier: GPL-2.0-or-later
// The seam below Socket: datagrams to and from the kernel. Tests put scripted datagrams in its
// place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/bytes.hh"

namespace topoproof::netlink {

enum class Protocol { Route = 0, Xfrm = 6, Netfilter = 12 };

struct Received {
  std::size_t size = 0;                            // 0 with no error: nothing is there
  bool truncated = false;                          // the datagram was longer than the buffer
  int error = 0;                                   // errno, or 0
  std::optional<std::uint32_t> namespace_id = {};  // where it comes from, if not from here
};

class Transport {
 public:
  virtual ~Transport() = default;
  // RETURNS: 0 or an errno. The kernel acts on the messages before the call returns.
  virtual int send(BytesView datagram) = 0;
  virtual Received receive(std::span<std::byte> buffer) = 0;  // does not wait
  virtual void subscribe(unsigned group) = 0;                 // THROWS: SystemError
  virtual void hear_other_namespaces() = 0;                   // THROWS: SystemError
  virtual int fd() const = 0;                                 // to wait on; -1 if there is none
};

// A netlink socket in the network namespace of the calling thread; it stays there and may then be
// used from any one thread at a time. THROWS: SystemError.
std::unique_ptr<Transport> open_transport(Protocol protocol);

}  // namespace topoproof::netlink
