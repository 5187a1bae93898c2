// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/rest.hh"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sys/files.hh"
#include "sys/process.hh"

namespace topoproof::sys {
namespace {

namespace fs = std::filesystem;

// What follows the label in a text of lines such as "State:\tS (sleeping)".
std::string_view field(std::string_view text, std::string_view label) {
  const auto at = text.find(label);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + label.size());
  text = text.substr(0, text.find('\n'));
  const auto first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

// /proc may be that of a namespace further out, which has numbers of its own.
pid_t number_in_proc(pid_t process) {
  const Fd fd = open_process(process);
  if (!fd.is_open()) return 0;
  const auto info = read_file(fmt::format("/proc/self/fdinfo/{}", fd.get()));
  return info ? std::atoi(std::string(field(*info, "\nPid:")).c_str()) : 0;
}

// How often each thread has left the processor: of threads that sleep, it says whether they have
// run meanwhile.
using Sleepers = std::map<std::string, std::string>;

class Look {
 public:
  // RETURNS: nothing if one of them is awake.
  static std::optional<Sleepers> at(pid_t process) {
    Look look;
    return look.take_family(process) ? std::optional(std::move(look.sleepers_)) : std::nullopt;
  }

 private:
  bool take_family(pid_t process) {
    std::error_code gone;
    const fs::path tasks = fmt::format("/proc/{}/task", process);
    for (auto task = fs::directory_iterator(tasks, gone); task != fs::directory_iterator();
         task.increment(gone)) {
      if (!take(task->path())) return false;
      std::istringstream children(read_file(task->path() / "children").value_or(""));
      for (pid_t child = 0; children >> child;) {
        if (!take_family(child)) return false;
      }
    }
    return true;
  }

  bool take(const fs::path& task) {
    const auto status = read_file(task / "status");
    if (!status) return true;  // it has ended
    const std::string_view state = field(*status, "\nState:");
    if (state.empty() || !std::string_view("STtZX").contains(state.front())) return false;
    sleepers_[task.string()] = fmt::format("{} {}", field(*status, "\nvoluntary_ctxt_switches:"),
                                           field(*status, "\nnonvoluntary_ctxt_switches:"));
    return true;
  }

  Sleepers sleepers_;
};

}  // namespace

bool is_at_rest(pid_t process) {
  const pid_t number = number_in_proc(process);
  if (number <= 0) return true;
  const auto before = Look::at(number);
  return before && Look::at(number) == before;
}

}  // namespace topoproof::sys
