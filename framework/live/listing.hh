// SPDX-License-Identifier: GPL-2.0-or-later
// The labs of a user, as a list.
#pragma once

#include <chrono>
#include <compare>
#include <string>
#include <vector>

#include "live/record.hh"
#include "live/state_folder.hh"
#include "service/services.hh"

namespace topoproof::live {

// Between: a change to another topology failed on its way.
enum class LabState { Running, Between, Starting, Dead };

struct ListedLab {
  Record record;
  LabState state = LabState::Dead;
  int holder = 0;  // its process; 0 if it cannot be seen from here
  std::vector<service::Status> services = {};
  friend auto operator<=>(const ListedLab&, const ListedLab&) = default;
};

std::vector<ListedLab> list_labs(const StateFolder& state);  // by name. THROWS: sys::SystemError

// A table with a heading, or a sentence if there is none.
std::string to_text(const std::vector<ListedLab>& labs, std::chrono::sys_seconds now);
std::string to_json(const std::vector<ListedLab>& labs);

}  // namespace topoproof::live
