// SPDX-License-Identifier: GPL-2.0-or-later
// What the system refuses, as an exception whose text names the attempt: "open /dev/net/tun:
// Permission denied". errno is read in this module, nowhere else.
#pragma once

#include <string>
#include <system_error>

namespace topoproof::sys {

class SystemError : public std::system_error {
 public:
  // `attempt` is a phrase, not a function name: "add route 10.2.0.0/16 in r1".
  SystemError(int error, const std::string& attempt);
  int error() const { return code().value(); }
};

// THROWS: SystemError with the errno of the call that just failed.
[[noreturn]] void throw_errno(const std::string& attempt);

// RETURNS: `result` if it is not negative. THROWS: SystemError with errno otherwise.
int check_result(int result, const char* attempt);

int last_error();                   // errno
std::string error_text(int error);  // "Network is unreachable"
std::string error_name(int error);  // "ENETUNREACH"

}  // namespace topoproof::sys
