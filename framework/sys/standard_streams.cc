// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/standard_streams.hh"

#include <tuple>

#include <fcntl.h>
#include <unistd.h>

#include "sys/fd.hh"

namespace topoproof::sys {

void take_closed_streams() {
  while (true) {
    Fd lowest(::open("/dev/null", O_RDONLY));  // to write to it fails, on 1 and 2 as well
    if (!lowest.is_open() || lowest.get() > STDERR_FILENO) return;
    std::ignore = lowest.release();
  }
}

}  // namespace topoproof::sys
