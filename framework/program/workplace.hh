// SPDX-License-Identifier: GPL-2.0-or-later
// Where the program runs, by what can be seen of it: a machine, a container, a job of a CI system.
// Where namespaces are refused, each of them has its own way to allow them.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace topoproof::program {

// What can be seen.
struct Workplace {
  bool github = false;                  // GITHUB_ACTIONS
  bool gitlab = false;                  // GITLAB_CI
  bool other_ci = false;                // CI, and none of these
  std::string container = {};           // "Docker", "Podman", "Kubernetes"; empty: no sign of one
  bool root = false;                    // effective user 0
  bool admin = false;                   // CAP_SYS_ADMIN is effective
  bool filtered = false;                // a seccomp filter: `Seccomp: 2` of /proc/self/status
  bool read_only_sysctls = false;       // /proc/sys is mounted so
  bool restricted_by_apparmor = false;  // kernel.apparmor_restrict_unprivileged_userns
  bool restricted_by_debian = false;    // kernel.unprivileged_userns_clone is 0
  std::optional<unsigned long> user_namespaces = {};  // user.max_user_namespaces
};

// Where it is seen: this machine, or one that was written down.
struct Signs {
  std::function<std::optional<std::string>(const std::string& file)> read;  // nothing: no such file
  std::function<bool(const char* variable)> is_set;                         // of the environment
  bool root = false;
  bool read_only_sysctls = false;
};
Workplace recognize(const Signs& signs);
Workplace observe_workplace();  // this one

// "a job of GitHub Actions, as an ordinary user".
std::string describe(const Workplace& workplace);

// What to do so that networks can be built there, where they cannot: a line each, with the command
// or the lines of a configuration. Empty if nothing is known to stand in the way.
std::string advice_for(const Workplace& workplace);

// Of /proc/self/status: "CapEff:\t000001ffffffffff". Exposed for tests.
bool has_admin(const std::string& status);
bool has_filter(const std::string& status);

}  // namespace topoproof::program
