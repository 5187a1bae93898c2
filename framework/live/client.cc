// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/client.hh"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/suggest.hh"
#include "live/refusal.hh"
#include "sys/error.hh"
#include "sys/process.hh"

namespace topoproof::live {
namespace {

// Services are asked to end, and have a second for it.
constexpr std::chrono::seconds kPatienceWithEnd{10};

std::vector<std::string> living(const StateFolder& state) {
  std::vector<std::string> names = state.names();
  std::erase_if(names, [&](const std::string& name) { return !state.is_alive(name); });
  return names;
}

Refusal no_such_lab(const StateFolder& state, const std::string& name) {
  const auto names = living(state);
  const std::vector<std::string_view> known(names.begin(), names.end());
  if (std::filesystem::exists(state.folder_of(name))) {
    return Refusal(fmt::format(
        "lab '{}' has died, and all that ran in it with it: its holder was killed, or the machine "
        "was started anew; topoproof gc removes what is left of it",
        name));
  }
  if (names.empty()) return Refusal(fmt::format("there is no lab '{}': none is running", name));
  const std::string meant = did_you_mean(name, known);
  return Refusal(
      fmt::format("there is no lab '{}'{}", name,
                  meant.empty() ? fmt::format("; running: {}", fmt::join(names, ", ")) : meant));
}

sys::Channel connect(const StateFolder& state, const std::string& name) {
  if (!is_lab_name(name) || !state.is_alive(name)) throw no_such_lab(state, name);
  try {
    return sys::Channel::connect(state.folder_of(name) / "socket");
  } catch (const sys::SystemError& refused) {
    if (refused.error() == ENOENT) {
      throw Refusal(fmt::format("lab '{}' is being built: ask again when it is there", name));
    }
    if (refused.error() == ECONNREFUSED) throw no_such_lab(state, name);
    throw;
  }
}

}  // namespace

std::string choose_lab(const StateFolder& state, const std::optional<std::string>& name,
                       const char* how) {
  if (name) return *name;
  const auto names = living(state);
  if (names.size() == 1) return names.front();
  const auto dead = state.names();
  if (names.empty() && !dead.empty()) {
    throw Refusal(fmt::format("no lab is running; {} died: topoproof gc removes what is left",
                              fmt::join(dead, ", ")));
  }
  if (names.empty()) throw Refusal("no lab is running: topoproof up FILE starts one");
  throw Refusal(
      fmt::format("several labs are running ({}): say which {}", fmt::join(names, ", "), how));
}

void Joined::join_ends(std::vector<state::Link>& links) const {
  for (state::Link& link : links) {
    for (const CarriedEnd& end : carried) {
      if (link.index == end.index) link.peer_index = end.far_index;
    }
  }
}

std::string Joined::impairment_of(std::uint32_t index) const {
  const auto end = std::ranges::find(carried, index, &CarriedEnd::index);
  return end != carried.end() ? end->impairment : "";
}

Client::Client(const StateFolder& state, std::string name)
    : name_(std::move(name)), folder_(state.folder_of(name_)), channel_(connect(state, name_)) {}

void Client::send(const Request& request, std::span<const int> descriptors) {
  try {
    channel_.send(to_json(request), descriptors);
  } catch (const sys::SystemError& refused) {
    if (refused.error() != EPIPE) throw;
    throw LabDied(fmt::format("lab '{}' has ended", name_));
  }
}

Client::Received Client::receive() {
  auto parcel = channel_.receive();
  if (!parcel) throw LabDied(fmt::format("lab '{}' ended while it was asked", name_));
  auto answer = parse_answer(parcel->text);
  if (!answer) {
    throw std::runtime_error(fmt::format("lab '{}': {}", name_, to_string(answer.error())));
  }
  if (answer->status == Status::Refused) throw Refusal(answer->text);
  if (answer->status == Status::Failed) throw std::runtime_error(answer->text);
  return {*std::move(answer), std::move(parcel->descriptors)};
}

Joined Client::join(const std::vector<std::string>& nodes) {
  send({.verb = Verb::Join, .nodes = nodes});
  Joined joined;
  bool first = true;
  while (true) {
    Received received = receive();
    auto next = received.descriptors.begin();
    if (std::exchange(first, false)) {
      joined.user = std::move(*next++);
      joined.carried = std::move(received.answer.carried);
    }
    for (std::string& name : received.answer.nodes) {
      joined.nodes.push_back({std::move(name), sys::Netns(std::move(*next++))});
    }
    if (!received.answer.more) return joined;
  }
}

sys::NodePlace Client::enter(const std::string& node) {
  send({.verb = Verb::Enter, .nodes = {node}});
  return to_place(receive().descriptors);
}

std::string Client::ask(const Request& request, std::span<const int> descriptors) {
  send(request, descriptors);
  return receive().answer.text;
}

// A holder that is ending already (two may ask for it at once) has no answer, but an end. One that
// does not come to it has had its time.
void Client::end() {
  const sys::Fd process = sys::open_process(holder());
  try {
    send({.verb = Verb::Down});
  } catch (const LabDied&) {
    // As was asked.
  }
  if (sys::wait_for_end(process, kPatienceWithEnd)) {
    if (!process.is_open()) channel_.receive();  // closed when it has ended
    return;
  }
  sys::kill_process(process);
  if (!sys::wait_for_end(process, kPatienceWithEnd)) {
    throw std::runtime_error(
        fmt::format("lab '{}' does not end: its holder, process {}, was killed and waits for its "
                    "processes; one "
                    "of them may be of a program outside that is stopped",
                    name_, holder()));
  }
  StateFolder(folder_.parent_path()).remove_dead(name_);
}

}  // namespace topoproof::live
