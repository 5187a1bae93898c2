// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/own_mounts.hh"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "sys/error.hh"

namespace topoproof::sys {

void enter_own_mounts() {
  check_result(::unshare(CLONE_NEWNS), "enter a mount namespace");
  check_result(::mount("none", "/", nullptr, MS_REC | MS_SLAVE, nullptr), "keep mounts here");
  check_result(::mount("tmpfs", "/run", "tmpfs", 0, nullptr), "mount /run");
  check_result(::mkdir("/run/netns", 0755), "make /run/netns");
}

}  // namespace topoproof::sys
