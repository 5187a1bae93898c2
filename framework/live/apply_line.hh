// SPDX-License-Identifier: GPL-2.0-or-later
// `apply` as most people write it, understood and carried out without the rest of the program: to
// load the libraries of all commands takes longer than to change a lab.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "live/client.hh"

namespace topoproof::live {

struct ApplyLine {
  std::string lab = {};  // empty: the only one
  std::string file;
  std::vector<std::string> variants = {};
  bool dry_run = false;
  friend auto operator<=>(const ApplyLine&, const ApplyLine&) = default;
};

// RETURNS: nothing for any other command line; that is for the whole program to read.
// `lab`: that of the environment.
std::optional<ApplyLine> parse_apply_line(std::span<const std::string> arguments,
                                          const std::string& lab);

// The folder that this process works in goes along, for the file's name.
// RETURNS: what was done, or would be. THROWS: as Client::ask
std::string apply(Client& client, const ApplyLine& line);

// Prints what was done, or why not. RETURNS: the exit code; nothing if there is no such lab: then
// nothing was done.
std::optional<int> execute(const ApplyLine& line);

}  // namespace topoproof::live
