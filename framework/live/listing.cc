// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/listing.hh"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

#include <fmt/format.h>

#include "live/service_list.hh"
#include "live/starting.hh"
#include "sys/channel.hh"
#include "sys/error.hh"

namespace topoproof::live {
namespace {

ListedLab look_at(const StateFolder& state, const std::string& name) {
  ListedLab lab;
  lab.record = load_record(state.folder_of(name)).value_or(Record{.name = name, .file = "?"});
  if (!state.is_alive(name)) return lab;
  lab.services = load_services(state.folder_of(name));
  try {
    lab.holder = sys::Channel::connect(state.folder_of(name) / "socket").peer();
    lab.state = lab.record.is_between ? LabState::Between : LabState::Running;
  } catch (const sys::SystemError&) {
    lab.state = LabState::Starting;  // or ending: there is a holder, but nobody to be asked
    lab.holder = find_holder(state.folder_of(name)).pid;
  }
  return lab;
}

std::string_view to_string(LabState state) {
  switch (state) {
    case LabState::Running:
      return "running";
    case LabState::Between:
      return "between";
    case LabState::Starting:
      return "starting";
    case LabState::Dead:
      return "dead";
  }
  return "";
}

std::string age(std::chrono::seconds span) {
  using namespace std::chrono;
  if (span < minutes(2)) return fmt::format("{} s", span.count());
  if (span < hours(2)) return fmt::format("{} min", duration_cast<minutes>(span).count());
  if (span < days(2)) return fmt::format("{} h", duration_cast<hours>(span).count());
  return fmt::format("{} d", duration_cast<days>(span).count());
}

// "2/3": two of three are ready.
std::string services_text(const ListedLab& lab) {
  if (lab.services.empty()) return "-";
  const auto ready =
      std::ranges::count(lab.services, service::State::Ready, &service::Status::state);
  return fmt::format("{}/{}", ready, lab.services.size());
}

nlohmann::ordered_json number_or_null(int number) {
  return number > 0 ? nlohmann::ordered_json(number) : nlohmann::ordered_json(nullptr);
}

}  // namespace

std::vector<ListedLab> list_labs(const StateFolder& state) {
  std::vector<ListedLab> labs;
  for (const std::string& name : state.names()) labs.push_back(look_at(state, name));
  return labs;
}

std::string to_text(const std::vector<ListedLab>& labs, std::chrono::sys_seconds now) {
  if (labs.empty()) return "no lab is running\n";
  std::size_t width = 4;
  for (const ListedLab& lab : labs) width = std::max(width, lab.record.name.size());
  std::string text = fmt::format(
      "{:{}}  STATE         AGE  NODES  LINKS  SERVICES   HOLDER  FILE\n", "NAME", width);
  for (const ListedLab& lab : labs) {
    text += fmt::format("{:{}}  {:8}  {:>7}  {:>5}  {:>5}  {:>8}  {:>7}  {}\n", lab.record.name,
                        width, to_string(lab.state), age(now - lab.record.started),
                        lab.record.nodes, lab.record.links, services_text(lab),
                        lab.holder > 0 ? std::to_string(lab.holder) : "-", lab.record.file);
  }
  const bool any_between =
      std::ranges::find(labs, LabState::Between, &ListedLab::state) != labs.end();
  if (any_between) text += "between: a change failed on its way; topoproof apply FILE goes on\n";
  const bool any_dead = std::ranges::find(labs, LabState::Dead, &ListedLab::state) != labs.end();
  if (any_dead) text += "topoproof gc removes what is left of dead labs\n";
  return text;
}

std::string to_json(const std::vector<ListedLab>& labs) {
  auto list = nlohmann::ordered_json::array();
  for (const ListedLab& lab : labs) {
    list.push_back({{"name", lab.record.name},
                    {"state", to_string(lab.state)},
                    {"started", lab.record.started.time_since_epoch().count()},
                    {"nodes", lab.record.nodes},
                    {"links", lab.record.links},
                    {"services", nlohmann::ordered_json::parse(to_json(lab.services))},
                    {"holder", number_or_null(lab.holder)},
                    {"file", lab.record.file}});
  }
  const nlohmann::ordered_json json{{"version", 1}, {"labs", list}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace topoproof::live
