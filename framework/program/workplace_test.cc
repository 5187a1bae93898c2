// SPDX-License-Identifier: GPL-2.0-or-later
// Where users' CI runs, made up.
#include "program/workplace.hh"

#include <gtest/gtest.h>

namespace topoproof::program {
namespace {

constexpr const char* kContainerOptions =
    "docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined "
    "--security-opt systempaths=unconfined; or --privileged\n";
constexpr const char* kFiltered =
    "a filter of system calls is in force; the default one of containers refuses unshare(2): ";

TEST(Workplace, OfAPlainMachineNeedsNothing) {
  const Workplace machine{.user_namespaces = 10'000};
  EXPECT_EQ(describe(machine),
            "a machine, or a container without a sign of it, as an ordinary user");
  EXPECT_EQ(advice_for(machine), "");
}

TEST(Workplace, OfAnUbuntuRunnerOfGitHubIsRestrictedByAppArmor) {
  const Workplace runner{.github = true, .restricted_by_apparmor = true};
  EXPECT_EQ(describe(runner), "a job of GitHub Actions, as an ordinary user");
  EXPECT_EQ(advice_for(runner),
            "AppArmor restricts user namespaces: a step before: sudo sysctl -w "
            "kernel.apparmor_restrict_unprivileged_userns=0\n");
}

TEST(Workplace, OfAContainerWithTheDefaultFilterNamesTheOptions) {
  const Workplace docker{
      .container = "Docker", .root = true, .filtered = true, .read_only_sysctls = true};
  EXPECT_EQ(describe(docker), "a container of Docker, as root without CAP_SYS_ADMIN");
  EXPECT_EQ(advice_for(docker), std::string(kFiltered) + kContainerOptions);
}

TEST(Workplace, OfAGitLabRunnerNamesItsConfiguration) {
  const Workplace runner{.gitlab = true, .container = "Docker", .root = true, .filtered = true};
  EXPECT_EQ(describe(runner),
            "a job of GitLab CI in a container of Docker, as root without CAP_SYS_ADMIN");
  EXPECT_EQ(advice_for(runner),
            std::string(kFiltered) +
                "in the runner's config.toml, [runners.docker]: security_opt = "
                "[\"seccomp=unconfined\", \"apparmor=unconfined\", \"systempaths=unconfined\"]; or "
                "privileged = true\n");
}

TEST(Workplace, WithoutAFilterMayStillHaveSysctlsThatCannotBeSet) {
  const Workplace docker{.container = "Docker", .root = true, .read_only_sysctls = true};
  EXPECT_EQ(advice_for(docker),
            std::string("/proc/sys can only be read, so sysctls of a node cannot be set: ") +
                kContainerOptions);
}

TEST(Workplace, OfAPrivilegedContainerNeedsNothing) {
  const Workplace docker{.container = "Docker", .root = true, .admin = true};
  EXPECT_EQ(describe(docker), "a container of Docker, as root");
  EXPECT_EQ(advice_for(docker), "");
}

TEST(Workplace, OfAnOldDebianOrAHardenedMachineNamesTheSysctl) {
  EXPECT_EQ(advice_for({.restricted_by_debian = true}),
            "user namespaces are for root alone: sudo sysctl -w "
            "kernel.unprivileged_userns_clone=1\n");
  EXPECT_EQ(advice_for({.user_namespaces = 0}),
            "no user namespaces are allowed: sudo sysctl -w user.max_user_namespaces=10000\n");
}

TEST(Workplace, IsReadFromTheStatusOfAProcess) {
  const std::string docker = "Name:\tsh\nCapEff:\t00000000a80425fb\nSeccomp:\t2\n";
  const std::string root = "Name:\tsh\nCapEff:\t000001ffffffffff\nSeccomp:\t0\n";
  EXPECT_FALSE(has_admin(docker));
  EXPECT_TRUE(has_filter(docker));
  EXPECT_TRUE(has_admin(root));
  EXPECT_FALSE(has_filter(root));
}

}  // namespace
}  // namespace topoproof::program
