// SPDX-License-Identifier: GPL-2.0-or-later
// Messages between two processes over a Unix socket: a text each, with descriptors if need be. A
// socket with a path is reached from every network namespace that sees the path.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "sys/fd.hh"

namespace topoproof::sys {

// The kernel takes 253 with one message (SCM_MAX_FD, unix(7)).
inline constexpr std::size_t kMostDescriptors = 250;

struct Parcel {
  std::string text;
  std::vector<Fd> descriptors = {};
};

// Whoever does not take a message within this time is given up; and whoever connected to a listener
// and does not end what he has begun to say.
inline constexpr std::chrono::seconds kChannelPatience{10};

class Channel {
 public:
  Channel() = default;
  explicit Channel(Fd socket);
  static std::pair<Channel, Channel> open_pair();  // THROWS: SystemError
  // THROWS: SystemError; ENOENT and ECONNREFUSED mean that nobody listens there
  static Channel connect(const std::filesystem::path& path);

  // REQUIRES: at most kMostDescriptors. THROWS: SystemError, EPIPE if the other side has closed
  void send(std::string_view text, std::span<const int> descriptors = {});
  // Waits for a message. RETURNS: nothing if the other side has closed, or died in the middle of
  // one. THROWS: SystemError
  std::optional<Parcel> receive();

  int fd() const { return socket_.get(); }
  // Who opened the other side, as this process's PID namespace counts; 0 if it is not seen here.
  pid_t peer() const;

 private:
  bool receive_exactly(char* data, std::size_t size, std::vector<Fd>& descriptors) const;

  Fd socket_;
};

// A socket at a new path, open to whoever may enter its folder.
Fd listen_at(const std::filesystem::path& path);  // THROWS: SystemError
// RETURNS: who has connected; nothing if nobody waits any more. REQUIRES of the result: receive()
// is called when there is something to read. THROWS: SystemError
std::optional<Channel> accept_from(const Fd& listener);

}  // namespace topoproof::sys
