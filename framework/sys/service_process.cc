// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/service_process.hh"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/clone.hh"
#include "sys/error.hh"
#include "sys/join.hh"
#include "sys/process.hh"
#include "sys/signal_fd.hh"

namespace topoproof::sys {
namespace {

// A copy of our environment, with what the service adds.
std::vector<std::string> environment_of(const ServiceStart& start) {
  std::vector<std::string> variables;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view text = *one;
    const std::string_view name = text.substr(0, text.find('='));
    const bool is_replaced = std::ranges::any_of(
        start.environment, [&](const auto& variable) { return variable.first == name; });
    if (!is_replaced) variables.emplace_back(text);
  }
  for (const auto& [name, value] : start.environment) variables.push_back(name + "=" + value);
  return variables;
}

// All that the child needs, made before it is: locks that other threads hold at that moment stay
// locked in there for ever, so that it can do no more than system calls.
struct Prepared {
  std::string program;
  ArgumentList arguments;
  ArgumentList environment;
  std::vector<std::pair<std::string, std::string>> files;
  std::string host_name;
  std::string folder;
  Fd input;
  Fd output;
  Fd parent;  // the process that starts it
  Fd begun;   // closes when the program is there
  int netns = -1;
};

Fd open_nothing() {
  return Fd(check_result(::open("/dev/null", O_RDWR | O_CLOEXEC), "open /dev/null"));
}

Fd copy_of(int fd) {
  return Fd(check_result(::fcntl(fd, F_DUPFD_CLOEXEC, 3), "duplicate a descriptor"));
}

Prepared prepare(const Netns& netns, const ServiceStart& start, Fd begun) {
  if (::access(start.folder.c_str(), X_OK) < 0) {
    throw_errno(fmt::format("go to the folder {}", start.folder.string()));
  }
  Prepared prepared{.program = find_program(start.arguments.front()),
                    .arguments = ArgumentList(start.arguments),
                    .environment = ArgumentList(environment_of(start)),
                    .files = {},
                    .host_name = start.host_name,
                    .folder = start.folder.string(),
                    .input = open_nothing(),
                    .output = start.output < 0 ? open_nothing() : copy_of(start.output),
                    .parent = open_process(::getpid()),
                    .begun = std::move(begun),
                    .netns = netns.fd()};
  for (const auto& [file, place] : start.files) {
    std::error_code ignored;
    const auto target = std::filesystem::canonical(place, ignored);
    if (!ignored) prepared.files.emplace_back(file.string(), target.string());
  }
  return prepared;
}

// From here on in the child.

void say(const char* what) { std::ignore = ::write(STDERR_FILENO, what, std::strlen(what)); }

[[noreturn]] void give_up(const char* attempt) {
  const char* why = ::strerrordesc_np(errno);  // a constant, unlike strerror's
  say("topoproof: cannot ");
  say(attempt);
  say(": ");
  say(why != nullptr ? why : "unknown error");
  say("\n");
  ::_exit(kCannotRun);
}

void expect_done(int result, const char* attempt) {
  if (result < 0) give_up(attempt);
}

void connect_streams(const Prepared& prepared) {
  for (const auto& [fd, standard] : {std::pair{prepared.input.get(), 0},
                                     {prepared.output.get(), 1},
                                     {prepared.output.get(), 2}}) {
    if (::dup2(fd, standard) < 0) ::_exit(kCannotRun);
  }
}

void enter_surroundings(const Prepared& prepared, bool own_processes) {
  expect_done(::setns(prepared.netns, CLONE_NEWNET), "enter the node");
  expect_done(::unshare(CLONE_NEWNS | CLONE_NEWUTS), "create mount and UTS namespaces");
  expect_done(::mount("none", "/", nullptr, MS_REC | MS_SLAVE, nullptr), "part the mounts");
  show_own_devices();
  // Refused where parts of /proc are hidden, as containers do: then the outer one stays.
  if (own_processes) {
    std::ignore = ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr);
  }
  for (const auto& [file, place] : prepared.files) {
    std::ignore = ::mount(file.c_str(), place.c_str(), nullptr, MS_BIND, nullptr);
  }
  std::ignore = ::sethostname(prepared.host_name.data(), prepared.host_name.size());
  expect_done(::chdir(prepared.folder.c_str()), "go to its folder");
}

