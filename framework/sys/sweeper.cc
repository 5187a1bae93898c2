// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/sweeper.hh"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <new>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/error.hh"

namespace topoproof::sys {
namespace {

// The lowest descriptor that nobody closes yet.
using Next = std::atomic<unsigned>;

// A folder to remove, as long as it is held.
struct Folder {
  static constexpr std::size_t kLongest = 255;
  std::atomic<bool> is_taken = false;
  std::atomic<bool> is_held = false;
  char path[kLongest + 1] = {};
};

constexpr std::size_t kMostFolders = 64;

// What this process, the helper and its workers have in common.
struct Shared {
  Next next = 0;
  Folder folders[kMostFolders];
};

constexpr unsigned kMostWorkers = 200;
constexpr unsigned kClosedSingly = 1U << 16;  // descriptors above are none of a tap

// From here on: what the helper and its workers run. Their memory is a copy made by a bare clone,
// unknown to libc and to sanitizers, so there is no allocation, no lock, and no libc wrapper that a
// sanitizer may have replaced: only system calls.

// Shares the descriptors and nothing else. With no other argument than the flags the call is the
// same on all architectures that Debian runs on, but for s390x.
long clone_with_descriptors() { return ::syscall(SYS_clone, CLONE_FILES, 0, 0, 0, 0); }

[[noreturn]] void end() {
  while (true) ::syscall(SYS_exit_group, 0);
}

// close() can block, on a TCP socket that lingers for example. All signals are blocked here, but
// for SIGKILL, which a timer may send as well.
void end_within_10s() {
  sigevent kill{};
  kill.sigev_notify = SIGEV_SIGNAL;
  kill.sigev_signo = SIGKILL;
  int timer = 0;
  itimerspec limit{};
  limit.it_value.tv_sec = 10;
  if (::syscall(SYS_timer_create, CLOCK_MONOTONIC, &kill, &timer) == 0) {
    ::syscall(SYS_timer_settime, timer, 0, &limit, nullptr);
  }
}

// One at a time, as many as the other workers leave: whoever waits for a tap holds up nothing else.
void close_descriptors(Next& next) {
  for (unsigned fd = next++; fd < kClosedSingly; fd = next++) ::syscall(SYS_close, fd);
  ::syscall(SYS_close_range, kClosedSingly, ~0U, 0);
}

// An entry that getdents64(2) gives: its length is at byte 16, its name at 19.
bool remove_entries(long folder) {
  alignas(8) char entries[4096];
  bool any = false;
  long size = 0;
  while ((size = ::syscall(SYS_getdents64, folder, entries, sizeof entries)) > 0) {
    for (long at = 0; at < size; at += *reinterpret_cast<unsigned short*>(entries + at + 16)) {
      any |= ::syscall(SYS_unlinkat, folder, entries + at + 19, 0) == 0;
    }
  }
  return any;
}

void remove_folder(const char* path) {
  const long folder = ::syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
  if (folder < 0) return;
  while (remove_entries(folder)) ::syscall(SYS_lseek, folder, 0, SEEK_SET);
  ::syscall(SYS_close, folder);
  ::syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
}

void sweep(Shared& shared) {
  end_within_10s();
  for (Folder& folder : shared.folders) {
    if (folder.is_held) remove_folder(folder.path);
  }
  Next& next = shared.next;
  while (next <= STDERR_FILENO) ::syscall(SYS_close, next++);
  for (unsigned i = 0; i < kMostWorkers && next < kClosedSingly; ++i) {
    const long worker = clone_with_descriptors();
    if (worker < 0) break;  // the limit of processes: slower, nothing worse
    if (worker > 0) continue;
    end_within_10s();
    close_descriptors(next);
    end();
  }
  close_descriptors(next);
  while (::syscall(SYS_wait4, -1, nullptr, __WALL, nullptr) > 0) continue;
}

[[noreturn]] void help(int process, Shared& shared) {
  // Not "topoproof-something": `pkill -9 topoproof` is meant for the program.
  ::syscall(SYS_prctl, PR_SET_NAME, "netns-sweeper");
  pollfd death{process, POLLIN, 0};
  while (::syscall(SYS_ppoll, &death, 1, nullptr, nullptr, 0) < 0) continue;
  if ((death.revents & POLLIN) != 0) sweep(shared);
  end();
}

// From here on: what the program itself runs.

Fd open_self() {
  return Fd(check_result(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)),
                         "open a descriptor of this process"));
}

// A table that several processes or threads share waits for an RCU grace period whenever it grows.
// So it grows now; it never shrinks.
void reserve_descriptors(int any) {
  constexpr rlim_t kEnoughForAThousandNodes = 1U << 14;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const auto last = static_cast<int>(std::min(limit.rlim_cur, kEnoughForAThousandNodes)) - 1;
  const Fd highest(::fcntl(any, F_DUPFD_CLOEXEC, last));  // refused if `last` is taken: fine
}

Shared* share_memory() {
  void* memory =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw_errno("share memory with a process");
  return new (memory) Shared;
}

// Of the sweeper that lives; null if none does.
std::atomic<Shared*> living = nullptr;

// The helper is born with all signals blocked, and keeps them so.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~AllSignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

pid_t start_helper(int process, Shared& shared) {
  const AllSignalsBlocked blocked;
  const auto helper =
      check_result(static_cast<int>(clone_with_descriptors()), "start the sweeper process");
  if (helper == 0) help(process, shared);
  ::setpgid(helper, helper);  // done by us, so that it is done when we return
  return helper;
}

}  // namespace

Sweeper::Sweeper() : self_(open_self()), owner_(::getpid()) {
  reserve_descriptors(self_.get());
  Shared* shared = share_memory();
  helper_ = start_helper(self_.get(), *shared);
  living = shared;
}

Sweeper::~Sweeper() {
  if (::getpid() != owner_) return;
  ::kill(helper_, SIGKILL);
  while (::waitpid(helper_, nullptr, __WALL) < 0 && errno == EINTR) continue;
  ::munmap(living.exchange(nullptr), sizeof(Shared));
}

void hold_folder_for_sweeper(std::string_view path) {
  Shared* shared = living;
  if (shared == nullptr || path.size() > Folder::kLongest) return;
  for (Folder& folder : shared->folders) {
    if (folder.is_taken.exchange(true)) continue;
    folder.path[path.copy(folder.path, path.size())] = 0;
    folder.is_held = true;
    return;
  }
}

void let_go_folder(std::string_view path) {
  Shared* shared = living;
  if (shared == nullptr) return;
  for (Folder& folder : shared->folders) {
    if (!folder.is_held || folder.path != path) continue;
    folder.is_held = false;
    folder.is_taken = false;
  }
}

}  // namespace topoproof::sys
