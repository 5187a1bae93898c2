// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/record.hh"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "sys/files.hh"
#include "sys/replace_file.hh"

namespace topoproof::live {
namespace {

constexpr int kRecordVersion = 1;

std::filesystem::path path_of(const std::filesystem::path& lab_folder) {
  return lab_folder / "record";
}

}  // namespace

std::string to_json(const Record& record) {
  const nlohmann::ordered_json json{
      {"version", kRecordVersion},   {"name", record.name},
      {"file", record.file},         {"nodes", record.nodes},
      {"links", record.links},       {"started", record.started.time_since_epoch().count()},
      {"between", record.is_between}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::expected<Record, Issue> parse_record(std::string_view text) {
  try {
    const auto json = nlohmann::json::parse(text);
    if (json.at("version") != kRecordVersion) {
      return std::unexpected(make_issue("it is of another version of topoproof"));
    }
    return Record{.name = json.at("name"),
                  .file = json.at("file"),
                  .nodes = json.at("nodes"),
                  .links = json.at("links"),
                  .started = std::chrono::sys_seconds(std::chrono::seconds(json.at("started"))),
                  .is_between = json.value("between", false)};
  } catch (const nlohmann::json::exception& wrong) {
    return std::unexpected(make_issue(fmt::format("it cannot be read: {}", wrong.what())));
  }
}

void save_record(const std::filesystem::path& lab_folder, const Record& record) {
  sys::replace_file(path_of(lab_folder), to_json(record));
}

std::expected<Record, Issue> load_record(const std::filesystem::path& lab_folder) {
  const auto text = sys::read_file(path_of(lab_folder));
  if (!text) return std::unexpected(make_issue("there is none"));
  return parse_record(*text);
}

}  // namespace topoproof::live
