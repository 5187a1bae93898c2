// SPDX-License-Identifier: GPL-2.0-or-later
// Where users' CI runs: by what was read there in the end, and by the files and variables that such
// a place is known to have (the documentation of Docker, Podman, GitLab and GitHub; written down,
// no such machine was at hand).
#include "program/workplace.hh"

#include <algorithm>
#include <map>
#include <set>

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

// What a process sees of its place.
struct Place {
  std::string name;
  std::set<std::string> variables;
  std::map<std::string, std::string> files;
  bool root = false;
  bool read_only_sysctls = false;
  std::string description;
  std::string advice;  // how it begins
};

// With the default capabilities and filter of Docker, and with none.
constexpr const char* kConfined =
    "Name:\ttopoproof\nUid:\t0\t0\t0\t0\nCapEff:\t00000000a80425fb\nNoNewPrivs:\t0\n"
    "Seccomp:\t2\nSeccomp_filters:\t1\n";
constexpr const char* kRoot =
    "Name:\ttopoproof\nUid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\nNoNewPrivs:\t0\n"
    "Seccomp:\t0\nSeccomp_filters:\t0\n";
constexpr const char* kUser =
    "Name:\ttopoproof\nUid:\t1001\t1001\t1001\t1001\nCapEff:\t0000000000000000\n"
    "NoNewPrivs:\t0\nSeccomp:\t0\nSeccomp_filters:\t0\n";
constexpr const char* kStatus = "/proc/self/status";
constexpr const char* kAppArmor = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";
constexpr const char* kMost = "/proc/sys/user/max_user_namespaces";

class RecordedPlace : public testing::TestWithParam<Place> {};

TEST_P(RecordedPlace, IsRecognized) {
  const Place& place = GetParam();
  const Signs signs{.read = [&](const std::string& file) -> std::optional<std::string> {
                      const auto found = place.files.find(file);
                      if (found == place.files.end()) return std::nullopt;
                      return found->second;
                    },
                    .is_set = [&](const char* name) { return place.variables.contains(name); },
                    .root = place.root,
                    .read_only_sysctls = place.read_only_sysctls};
  const Workplace workplace = recognize(signs);
  EXPECT_EQ(describe(workplace), place.description);
  const std::string advice = advice_for(workplace);
  EXPECT_EQ(advice.substr(0, std::min(advice.find(": "), advice.size())), place.advice) << advice;
}

INSTANTIATE_TEST_SUITE_P(
    Workplaces, RecordedPlace,
    testing::Values(
        Place{.name = "debian",
              .variables = {},
              .files = {{kStatus, kUser}, {kMost, "15000"}},
              .description = "a machine, or a container without a sign of it, as an ordinary user",
              .advice = ""},
        Place{.name = "ubuntu_24_04",
              .variables = {},
              .files = {{kStatus, kUser}, {kMost, "15000"}, {kAppArmor, "1"}},
              .description = "a machine, or a container without a sign of it, as an ordinary user",
              .advice = "AppArmor restricts user namespaces"},
        Place{.name = "runner_of_github",
              .variables = {"CI", "GITHUB_ACTIONS", "RUNNER_OS"},
              .files = {{kStatus, kUser}, {kMost, "63724"}, {kAppArmor, "1"}},
              .description = "a job of GitHub Actions, as an ordinary user",
              .advice = "AppArmor restricts user namespaces"},
        Place{.name = "runner_of_gitlab_in_docker",
              .variables = {"CI", "GITLAB_CI", "CI_JOB_ID"},
              .files = {{kStatus, kConfined}, {"/.dockerenv", ""}, {kMost, "63724"}},
              .root = true,
              .read_only_sysctls = true,
              .description =
                  "a job of GitLab CI in a container of Docker, as root without CAP_SYS_ADMIN",
              .advice = "a filter of system calls is in force; the default one of containers "
                        "refuses unshare(2)"},
        Place{.name = "docker",
              .variables = {},
              .files = {{kStatus, kConfined}, {"/.dockerenv", ""}, {kMost, "63724"}},
              .root = true,
              .read_only_sysctls = true,
              .description = "a container of Docker, as root without CAP_SYS_ADMIN",
              .advice = "a filter of system calls is in force; the default one of containers "
                        "refuses unshare(2)"},
        Place{.name = "docker_privileged",
              .variables = {},
              .files = {{kStatus, kRoot}, {"/.dockerenv", ""}, {kMost, "63724"}},
              .root = true,
              .description = "a container of Docker, as root",
              .advice = ""},
        Place{.name = "docker_without_a_filter",
              .variables = {},
              .files = {{kStatus, "Name:\ttopoproof\nCapEff:\t00000000a80425fb\nSeccomp:\t0\n"},
                        {"/.dockerenv", ""}},
              .root = true,
              .read_only_sysctls = true,
              .description = "a container of Docker, as root without CAP_SYS_ADMIN",
              .advice = "/proc/sys can only be read, so sysctls of a node cannot be set"},
        Place{.name = "podman",
              .variables = {"container"},
              .files = {{kStatus, kConfined}, {"/run/.containerenv", ""}, {kMost, "63724"}},
              .root = true,
              .read_only_sysctls = true,
              .description = "a container of Podman, as root without CAP_SYS_ADMIN",
              .advice = "a filter of system calls is in force; the default one of containers "
                        "refuses unshare(2)"},
        Place{.name = "pod_of_kubernetes",
              .variables = {"KUBERNETES_SERVICE_HOST"},
              .files = {{kStatus, kConfined}},
              .root = true,
              .read_only_sysctls = true,
              .description = "a container of Kubernetes, as root without CAP_SYS_ADMIN",
              .advice = "a filter of system calls is in force; the default one of containers "
                        "refuses unshare(2)"},
        Place{.name = "hardened",
              .variables = {},
              .files = {{kStatus, kUser}, {kMost, "0"}},
              .description = "a machine, or a container without a sign of it, as an ordinary user",
              .advice = "no user namespaces are allowed"}),
    [](const auto& place) { return place.param.name; });

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
