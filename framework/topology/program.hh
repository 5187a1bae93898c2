// SPDX-License-Identifier: GPL-2.0-or-later
// A program that runs in a node as long as its network does, an entry of `services:`; and the names
// that programs of a node know, besides those of nodes.
#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ip_address.hh"
#include "base/issue.hh"
#include "flow/flow.hh"

namespace topoproof::topology {

// When a program can be counted on: once all of this holds. Nothing said: once it waits.
struct Readiness {
  std::vector<flow::Service> ports = {};  // somebody listens on each of them
  std::string log = {};                   // it has printed a line with this text in it
  std::vector<std::string> command = {};  // this, run in the node, has ended with 0
  std::chrono::nanoseconds within = std::chrono::seconds(10);
  friend auto operator<=>(const Readiness&, const Readiness&) = default;
};

struct Program {
  std::string name;
  std::vector<std::string> command;  // with its arguments; a text of the file is a line for /bin/sh
  Readiness ready = {};
  std::vector<std::pair<std::string, std::string>> environment = {};
  std::optional<std::string> folder = {};  // where it runs; else that of the file at `where`
  Location where = {};
  friend auto operator<=>(const Program&, const Program&) = default;
};

// A line for the shell as a command, and back where it is one.
std::vector<std::string> shell_command(std::string line);
std::optional<std::string> shell_line(const std::vector<std::string>& command);

// The command as a person reads it: "nginx -g 'daemon off;'".
std::string command_text(const std::vector<std::string>& command);

// A line of hosts(5): "10.0.0.5 www.example www".
struct HostNames {
  IpAddress address;
  std::vector<std::string> names;
  friend auto operator<=>(const HostNames&, const HostNames&) = default;
};
std::string to_string(const HostNames& line);

// "tcp/80", "a line with 'started'", "`test -e /run/x` ends with 0"; empty if nothing is asked.
std::string describe(const Readiness& readiness);

}  // namespace topoproof::topology
