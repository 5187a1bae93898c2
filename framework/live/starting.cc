// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/starting.hh"

#include <cstdlib>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "live/client.hh"
#include "sys/files.hh"
#include "sys/output.hh"
#include "sys/process.hh"

namespace topoproof::live {
namespace {

bool has_open(pid_t pid, const std::filesystem::path& file) {
  std::error_code ignored;
  const auto folder = fmt::format("/proc/{}/fd", pid);
  for (auto entry = std::filesystem::directory_iterator(folder, ignored);
       entry != std::filesystem::directory_iterator(); entry.increment(ignored)) {
    if (std::filesystem::equivalent(entry->path(), file, ignored)) return true;
  }
  return false;
}

}  // namespace

void note_holder(const std::filesystem::path& lab_folder, pid_t pid) {
  sys::save_file(lab_folder / "holder", std::to_string(pid));
}

StartingHolder find_holder(const std::filesystem::path& lab_folder) {
  const auto text = sys::read_file(lab_folder / "holder");
  const pid_t pid = text ? std::atoi(text->c_str()) : 0;
  sys::Fd process = sys::open_process(pid);
  if (!process.is_open() || !has_open(pid, lab_folder / "lock")) return {};
  return {.pid = pid, .process = std::move(process)};
}

void end_lab(const StateFolder& state, const std::string& name) {
  const auto folder = state.folder_of(name);
  const bool has_socket = !is_lab_name(name) || std::filesystem::exists(folder / "socket");
  const StartingHolder holder = has_socket ? StartingHolder() : find_holder(folder);
  if (!holder.process.is_open()) return Client(state, name).end();
  sys::kill_process(holder.process);
  sys::wait_for_end(holder.process);
  state.remove_dead(name);
}

}  // namespace topoproof::live
