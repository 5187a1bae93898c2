// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/error.hh"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace topoproof::sys {

namespace {

// What to do, where that is not to be seen from what the system says.
std::string with_advice(int error, const std::string& attempt) {
  if (error != EMFILE || attempt.find("ulimit -n") != std::string::npos) return attempt;
  return attempt + " (`ulimit -n` says how many files may be open, and allows more)";
}

}  // namespace

SystemError::SystemError(int error, const std::string& attempt)
    : std::system_error(error, std::generic_category(), with_advice(error, attempt)) {}

void throw_errno(const std::string& attempt) { throw SystemError(errno, attempt); }

int check_result(int result, const char* attempt) {
  if (result < 0) throw_errno(attempt);
  return result;
}

int last_error() { return errno; }

std::string error_text(int error) { return std::generic_category().message(error); }

std::string error_name(int error) {
  const char* name = strerrorname_np(error);
  return name != nullptr ? name : fmt::format("errno {}", error);
}

}  // namespace topoproof::sys
