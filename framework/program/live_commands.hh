// SPDX-License-Identifier: GPL-2.0-or-later
// The commands about running labs. As in commands.hh: each returns the program's exit code.
#pragma once

#include <atomic>

#include "program/command.hh"
#include "program/console.hh"

namespace topoproof::program {

// What `exec` and `shell` return where the program's own code would be: as env(1) and timeout(1).
inline constexpr int kNotExecuted = 125;

// REQUIRES, all of them: no second thread exists, and the process is in no sandbox.
int run_up(const UpCommand& command, const Console& console);
int run_down(const DownCommand& command, const Console& console);
int run_list(const ListCommand& command, const Console& console);
int run_exec(const ExecCommand& command, const Console& console);
int run_link(const LinkCommand& command, const Console& console);
int run_inspect(const InspectCommand& command, const Console& console);
// Of a lab that has died, too.
int run_logs(const LogsCommand& command, const Console& console, const std::atomic<bool>& stop);
int run_capture(const CaptureCommand& command, const Console& console,
                const std::atomic<bool>& stop);
int run_apply(const ApplyCommand& command, const Console& console);
int run_collect(const Console& console);

}  // namespace topoproof::program
