// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/service_list.hh"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "base/suggest.hh"
#include "live/refusal.hh"
#include "sys/files.hh"
#include "sys/replace_file.hh"

namespace topoproof::service {
NLOHMANN_JSON_SERIALIZE_ENUM(State, {{State::Starting, "starting"},
                                     {State::Ready, "ready"},
                                     {State::Ended, "ended"}})
}  // namespace topoproof::service

namespace topoproof::live {
namespace {

namespace fs = std::filesystem;

fs::path file_of(const fs::path& lab_folder) { return lab_folder / "services"; }

service::Status status_of(const nlohmann::json& json) {
  service::Status status{
      .node = json.at("node"),
      .name = json.at("name"),
      .state = json.at("state"),
      .process = json.at("process").is_null() ? 0 : json.at("process").get<int>(),
      .command = json.at("command"),
      .readiness = json.at("ready_when")};
  if (!json.at("exit_status").is_null()) status.exit_status = json.at("exit_status").get<int>();
  return status;
}

std::vector<service::Status> services_of(const std::vector<service::Status>& all,
                                         const std::string& node) {
  std::vector<service::Status> own;
  std::ranges::copy_if(all, std::back_inserter(own),
                       [&](const service::Status& status) { return status.node == node; });
  return own;
}

[[noreturn]] void refuse(const std::vector<service::Status>& all, const std::string& node) {
  std::set<std::string_view> nodes;
  for (const service::Status& status : all) nodes.insert(status.node);
  if (nodes.empty()) throw Refusal("no node of this lab has a service");
  const std::vector<std::string_view> known(nodes.begin(), nodes.end());
  throw Refusal(fmt::format("no node '{}' has a service{}", node, did_you_mean(node, known)));
}

[[noreturn]] void refuse(const std::vector<service::Status>& own, const std::string& node,
                         const std::string& service) {
  std::vector<std::string_view> known;
  for (const service::Status& status : own) known.push_back(status.name);
  throw Refusal(
      fmt::format("node '{}' has no service '{}'{}", node, service, did_you_mean(service, known)));
}

}  // namespace

fs::path logs_of(const fs::path& lab_folder) { return lab_folder / "logs"; }

std::string to_json(const std::vector<service::Status>& services) {
  auto list = nlohmann::ordered_json::array();
  for (const service::Status& status : services) {
    nlohmann::ordered_json one{{"node", status.node},       {"name", status.name},
                               {"state", status.state},     {"process", nullptr},
                               {"command", status.command}, {"ready_when", status.readiness},
                               {"exit_status", nullptr}};
    if (status.process > 0) one["process"] = status.process;
    if (status.exit_status) one["exit_status"] = *status.exit_status;
    list.push_back(std::move(one));
  }
  return list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

void save_services(const fs::path& lab_folder, const std::vector<service::Status>& services) {
  sys::replace_file(file_of(lab_folder), to_json(services));
}

std::vector<service::Status> load_services(const fs::path& lab_folder) {
  const auto text = sys::read_file(file_of(lab_folder));
  if (!text) return {};
  try {
    std::vector<service::Status> services;
    const auto list = nlohmann::json::parse(*text);
    for (const auto& one : list) services.push_back(status_of(one));
    return services;
  } catch (const nlohmann::json::exception&) {
    return {};  // of another version
  }
}

std::string services_trouble(const fs::path& lab_folder) {
  std::vector<std::string> sentences;
  for (const service::Status& one : load_services(lab_folder)) {
    if (one.state != service::State::Ended || one.exit_status.value_or(0) == 0) continue;
    sentences.push_back(
        service::trouble_of(one, service::log_of(logs_of(lab_folder), one.node, one.name)));
  }
  return fmt::format("{}", fmt::join(sentences, "\n"));
}

std::vector<service::Status> services_named(const fs::path& lab_folder, const std::string& node,
                                            const std::string& service) {
  const auto all = load_services(lab_folder);
  auto own = services_of(all, node);
  if (own.empty()) refuse(all, node);
  if (service.empty()) return own;
  const auto known = own;
  std::erase_if(own, [&](const service::Status& status) { return status.name != service; });
  if (own.empty()) refuse(known, node, service);
  return own;
}

std::string logs_text(const fs::path& lab_folder, const std::string& node,
                      const std::string& service) {
  const auto own = services_named(lab_folder, node, service);
  std::string text;
  for (const service::Status& status : own) {
    if (own.size() > 1) text += fmt::format("==> {} <==\n", status.name);
    text += service::log_text(service::log_of(logs_of(lab_folder), node, status.name));
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
  }
  return text;
}

}  // namespace topoproof::live
