// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/memory_file.hh"

#include <sys/mman.h>
#include <unistd.h>

#include "sys/error.hh"

namespace topoproof::sys {

Fd make_memory_file() {
  return Fd(check_result(::memfd_create("written", MFD_CLOEXEC), "keep what a process says"));
}

std::string memory_text(const Fd& memory) {
  const auto size = static_cast<std::size_t>(::lseek(memory.get(), 0, SEEK_END));
  std::string text(size, '\0');
  const ssize_t count = ::pread(memory.get(), text.data(), text.size(), 0);
  text.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return text;
}

}  // namespace topoproof::sys
