// SPDX-License-Identifier: GPL-2.0-or-later
// topoproof snapshot, and import shell: what runs, as a topology file.
#include <fmt/format.h>

#include "base/printable.hh"
#include "document/reader.hh"
#include "program/commands.hh"
#include "program/shell_import.hh"
#include "report/facts.hh"
#include "snapshot/snapshot.hh"
#include "sys/contained_run.hh"
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

// The namespaces that `ip netns` keeps there, and the one around them if it has a part in it.
std::vector<snapshot::Place> places_of(const sys::ContainedRun& run) {
  std::vector<snapshot::Place> places;
  run.perform([&] { places = snapshot::named_places(); });
  snapshot::Place host{std::string(kHost), run.netns().dup()};
  if (snapshot::is_in_use(host)) places.push_back(std::move(host));
  return places;
}

int tell_end(const sys::ContainedRun& run, const std::string& file, const Console& console) {
  const std::vector<std::string> failures = failures_of(run);
  console.error(printable_lines(run.errors()));
  if (run.exit_status() == kPassed) {
    for (const std::string& failure : failures) {
      console.error(fmt::format("note: {}\n", printable(failure)));
    }
    return kPassed;
  }
  console.error(printable_lines(run.output()));
  for (const std::string& failure : failures) console.error(printable(failure) + "\n");
  console.error(
      fmt::format("{}: the script ended with {}; it has a machine of its own here, without "
                  "interfaces, whose files it can write in /tmp, /run and /etc only\n",
                  printable(file), run.exit_status()));
  return kInputWrong;
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
  const sys::ContainedRun run(contained_script(command.file, *script));
  if (const int code = tell_end(run, command.file, console); code != kPassed) return code;
  const std::vector<snapshot::Place> places = places_of(run);
  if (places.empty()) {
    console.error(fmt::format("{}: the script made no namespace and no interface\n", command.file));
    return kInputWrong;
  }
  return write(places, "", command.output, "Made of the script " + command.file + ".", console);
}

}  // namespace topoproof::program
