// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/live_commands.hh"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include "base/printable.hh"
#include "lab/limits.hh"
#include "live/apply_line.hh"
#include "live/capture.hh"
#include "live/client.hh"
#include "live/inspect.hh"
#include "live/listing.hh"
#include "live/log_follower.hh"
#include "live/refusal.hh"
#include "live/run.hh"
#include "live/service_list.hh"
#include "live/start.hh"
#include "live/starting.hh"
#include "program/commands.hh"
#include "program/input_files.hh"
#include "program/rule_files.hh"
#include "sys/event_loop.hh"
#include "sys/files.hh"
#include "sys/held_program.hh"
#include "sys/output.hh"
#include "sys/sandbox.hh"

namespace topoproof::program {
namespace {

using live::StateFolder;

// RETURNS: what `command` does, or kInputWrong after the sentence that says why it is not done.
template <class F>
int with_refusals_told(const Console& console, F command) {
  try {
    return command();
  } catch (const live::Refusal& refused) {
    console.error("topoproof: " + printable_lines(refused.what()));
    return kInputWrong;
  }
}

std::optional<std::string> if_named(const std::string& name) {
  return name.empty() ? std::nullopt : std::optional(name);
}

live::Client connect(const std::string& lab) {
  const StateFolder state = StateFolder::of_user();
  return live::Client(state, live::choose_lab(state, if_named(lab)));
}

// The file's own name where the topology has none.
std::string lab_name(const UpCommand& command, const topology::Topology& topology) {
  if (!command.name.empty()) return command.name;
  if (!topology.name().empty()) return topology.name();
  const std::string file = std::filesystem::path(command.file).filename().string();
  return file.substr(0, file.find('.'));
}

int end_labs(const std::vector<std::string>& names, const StateFolder& state,
             const Console& console) {
  int code = kPassed;
  for (const std::string& name : names) {
    const int ended = with_refusals_told(console, [&] {
      live::end_lab(state, name);
      console.out(fmt::format("{}: ended\n", name));
      return kPassed;
    });
    if (ended != kPassed) code = ended;
  }
  return code;
}

struct Place {
  std::string node;
  std::string interface;
};

Place parse_place(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    throw live::Refusal(fmt::format("'{}' is no end of a link: say it as NODE:INTERFACE", text));
  }
  return {text.substr(0, colon), text.substr(colon + 1)};
}

void set_link(live::Client& client, const Place& place, bool up, const Console& console) {
  console.out(client.ask({.verb = live::Verb::SetLink,
                          .nodes = {place.node},
                          .interface = place.interface,
                          .up = up}));
}

std::vector<live::CapturePlace> parse_capture_places(const std::vector<std::string>& texts) {
  std::vector<live::CapturePlace> places;
  for (const std::string& text : texts) {
    auto place = live::parse_capture_place(text);
    if (!place) throw live::Refusal(to_string(place.error()));
    places.push_back(*std::move(place));
  }
  return places;
}

live::CaptureSummary capture_to(const CaptureCommand& command, live::Client& client,
                                const live::CaptureOptions& options,
                                const std::function<void()>& ready, const Console& console) {
  if (command.file.empty()) {
    live::TextSink sink(console.out);
    return live::capture_frames(client, options, sink, ready);
  }
  std::optional<capture::PcapngWriter> writer;
  if (command.file == "-") {
    writer.emplace(sys::duplicate(sys::Stream::Out), "the standard output");
  } else {
    writer.emplace(command.file);
  }
  live::PcapngSink sink(*writer);
  const auto summary = live::capture_frames(client, options, sink, ready);
  writer->close();
  return summary;
}

int tell(const live::CaptureSummary& summary, const Console& console) {
  console.error(
      fmt::format("{} frames{}\n", summary.frames, summary.lab_ended ? "; the lab has ended" : ""));
  if (summary.lost == 0) return kPassed;
  console.error(
      fmt::format("topoproof: {} frames more were lost: they came too fast\n", summary.lost));
  return kHarnessFailed;
}

int follow(const LogsCommand& command, const Console& console, const std::atomic<bool>& stop) {
  live::Client client = connect(command.lab);
  const live::LogQuestion question{.node = command.node, .service = command.service, .stop = &stop};
  const bool ended = live::follow_logs(client, question, console.out);
  if (ended) console.error("the lab has ended\n");
  return kPassed;
}

}  // namespace

namespace {

// A lab is given up at the first rules that are refused: what there is besides is told before.
void tell_other_rules(const topology::Topology& topology, std::string_view told,
                      const Console& console) {
  Issues others = try_rules(topology);
  const auto is_told = [&](const Issue& issue) { return told.contains(to_string(issue)); };
  if (std::ranges::none_of(others, is_told)) return;
  std::erase_if(others, is_told);
  console.error(to_string(others));
}

}  // namespace

