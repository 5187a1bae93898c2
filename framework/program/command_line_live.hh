// SPDX-License-Identifier: GPL-2.0-or-later
// The part of the command line that is about running labs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "program/command.hh"

namespace CLI {
class App;
}

namespace topoproof::program {

// What the options write into.
struct LiveCommands {
  UpCommand up;
  DownCommand down;
  ListCommand list;
  ExecCommand exec;
  LinkCommand link;
  InspectCommand inspect;
  LogsCommand logs;
  CaptureCommand capture;
  ApplyCommand apply;
};

// `chosen` becomes the command that was named. REQUIRES: the references outlive the application.
void add_live_commands(CLI::App& app, LiveCommands& commands, std::function<Command()>& chosen);

// Of `exec NODE [--] PROGRAM ARGUMENT...` what follows NODE is the program's and not ours, and of
// `capture PLACE... -- PROGRAM ARGUMENT...` what follows the dashes: it is moved to the command.
// RETURNS: the rest; all, where the command is another.
std::vector<std::string> take_program_to_run(const std::vector<std::string>& arguments,
                                             LiveCommands& commands);

}  // namespace topoproof::program
