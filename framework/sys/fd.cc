// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/fd.hh"

#include <fcntl.h>
#include <unistd.h>

#include "sys/error.hh"

namespace topoproof::sys {

void Fd::reset(int fd) noexcept {
  const int old = std::exchange(fd_, fd);
  if (old >= 0) ::close(old);
}

Fd Fd::dup() const {
  return Fd(check_result(::fcntl(fd_, F_DUPFD_CLOEXEC, 0), "duplicate a file descriptor"));
}

}  // namespace topoproof::sys
