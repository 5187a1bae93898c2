// SPDX-License-Identifier: GPL-2.0-or-later
// What a lab's holder is asked, and what it answers, as values; JSON on the wire (sys/channel.hh).
// Network namespaces are handed out as descriptors: who has them works in there by itself, and
// keeps the holder from nothing.
#pragma once

#include <compare>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/issue.hh"

namespace topoproof::live {

enum class Verb {
  Join,     // the namespaces of nodes; none named: of all
  Lines,    // where the rules of all nodes were written (rule_lines_json.hh)
  SetLink,  // takes an interface down, or up with all that the topology says of it
  Apply,    // makes another topology of the running one
  Down,     // ends the lab
};

struct Request {
  Verb verb = Verb::Join;
  std::vector<std::string> nodes = {};     // of Join; of SetLink one
  std::string interface = {};              // of SetLink
  bool up = false;                         // likewise
  std::string file = {};                   // of Apply
  std::vector<std::string> variants = {};  // likewise
  bool dry_run = false;                    // likewise: only says what would be done
  friend auto operator<=>(const Request&, const Request&) = default;
};

enum class Status { Done, Refused, Failed };

// Several to one request, where not all descriptors fit into one message. The first one to a Join
// comes with the holder's user, mount, PID and IPC namespaces; then, as in all that follow, one
// network namespace for each of `nodes`.
struct Answer {
  Status status = Status::Done;
  std::string text = {};                // why not; or what was done
  std::vector<std::string> nodes = {};  // of Join
  bool more = false;                    // another one follows
  friend auto operator<=>(const Answer&, const Answer&) = default;
};

std::string to_json(const Request& request);
std::string to_json(const Answer& answer);
// RETURNS: an issue for what another version says.
std::expected<Request, Issue> parse_request(std::string_view json);
std::expected<Answer, Issue> parse_answer(std::string_view json);

}  // namespace topoproof::live
