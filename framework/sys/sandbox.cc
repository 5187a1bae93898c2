// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/sandbox.hh"

#include <cerrno>
#include <string>

#include <fmt/format.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sys/error.hh"
#include "sys/files.hh"

namespace topoproof::sys {
namespace {

bool own_user_namespace = false;

[[noreturn]] void refuse_user_namespace(int error) {
  std::string attempt = "create a user namespace";
  const auto restricted = read_file("/proc/sys/kernel/apparmor_restrict_unprivileged_userns");
  const auto limit = read_file("/proc/sys/user/max_user_namespaces");
  if (restricted && *restricted == "1") {
    attempt +=
        " (AppArmor forbids it; to allow it, as root: sysctl -w "
        "kernel.apparmor_restrict_unprivileged_userns=0)";
  } else if (limit && *limit == "0") {
    attempt +=
        " (this machine allows none; to allow some, as root: sysctl -w "
        "user.max_user_namespaces=10000)";
  } else if (error == EINVAL) {
    attempt += " (a second thread exists already)";
  }
  throw SystemError(error, attempt);
}

// user_namespaces(7): setgroups must be denied before an unprivileged process may map its group.
void map_to_root(unsigned uid, unsigned gid) {
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", fmt::format("0 {} 1", uid));
  write_file("/proc/self/gid_map", fmt::format("0 {} 1", gid));
}

}  // namespace

void enter_sandbox() {
  const unsigned uid = ::geteuid();
  const unsigned gid = ::getegid();
  if (uid == 0 && ::unshare(CLONE_NEWNET) == 0) return;
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0) refuse_user_namespace(errno);
  // A process started by su or sudo may be undumpable: then /proc/self belongs to root, and the
  // map files cannot be written.
  ::prctl(PR_SET_DUMPABLE, 1);
  map_to_root(uid, gid);
  own_user_namespace = true;
}

bool in_own_user_namespace() { return own_user_namespace; }

unsigned long raise_open_file_limit() {
  rlimit limit{};
  check_result(::getrlimit(RLIMIT_NOFILE, &limit), "read the limit of open files");
  limit.rlim_cur = limit.rlim_max;
  check_result(::setrlimit(RLIMIT_NOFILE, &limit), "raise the limit of open files");
  return limit.rlim_cur;
}

}  // namespace topoproof::sys