int run_up(const UpCommand& command, const Console& console) {
  Issues issues;
  live::Holding holding{.file = command.file,
                        .topology = read_topology_file(command.file, command.variants, issues),
                        .limits = lab::plan_limits(lab::observe_limits()),
                        .read_topology = read_topology_file};
  console.error(to_string(issues));
  if (has_errors(issues)) return kInputWrong;
  holding.name = lab_name(command, holding.topology);
  return with_refusals_told(console, [&] {
    try {
      live::start(StateFolder::of_user(), holding);
    } catch (const live::StartInterrupted& interrupted) {
      console.error(fmt::format("topoproof: {}\n", interrupted.what()));
      return kInterrupted;
    } catch (const std::exception& refused) {
      tell_other_rules(holding.topology, refused.what(), console);
      throw;
    }
    const topology::Topology& topology = holding.topology;
    console.out(fmt::format("{}: running, {} nodes, {} links\n", holding.name,
                            topology.nodes().size(), topology.links().size()));
    return kPassed;
  });
}

int run_down(const DownCommand& command, const Console& console) {
  return with_refusals_told(console, [&] {
    const StateFolder state = StateFolder::of_user();
    std::vector<std::string> names = command.labs;
    if (command.all) names = state.names();
    if (names.empty() && !command.all)
      names = {live::choose_lab(state, std::nullopt, "by its name, or --all")};
    return end_labs(names, state, console);
  });
}

int run_list(const ListCommand& command, const Console& console) {
  return with_refusals_told(console, [&] {
    const auto labs = live::list_labs(StateFolder::of_user());
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const bool json = command.format == ListFormat::Json;
    console.out(json ? live::to_json(labs) : live::to_text(labs, now));
    return kPassed;
  });
}

int run_exec(const ExecCommand& command, const Console& console) {
  try {
    live::Client client = connect(command.lab);
    if (!command.shell && command.arguments.empty()) {
      throw live::Refusal("say which program is to run: topoproof exec NODE -- PROGRAM");
    }
    return live::run_in_node(client, command.node,
                             command.shell ? live::shell_of_user() : command.arguments);
  } catch (const std::exception& refused) {
    console.error("topoproof: " + printable_lines(refused.what()));
    return kNotExecuted;
  }
}

int run_link(const LinkCommand& command, const Console& console) {
  return with_refusals_told(console, [&] {
    const Place place = parse_place(command.place);
    live::Client client = connect(command.lab);
    if (command.action != LinkAction::Up) set_link(client, place, false, console);
    if (command.action == LinkAction::Flap) {
      const auto end = sys::Clock::now() + std::chrono::milliseconds(command.milliseconds);
      sys::EventLoop().run_until([] { return false; }, end);
    }
    if (command.action != LinkAction::Down) set_link(client, place, true, console);
    return kPassed;
  });
}

int run_inspect(const InspectCommand& command, const Console& console) {
  return with_refusals_told(console, [&] {
    sys::raise_open_file_limit();
    live::Client client = connect(command.lab);
    const auto nodes = live::inspect(client, command.nodes);
    const bool json = command.format == ListFormat::Json;
    console.out(json ? live::to_json(client.lab(), nodes) : live::to_text(nodes));
    return kPassed;
  });
}

int run_logs(const LogsCommand& command, const Console& console, const std::atomic<bool>& stop) {
  return with_refusals_told(console, [&] {
    if (command.follow) return follow(command, console, stop);
    const StateFolder state = StateFolder::of_user();
    const std::string lab = live::choose_lab(state, if_named(command.lab));
    if (!live::is_lab_name(lab) || !std::filesystem::exists(state.folder_of(lab))) {
      live::Client(state, lab);  // says which there are
    }
    console.out(live::logs_text(state.folder_of(lab), command.node, command.service));
    return kPassed;
  });
}

int run_capture(const CaptureCommand& command, const Console& console,
                const std::atomic<bool>& stop) {
  return with_refusals_told(console, [&] {
    sys::raise_open_file_limit();
    // It stays outside of the lab, which this process is about to enter.
    std::optional<sys::HeldProgram> program;
    if (!command.program.empty()) program.emplace(command.program);
    live::Client client = connect(command.lab);
    const auto ready = [&] {
      if (program) return program->release();
      console.error("capturing; Ctrl-C ends it\n");
    };
    const live::CaptureOptions options{.places = parse_capture_places(command.places),
                                       .filter = command.filter,
                                       .count = command.count,
                                       .until = program ? program->fd() : -1,
                                       .stop = &stop};
    const int code = tell(capture_to(command, client, options, ready, console), console);
    const int status = program ? program->wait() : kPassed;
    return status != kPassed ? status : code;
  });
}

int run_apply(const ApplyCommand& command, const Console& console) {
  return with_refusals_told(console, [&] {
    live::Client client = connect(command.lab);
    console.out(live::apply(
        client, {.file = command.file, .variants = command.variants, .dry_run = command.dry_run}));
    return kPassed;
  });
}

int run_collect(const Console& console) {
  return with_refusals_told(console, [&] {
    const auto dead = StateFolder::of_user().collect();
    for (const std::string& name : dead) {
      console.out(fmt::format("{}: what was left is removed\n", name));
    }
    return kPassed;
  });
}

}  // namespace topoproof::program
