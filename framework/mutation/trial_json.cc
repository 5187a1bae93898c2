// SPDX-License-Identifier: GPL-2.0-or-later
#include <nlohmann/json.hpp>

#include "base/printable.hh"
#include "mutation/trial_text.hh"

namespace topoproof::mutation {
namespace {

using nlohmann::ordered_json;

ordered_json json_of(const std::vector<std::string>& texts) {
  ordered_json list = ordered_json::array();
  for (const std::string& text : texts) list.push_back(valid_utf8(text));
  return list;
}

ordered_json json_of(const MutantResult& mutant) {
  return {{"name", valid_utf8(mutant.name)},      {"fate", to_string(mutant.fate)},
          {"killed_by", json_of(mutant.killers)}, {"note", valid_utf8(mutant.note)},
          {"flow", valid_utf8(mutant.flow)},      {"without", valid_utf8(mutant.here)},
          {"with", valid_utf8(mutant.there)},     {"check", valid_utf8(mutant.check)},
          {"step", valid_utf8(mutant.check_step)}};
}

ordered_json json_of(const TrialResult& result) {
  ordered_json mutants = ordered_json::array();
  for (const MutantResult& mutant : result.mutants) mutants.push_back(json_of(mutant));
  ordered_json warnings = ordered_json::array();
  for (const Issue& issue : result.warnings) warnings.push_back(valid_utf8(to_string(issue)));
  return {{"name", valid_utf8(result.name)},        {"file", valid_utf8(result.file)},
          {"error", valid_utf8(result.error)},      {"interrupted", result.interrupted},
          {"warnings", std::move(warnings)},        {"passes", json_of(result.passes)},
          {"worthless", json_of(result.worthless)}, {"flows", result.flows},
          {"mutants", std::move(mutants)}};
}

}  // namespace

std::string to_json(std::span<const TrialResult> results) {
  ordered_json scenarios = ordered_json::array();
  for (const TrialResult& result : results) scenarios.push_back(json_of(result));
  return ordered_json{{"version", 1}, {"scenarios", std::move(scenarios)}}.dump(2) + "\n";
}

}  // namespace topoproof::mutation
