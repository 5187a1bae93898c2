// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/file_lock.hh"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>

#include "sys/error.hh"

namespace topoproof::sys {
namespace {

Fd open_lock(const std::filesystem::path& path, int flags) {
  Fd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | flags, 0600));
  if (!fd.is_open() && errno != ENOENT) throw_errno("open " + path.string());
  if (!fd.is_open() && (flags & O_CREAT) != 0) throw_errno("create " + path.string());
  return fd;
}

// RETURNS: false if somebody else holds it.
bool lock(const Fd& fd, int how, const std::filesystem::path& path) {
  while (::flock(fd.get(), how) < 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) throw_errno("lock " + path.string());
  }
  return true;
}

}  // namespace

std::optional<Fd> try_lock(const std::filesystem::path& path) {
  Fd fd = open_lock(path, O_CREAT);
  if (!lock(fd, LOCK_EX | LOCK_NB, path)) return std::nullopt;
  return fd;
}

Fd wait_for_lock(const std::filesystem::path& path) {
  Fd fd = open_lock(path, O_CREAT);
  lock(fd, LOCK_EX, path);
  return fd;
}

bool is_locked(const std::filesystem::path& path) {
  const Fd fd = open_lock(path, 0);
  // Shared: the holder's is exclusive.
  return fd.is_open() && !lock(fd, LOCK_SH | LOCK_NB, path);
}

}  // namespace topoproof::sys
