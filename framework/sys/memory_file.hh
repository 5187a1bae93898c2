// SPDX-License-Identifier: GPL-2.0-or-later
// A file without a name that takes whatever is written, however much, while nobody reads.
#pragma once

#include <string>

#include "sys/fd.hh"

namespace topoproof::sys {

Fd make_memory_file();                      // THROWS: SystemError
std::string memory_text(const Fd& memory);  // all that was written

}  // namespace topoproof::sys