[[noreturn]] void become(const Prepared& prepared, bool own_processes) {
  ::setsid();
  restore_signals();
  enter_surroundings(prepared, own_processes);
  ::execve(prepared.program.c_str(), prepared.arguments.get(), prepared.environment.get());
  give_up("run the program");
}

int status_of(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

// Whether the program, and all that it has put into the background, has ended; one that failed
// takes the others with it.
bool has_ended(pid_t program, int& status) {
  int wait_status = 0;
  while (true) {
    const pid_t ended = ::waitpid(-1, &wait_status, WNOHANG);
    if (ended < 0) return errno == ECHILD;
    if (ended == 0) return false;
    if (ended != program) continue;
    status = status_of(wait_status);
    if (status != 0) return true;
  }
}

// The first process of a PID namespace, whose end ends all others in there.
[[noreturn]] void keep(const Prepared& prepared) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  pollfd parent{prepared.parent.get(), POLLIN, 0};
  if (::poll(&parent, 1, 0) > 0) ::_exit(kCannotRun);  // it ended before it could be our cause
  sigset_t awaited;
  ::sigemptyset(&awaited);
  for (const int signal : {SIGCHLD, SIGTERM}) ::sigaddset(&awaited, signal);
  ::sigprocmask(SIG_SETMASK, &awaited, nullptr);
  const pid_t program = clone_process(0);
  if (program == 0) become(prepared, true);
  expect_done(program, "start a process");
  ::close_range(STDERR_FILENO + 1, ~0U, 0);  // a copy of all that our parent has open
  int status = 0;
  while (!has_ended(program, status)) {
    siginfo_t info{};
    if (::sigwaitinfo(&awaited, &info) == SIGTERM) ::kill(-1, SIGTERM);
  }
  ::_exit(status);
}

}  // namespace

ServiceProcess::ServiceProcess(const Netns& netns, const ServiceStart& start)
    : own_processes_(start.own_processes) {
  int ends[2];
  check_result(::pipe2(ends, O_CLOEXEC), "open a pipe");
  begin_ = Fd(ends[0]);
  const Prepared prepared = prepare(netns, start, Fd(ends[1]));
  pid_ = check_result(clone_process(own_processes_ ? CLONE_NEWPID : 0), "start a process");
  if (pid_ != 0) return;
  connect_streams(prepared);
  if (own_processes_) keep(prepared);
  become(prepared, false);
}

ServiceProcess::ServiceProcess(ServiceProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      begin_(std::move(other.begin_)),
      own_processes_(other.own_processes_),
      exit_status_(other.exit_status_) {}

ServiceProcess::~ServiceProcess() {
  if (pid_ > 0) end();
}

bool ServiceProcess::has_begun() const {
  pollfd closed{begin_.get(), POLLIN, 0};
  return ::poll(&closed, 1, 0) > 0;
}

void ServiceProcess::signal(int number) const {
  if (exit_status_ || pid_ <= 0) return;
  ::kill(own_processes_ ? pid_ : -pid_, number);
}

bool ServiceProcess::is_running() {
  if (exit_status_) return false;
  int wait_status = 0;
  if (::waitpid(pid_, &wait_status, WNOHANG) == pid_) take_end(wait_status);
  return !exit_status_;
}

void ServiceProcess::take_end(int wait_status) { exit_status_ = status_of(wait_status); }

void ServiceProcess::ask_to_end() { signal(SIGTERM); }

void ServiceProcess::end() {
  if (exit_status_) return;
  ::kill(pid_, SIGKILL);  // before it has a group, too
  signal(SIGKILL);
  int wait_status = 0;
  while (::waitpid(pid_, &wait_status, 0) < 0) {
    if (errno == EINTR) continue;
    return;  // reaped elsewhere
  }
  take_end(wait_status);
}

}  // namespace topoproof::sys
