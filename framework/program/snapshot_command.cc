// SPDX-License-Identifier: GPL-2.0-or-later
// topoproof snapshot, and import shell: what runs, as a topology file.
#include <fmt/format.h>

#include "base/printable.hh"
#include "document/reader.hh"
#include "program/commands.hh"
#include "report/facts.hh"
#include "snapshot/snapshot.hh"
#include "sys/own_mounts.hh"
#include "sys/process.hh"
#include "sys/sandbox.hh"

namespace topoproof::program {
namespace {

constexpr std::string_view kHost = "host";

int write(std::span<const snapshot::Place> places, const std::string& name,
          const std::string& output, const std::string& comment, const Console& console) {
  const snapshot::Snapshot taken = snapshot::take(places, name);
  for (const std::string& missed : taken.not_captured) {
    console.error(fmt::format("not captured: {}\n", printable(missed)));
  }
  for (const std::string& note : taken.notes) {
    console.error(fmt::format("note: {}\n", printable(note)));
  }
  const std::string text = snapshot::to_yaml(taken, comment);
  write_output(console, output, text);
  const Issues wrong = snapshot::check_text(text);
  if (wrong.empty()) return kPassed;
  console.error("topoproof: the topology does not load, which is a fault of topoproof's:\n" +
                to_string(wrong));
  return kHarnessFailed;
}

// The namespaces that `ip netns` keeps, and the one around them if it has a part in it.
std::vector<snapshot::Place> all_places() {
  std::vector<snapshot::Place> places = snapshot::named_places();
  snapshot::Place host = snapshot::own_place(std::string(kHost));
  if (snapshot::is_in_use(host)) places.push_back(std::move(host));
  return places;
}

}  // namespace

int run_snapshot(const SnapshotCommand& command, const Console& console) {
  std::vector<snapshot::Place> places;
  for (const std::string& name : command.names) places.push_back(snapshot::named_place(name));
  for (const int pid : command.processes) places.push_back(snapshot::place_of_process(pid));
  const bool all = places.empty() && !command.host;
  if (all) places = snapshot::named_places();
  if (command.host) places.push_back(snapshot::own_place(std::string(kHost)));
  if (places.empty()) {
    console.error(
        "topoproof: there is no named namespace here (ip netns list); name others with "
        "--pid PID, or this one with --host\n");
    return kInputWrong;
  }
  return write(places, command.topology, command.output, "Taken by topoproof snapshot.", console);
}

int run_import_shell(const ImportCommand& command, const Console& console) {
  const auto script = document::read_text_file(command.file);
  if (!script) {
    console.error(to_string(script.error()) + "\n");
    return kInputWrong;
  }
  sys::enter_sandbox();
  sys::enter_own_mounts();
  const auto run = sys::run_process({"sh", "-e", command.file});
  if (run.exit_status != 0) {
    console.error(
        fmt::format("{}{}: the script ended with {}; commands need what they are given "
                    "here: a machine without interfaces\n",
                    printable_lines(run.output), command.file, run.exit_status));
    return kInputWrong;
  }
  const std::vector<snapshot::Place> places = all_places();
  if (places.empty()) {
    console.error(fmt::format("{}: the script made no namespace and no interface\n", command.file));
    return kInputWrong;
  }
  return write(places, "", command.output, "Made of the script " + command.file + ".", console);
}

}  // namespace topoproof::program
