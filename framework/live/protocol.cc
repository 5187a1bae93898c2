// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/protocol.hh"

#include <cstddef>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace topoproof::live {

NLOHMANN_JSON_SERIALIZE_ENUM(Verb, {{Verb::Join, "join"},
                                    {Verb::Enter, "enter"},
                                    {Verb::Idle, "idle"},
                                    {Verb::Lines, "lines"},
                                    {Verb::SetLink, "set-link"},
                                    {Verb::Apply, "apply"},
                                    {Verb::Down, "down"}})
NLOHMANN_JSON_SERIALIZE_ENUM(Status, {{Status::Done, "done"},
                                      {Status::Refused, "refused"},
                                      {Status::Failed, "failed"}})
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Request, verb, nodes, interface, up, file, variants, dry_run)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CarriedEnd, index, far_index, impairment)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Answer, status, text, nodes, more, carried)

namespace {

constexpr int kProtocolVersion = 3;

template <class T>
std::string write(const T& value) {
  nlohmann::json json = value;
  json["version"] = kProtocolVersion;
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

template <class T>
std::expected<T, Issue> read(std::string_view text) {
  try {
    const auto json = nlohmann::json::parse(text);
    if (json.at("version") == kProtocolVersion) return json.get<T>();
    return std::unexpected(make_issue("the lab was started by another version of topoproof"));
  } catch (const nlohmann::json::exception& wrong) {
    return std::unexpected(make_issue(fmt::format("not understood: {}", wrong.what())));
  }
}

// Where each is in an answer: the one order for who sends it and who takes it.
enum Position : std::size_t { kUser, kPid, kIpc, kMount, kUts, kNetwork, kCount };
static_assert(std::tuple_size_v<PlaceDescriptors> == kCount);

}  // namespace

PlaceDescriptors to_descriptors(const sys::ProcessNamespaces& process,
                                const sys::Surroundings& surroundings, const sys::Netns& netns) {
  PlaceDescriptors all{};
  all.at(kUser) = process.user.get();
  all.at(kPid) = process.pid.get();
  all.at(kIpc) = process.ipc.get();
  all.at(kMount) = surroundings.mount.get();
  all.at(kUts) = surroundings.uts.get();
  all.at(kNetwork) = netns.fd();
  return all;
}

sys::NodePlace to_place(std::vector<sys::Fd> descriptors) {
  const auto take = [&](Position position) { return std::move(descriptors.at(position)); };
  return {.process = {.user = take(kUser), .pid = take(kPid), .ipc = take(kIpc)},
          .surroundings = {.mount = take(kMount), .uts = take(kUts)},
          .netns = sys::Netns(take(kNetwork))};
}

std::string to_json(const Request& request) { return write(request); }
std::string to_json(const Answer& answer) { return write(answer); }
std::expected<Request, Issue> parse_request(std::string_view json) { return read<Request>(json); }
std::expected<Answer, Issue> parse_answer(std::string_view json) { return read<Answer>(json); }

}  // namespace topoproof::live
