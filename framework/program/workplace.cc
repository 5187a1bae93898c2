// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/workplace.hh"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "sys/files.hh"

namespace topoproof::program {
namespace {

constexpr std::uint64_t kSysAdmin = 1U << 21U;  // CAP_SYS_ADMIN of capabilities(7)

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

// "Name:\tvalue", a line of /proc/self/status.
std::string_view field_of(std::string_view status, std::string_view name) {
  const std::string key = fmt::format("\n{}:\t", name);
  const auto begin = status.find(key);
  if (begin == std::string_view::npos) return {};
  status.remove_prefix(begin + key.size());
  return status.substr(0, status.find('\n'));
}

std::optional<unsigned long> number_in(const Signs& signs, const char* file) {
  const auto text = signs.read(file);
  unsigned long value = 0;
  if (!text) return std::nullopt;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), value);
  return read.ec == std::errc() ? std::optional(value) : std::nullopt;
}

std::string container_of(const Signs& signs) {
  if (signs.is_set("KUBERNETES_SERVICE_HOST")) return "Kubernetes";
  if (signs.read("/.dockerenv")) return "Docker";
  return signs.read("/run/.containerenv") ? "Podman" : "";
}

bool is_read_only(const char* path) {
  struct statvfs info{};
  return ::statvfs(path, &info) == 0 && (info.f_flag & ST_RDONLY) != 0;
}

std::string options_for(const Workplace& workplace) {
  if (workplace.gitlab) {
    return "in the runner's config.toml, [runners.docker]: "
           "security_opt = [\"seccomp=unconfined\", \"apparmor=unconfined\", "
           "\"systempaths=unconfined\"]; or privileged = true";
  }
  if (workplace.container == "Kubernetes") {
    return "securityContext: { privileged: true }, or seccompProfile: { type: Unconfined } with "
           "procMount: Unmasked";
  }
  return fmt::format(
      "{} run --security-opt seccomp=unconfined --security-opt apparmor=unconfined "
      "--security-opt systempaths=unconfined; or --privileged",
      workplace.container == "Podman" ? "podman" : "docker");
}

}  // namespace

bool has_admin(const std::string& status) {
  const std::string_view digits = field_of(status, "CapEff");
  std::uint64_t capabilities = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), capabilities, 16);
  return (capabilities & kSysAdmin) != 0;
}

bool has_filter(const std::string& status) { return field_of(status, "Seccomp") == "2"; }

Workplace recognize(const Signs& signs) {
  const std::string status = signs.read("/proc/self/status").value_or("");
  Workplace workplace{.github = signs.is_set("GITHUB_ACTIONS"),
                      .gitlab = signs.is_set("GITLAB_CI"),
                      .container = container_of(signs),
                      .root = signs.root,
                      .admin = has_admin(status),
                      .filtered = has_filter(status),
                      .read_only_sysctls = signs.read_only_sysctls};
  workplace.other_ci = signs.is_set("CI") && !workplace.github && !workplace.gitlab;
  workplace.restricted_by_apparmor =
      number_in(signs, "/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1U;
  workplace.restricted_by_debian =
      number_in(signs, "/proc/sys/kernel/unprivileged_userns_clone") == 0U;
  workplace.user_namespaces = number_in(signs, "/proc/sys/user/max_user_namespaces");
  return workplace;
}

Workplace observe_workplace() {
  return recognize({.read = [](const std::string& file) { return sys::read_file(file); },
                    .is_set = is_set,
                    .root = ::geteuid() == 0,
                    .read_only_sysctls = is_read_only("/proc/sys")});
}

std::string describe(const Workplace& workplace) {
  std::string text = workplace.github     ? "a job of GitHub Actions"
                     : workplace.gitlab   ? "a job of GitLab CI"
                     : workplace.other_ci ? "a job of a CI system"
                                          : "";
  if (!workplace.container.empty()) {
    text += fmt::format("{}a container of {}", text.empty() ? "" : " in ", workplace.container);
  }
  if (text.empty()) text = "a machine, or a container without a sign of it";
  if (!workplace.root) return text + ", as an ordinary user";
  return text + (workplace.admin ? ", as root" : ", as root without CAP_SYS_ADMIN");
}

std::string advice_for(const Workplace& workplace) {
  std::string advice;
  const auto add = [&](std::string_view why, std::string_view how) {
    advice += fmt::format("{}: {}\n", why, how);
  };
  if (workplace.filtered && !workplace.admin) {
    add("a filter of system calls is in force; the default one of containers refuses unshare(2)",
        options_for(workplace));
  } else if (workplace.read_only_sysctls) {
    add("/proc/sys can only be read, so sysctls of a node cannot be set", options_for(workplace));
  }
  if (workplace.restricted_by_apparmor && !workplace.admin) {
    add("AppArmor restricts user namespaces",
        workplace.github ? "a step before: sudo sysctl -w "
                           "kernel.apparmor_restrict_unprivileged_userns=0"
                         : "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or run "
                           "topoproof as root");
  }
  if (workplace.restricted_by_debian && !workplace.admin) {
    add("user namespaces are for root alone", "sudo sysctl -w kernel.unprivileged_userns_clone=1");
  }
  if (workplace.user_namespaces == 0U && !workplace.admin) {
    add("no user namespaces are allowed", "sudo sysctl -w user.max_user_namespaces=10000");
  }
  return advice;
}

}  // namespace topoproof::program
