// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/failure_folder.hh"

#include <set>

#include <fmt/format.h>

#include "checks/expectation.hh"
#include "netfilter/text.hh"
#include "netlink/conntrack.hh"
#include "runner/capture_file.hh"
#include "runner/folder_names.hh"
#include "runner/repeat_script.hh"
#include "sys/output.hh"

namespace topoproof::runner {
namespace {

using checks::hop_line;
using checks::Judged;
using scenario::CheckResult;
using scenario::Way;

std::string lines_of(std::string_view label, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += fmt::format("{:<9} {}\n", label, line);
    label = "";
  }
  return text;
}

std::vector<std::string> way_lines(const Way& way, const topology::Topology& topology) {
  std::vector<std::string> lines;
  for (const flow::Step& step : way.request) lines.push_back(hop_line(step, topology));
  if (!way.reply.empty()) lines.emplace_back("and back:");
  for (const flow::Step& step : way.reply) lines.push_back(hop_line(step, topology));
  return lines;
}

std::string trace_text(const CheckResult& result, const topology::Topology& topology) {
  return fmt::format("{}\n", result.name) + lines_of("at", {to_string(result.where)}) +
         lines_of("expected", {result.expected}) + lines_of("observed", {result.observed}) +
         lines_of("why", result.why) + lines_of("change", result.change) +
         lines_of("note", result.notes) +
         lines_of("kernel", way_lines(result.in_kernel, topology)) +
         lines_of("simulator", way_lines(result.in_simulator, topology));
}

std::set<NodeId> nodes_of_way(const Judged& judged) {
  std::set<NodeId> nodes{judged.evidence.flow.from};
  const auto add = [&](const flow::Journey& journey) {
    for (const flow::Step& step : journey.trace) nodes.insert(step.node);
    if (journey.fate.at) nodes.insert(*journey.fate.at);
  };
  add(judged.verdict.request);
  if (judged.verdict.reply) add(*judged.verdict.reply);
  return nodes;
}

void write_node(const std::filesystem::path& folder, Session& session, NodeId node) {
  lab::Lab& lab = session.lab();
  const std::string name = folder_name(session.topology().node(node).name, "node");
  const auto save = [&](const char* suffix, const std::string& text) {
    if (!text.empty()) sys::save_file((folder / (name + suffix)).string(), text);
  };
  save(".state", state::describe(lab.observe(node)));
  if (!has_rules(session.topology().node(node))) return;
  save(".nft", netfilter::list_ruleset_text(lab.netns(node)));
  std::string connections;
  for (const auto& connection : netlink::observe_connections(lab.netfilter_socket(node))) {
    connections += describe(connection) + "\n";
  }
  save(".conntrack", connections);
}

}  // namespace

std::string write_failure_folder(const std::filesystem::path& folder, const CheckResult& result,
                                 const Judged& judged, const scenario::Scenario& scenario,
                                 Session& session) {
  std::filesystem::create_directories(folder);
  const Instruments with = session.instruments();
  const auto capture = folder / "capture.pcapng";
  write_capture(capture, result, judged.evidence.number, with.observer, with.witness);
  sys::save_file((folder / "trace.txt").string(), trace_text(result, session.topology()));
  write_repeat_script(folder, result, scenario);
  for (const NodeId node : nodes_of_way(judged)) write_node(folder, session, node);
  return capture.string();
}

}  // namespace topoproof::runner
