// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/channel.hh"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/check.hh"
#include "sys/error.hh"

namespace topoproof::sys {
namespace {

// Before each text; the descriptors travel with its first byte.
struct Header {
  std::uint32_t text_size = 0;
  std::uint32_t descriptors = 0;
};

// No text of ours is longer; one that claims to be is not ours.
constexpr std::uint32_t kLongestText = std::uint32_t{1} << 30;

using ControlBuffer = std::array<char, CMSG_SPACE(kMostDescriptors * sizeof(int))>;

// An address has 108 bytes for the path; a longer one is reached by way of its folder's descriptor.
struct Address {
  sockaddr_un address{};
  Fd folder;

  explicit Address(const std::filesystem::path& path) {
    std::string text = path.string();
    if (text.size() >= sizeof(address.sun_path)) {
      folder = Fd(check_result(::open(path.parent_path().c_str(), O_PATH | O_CLOEXEC),
                               "open the folder of a socket"));
      text = fmt::format("/proc/self/fd/{}/{}", folder.get(), path.filename().string());
    }
    address.sun_family = AF_UNIX;
    const auto longest = sizeof(address.sun_path) - 1;
    TOPOPROOF_CHECK(text.size() <= longest, "a socket has a short name");
    std::ranges::copy(text, std::begin(address.sun_path));
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
};

Fd open_socket() {
  return Fd(check_result(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "open a Unix socket"));
}

void attach(msghdr& message, ControlBuffer& control, std::span<const int> descriptors) {
  if (descriptors.empty()) return;
  message.msg_control = control.data();
  message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
  std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
}

void detach(msghdr& message, std::vector<Fd>& descriptors) {
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
      descriptors.emplace_back(fd);
    }
  }
}

void send_all(int socket, std::string_view data, std::span<const int> descriptors) {
  alignas(cmsghdr) ControlBuffer control{};
  while (!data.empty()) {
    iovec part{const_cast<char*>(data.data()), data.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    attach(message, control, descriptors);
    const ssize_t count = ::sendmsg(socket, &message, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_errno("send a message to another process");
    data.remove_prefix(static_cast<std::size_t>(count));
    descriptors = {};
  }
}

}  // namespace

Channel::Channel(Fd socket) : socket_(std::move(socket)) {
  const timeval patience{kChannelPatience.count(), 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
}

std::pair<Channel, Channel> Channel::open_pair() {
  std::array<int, 2> ends{};
  check_result(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()),
               "open a channel between processes");
  return {Channel(Fd(ends[0])), Channel(Fd(ends[1]))};
}

Channel Channel::connect(const std::filesystem::path& path) {
  const Address address(path);
  Fd socket = open_socket();
  if (::connect(socket.get(), address.get(), sizeof(sockaddr_un)) < 0) {
    throw_errno("connect to " + path.string());
  }
  return Channel(std::move(socket));
}

void Channel::send(std::string_view text, std::span<const int> descriptors) {
  TOPOPROOF_CHECK(descriptors.size() <= kMostDescriptors, "the kernel takes no more at a time");
  const Header header{static_cast<std::uint32_t>(text.size()),
                      static_cast<std::uint32_t>(descriptors.size())};
  std::string data(sizeof(header), '\0');
  std::memcpy(data.data(), &header, sizeof(header));
  data += text;
  send_all(socket_.get(), data, descriptors);
}

bool Channel::receive_exactly(char* data, std::size_t size, std::vector<Fd>& descriptors) const {
  alignas(cmsghdr) ControlBuffer control{};
  while (size > 0) {
    iovec part{data, size};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t count = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC);
    if (count < 0 && errno == EINTR) continue;
    if (count == 0 || (count < 0 && errno == ECONNRESET)) return false;
    if (count < 0) throw_errno("receive a message of another process");
    detach(message, descriptors);
    data += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

std::optional<Parcel> Channel::receive() {
  Parcel parcel;
  Header header;
  std::array<char, sizeof(Header)> bytes{};
  if (!receive_exactly(bytes.data(), bytes.size(), parcel.descriptors)) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (header.text_size > kLongestText) throw SystemError(EBADMSG, "understand another process");
  parcel.text.resize(header.text_size);
  if (!receive_exactly(parcel.text.data(), parcel.text.size(), parcel.descriptors)) {
    return std::nullopt;
  }
  if (parcel.descriptors.size() != header.descriptors) {
    throw SystemError(EMFILE, "receive the descriptors that another process sent");
  }
  return parcel;
}

pid_t Channel::peer() const {
  ucred peer{};
  socklen_t size = sizeof(peer);
  check_result(::getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size),
               "ask who is at the other side");
  return peer.pid;
}

Fd listen_at(const std::filesystem::path& path) {
  const Address address(path);
  Fd socket = open_socket();
  if (::bind(socket.get(), address.get(), sizeof(sockaddr_un)) < 0 ||
      ::listen(socket.get(), SOMAXCONN) < 0) {
    throw_errno("listen at " + path.string());
  }
  return socket;
}

std::optional<Channel> accept_from(const Fd& listener) {
  Fd socket(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (socket.is_open()) {
    const timeval patience{kChannelPatience.count(), 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return Channel(std::move(socket));
  }
  if (errno == ECONNABORTED || errno == EAGAIN || errno == EINTR) return std::nullopt;
  throw_errno("accept a connection");
}

}  // namespace topoproof::sys
