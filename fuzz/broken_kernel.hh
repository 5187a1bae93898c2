// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's side of a netlink socket, going wrong as a byte source says.
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include <linux/netlink.h>

#include "base/byte_source.hh"
#include "netlink/transport.hh"

namespace topoproof::fuzz {

struct Answer {
  nlmsghdr header;
  nlmsgerr error;
};

// Most answers are nearly sound. `last` is the number of the last message; what is handed over
// whole is noted in `delivered`.
class BrokenKernel final : public netlink::Transport {
 public:
  BrokenKernel(ByteSource& source, std::uint32_t last, std::vector<Bytes>& delivered)
      : source_(source), last_(last), delivered_(delivered) {}
  int send(BytesView) override { return source_.below(8) == 7 ? EPERM : 0; }
  netlink::Received receive(std::span<std::byte> buffer) override {
    if (source_.is_exhausted()) return {};
    if (source_.below(4) == 0) return {.error = source_.pick(std::array{EINTR, ENOBUFS, EBADF})};
    const Bytes datagram = source_.below(4) == 0 ? source_.bytes(source_.below(100)) : answer();
    std::ranges::copy(datagram, buffer.begin());
    const bool truncated = source_.below(8) == 7;
    if (!truncated) delivered_.push_back(datagram);
    return {.size = datagram.size(), .truncated = truncated};
  }
  void hear_other_namespaces() override {}
  void subscribe(unsigned) override {}
  int fd() const override { return -1; }

 private:
  Bytes answer() {
    const Answer answer{.header = {.nlmsg_len = sizeof answer,
                                   .nlmsg_type = NLMSG_ERROR,
                                   .nlmsg_flags = NLM_F_CAPPED,
                                   .nlmsg_seq = source_.between(0U, last_ + 1),
                                   .nlmsg_pid = 0},
                        .error = {.error = source_.coin() ? -EEXIST : 0, .msg = {}}};
    const auto raw = std::as_bytes(std::span(&answer, 1));
    Bytes bytes(raw.begin(), raw.end());
    if (source_.below(4) == 0) bytes[source_.below(bytes.size())] ^= std::byte{source_.byte()};
    return bytes;
  }

  ByteSource& source_;
  std::uint32_t last_;
  std::vector<Bytes>& delivered_;
};

}  // namespace topoproof::fuzz
