// SPDX-License-Identifier: GPL-2.0-or-later
// The commands that print what they find, in files and in the kernel.
#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "document/reader.hh"
#include "drawing/dot.hh"
#include "drawing/svg.hh"
#include "plan/planner.hh"
#include "plan/shell.hh"
#include "program/commands.hh"
#include "program/doctor.hh"
#include "program/input_files.hh"
#include "program/workplace.hh"
#include "report/facts.hh"
#include "service/services.hh"
#include "sys/error.hh"
#include "sys/sandbox.hh"
#include "topofile/graphml.hh"
#include "topofile/yaml_writer.hh"
#include "topology/generators.hh"

namespace topoproof::program {
namespace {

// Networks without addresses and routes get them when they are read.
std::string as_file(const topology::Topology& topology, std::string comment) {
  return topofile::to_yaml(topology, {.comment = std::move(comment),
                                      .addressing = topology::AddressingOptions(),
                                      .routing = topology::RoutingOptions()});
}

std::string sizes_text(std::span<const int> sizes) {
  return fmt::format("{}", fmt::join(sizes, " "));
}

// In a sandbox that is entered for it; without one nothing else can be tried.
std::vector<lab::Capability> examine() {
  lab::Capability sandbox{.name = std::string(kSandbox), .available = true};
  try {
    sys::enter_sandbox();
  } catch (const sys::SystemError& refused) {
    sandbox.available = false;
    sandbox.why_not = refused.what();
    sandbox.how_to_allow = "unprivileged user namespaces, or run as root";
    return {sandbox};
  }
  std::vector<lab::Capability> all = lab::probe_capabilities();
  all.insert(all.begin(), sandbox);
  return all;
}

}  // namespace

int run_lint(const LintCommand& command, const Console& console) {
  Issues issues;
  const std::vector<std::string> files = find_files(command.paths, true, issues);
  for (const std::string& file : files)
    std::ranges::move(check_file(file), std::back_inserter(issues));
  // What two scenarios share is said once.
  std::ranges::sort(issues);
  issues.erase(std::ranges::unique(issues).begin(), issues.end());
  const auto count = [&](Severity severity) {
    return static_cast<std::size_t>(std::ranges::count(issues, severity, &Issue::severity));
  };
  const std::size_t errors = count(Severity::Error);
  const std::size_t warnings = count(Severity::Warning);
  const std::size_t notes = count(Severity::Note);
  console.out(to_string(issues) +
              fmt::format("{}, {}, {}{}\n", report::counted(files.size(), "file"),
                          report::counted(errors, "error"), report::counted(warnings, "warning"),
                          notes == 0 ? "" : ", " + report::counted(notes, "note")));
  return errors > 0 || (command.strict && warnings > 0) ? kInputWrong : kPassed;
}

int run_plan(const PlanCommand& command, const Console& console) {
  Issues issues;
  const topology::Topology topology = read_topology_file(command.file, command.variants, issues);
  if (has_errors(issues)) return refuse(console, issues);
  const auto plan = plan::make_plan(topology);
  if (!plan) return refuse(console, plan.error());
  const auto script = plan::shell_script(*plan);
  if (!script) return refuse(console, Issues{script.error()});
  console.error(to_string(issues));
  console.out(*script + service::shell_comment(topology));
  return kPassed;
}

int run_graph(const GraphCommand& command, const Console& console) {
  Issues issues;
  const topology::Topology topology = read_topology_file(command.file, command.variants, issues);
  if (has_errors(issues)) return refuse(console, issues);
  write_output(
      console, command.output,
      command.format == Picture::Svg ? drawing::to_svg(topology) : drawing::to_dot(topology));
  return kPassed;
}

int run_import(const ImportCommand& command, const Console& console) {
  const auto text = document::read_text_file(command.file);
  if (!text) return refuse(console, Issues{text.error()});
  const auto imported = topofile::import_graphml(*text, command.file);
  if (!imported) return refuse(console, imported.error());
  console.error(to_string(imported->warnings));
  const std::string source = std::filesystem::path(command.file).filename().string();
  write_output(console, command.output,
               as_file(imported->topology, "Imported from " + source + "."));
  return kPassed;
}

int run_generate(const GenerateCommand& command, const Console& console) {
  const std::string shape = command.shape == "mesh" ? "full-mesh" : command.shape;
  const auto topology = topology::generate(shape, command.sizes);
  if (!topology) return refuse(console, Issues{topology.error()});
  write_output(console, command.output,
               as_file(*topology, fmt::format("Made by: topoproof generate {} {}", command.shape,
                                              sizes_text(command.sizes))));
  return kPassed;
}

int run_doctor(const Console& console) {
  const std::string limits = limits_text(lab::observe_limits());
  const Workplace workplace = observe_workplace();
  const std::vector<lab::Capability> capabilities = examine();
  console.out(fmt::format("here: {}\n", describe(workplace)) + limits +
              capabilities_text(capabilities) + advice_for(workplace));
  return can_work(capabilities) ? kPassed : kHarnessFailed;
}

int run_version(const Console& console) {
  console.out("topoproof " TOPOPROOF_VERSION "\n");
  return kPassed;
}

}  // namespace topoproof::program
