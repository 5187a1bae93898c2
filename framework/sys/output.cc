// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/output.hh"

#include <cerrno>
#include <csignal>
#include <string>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sys/error.hh"
#include "sys/fd.hh"

namespace topoproof::sys {
namespace {

void write_all(int fd, std::string_view text, const std::string& attempt) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_errno(attempt);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

void print(Stream stream, std::string_view text) {
  write_all(std::to_underlying(stream), text,
            stream == Stream::Out ? "write to the standard output" : "write to the error output");
}

Fd duplicate(Stream stream) {
  return Fd(check_result(::fcntl(std::to_underlying(stream), F_DUPFD_CLOEXEC, 0),
                         "duplicate a standard stream"));
}

bool is_terminal(Stream stream) { return ::isatty(std::to_underlying(stream)) == 1; }

std::size_t terminal_width(Stream stream) {
  winsize size{};
  if (::ioctl(std::to_underlying(stream), TIOCGWINSZ, &size) < 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

void save_file(const std::filesystem::path& path, std::string_view text) {
  const std::string attempt = fmt::format("write {}", path.string());
  Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!fd.is_open()) throw_errno(attempt);
  write_all(fd.get(), text, attempt);
  check_result(::close(fd.release()), attempt.c_str());  // network file systems tell it only here
}

void survive_file_size_limit() { std::signal(SIGXFSZ, SIG_IGN); }

}  // namespace topoproof::sys
