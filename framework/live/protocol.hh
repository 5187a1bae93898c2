// SPDX-License-Identifier: GPL-2.0-or-later
// What a lab's holder is asked, and what it answers, as values; JSON on the wire (sys/channel.hh).
// Network namespaces are handed out as descriptors: who has them works in there by itself, and
// keeps the holder from nothing.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/issue.hh"
#include "sys/join.hh"

namespace topoproof::live {

enum class Verb {
  Join,     // the network namespaces of nodes; none named: of all
  Enter,    // all namespaces of one node, for a program to run there
  Idle,     // whether anything is under way on impaired links: "idle", or "busy" after kIdleWait
  Lines,    // where the rules of all nodes were written (rule_lines_json.hh)
  SetLink,  // takes an interface down, or up with all that the topology says of it
  Apply,    // makes another topology of the running one
  Down,     // ends the lab
};

// The holder serves nobody else meanwhile.
inline constexpr std::chrono::milliseconds kIdleWait{20};

struct Request {
  Verb verb = Verb::Join;
  std::vector<std::string> nodes = {};     // of Join; of Enter and SetLink one
  std::string interface = {};              // of SetLink
  bool up = false;                         // likewise
  std::string file = {};                   // of Apply
  std::vector<std::string> variants = {};  // likewise
  bool dry_run = false;                    // likewise: only says what would be done
  friend auto operator<=>(const Request&, const Request&) = default;
};

// As lab::CarriedEnd; what happens there in words, none of one that is not impaired now.
struct CarriedEnd {
  std::uint32_t index = 0;
  std::uint32_t far_index = 0;
  std::string impairment = {};
  friend auto operator<=>(const CarriedEnd&, const CarriedEnd&) = default;
};

enum class Status { Done, Refused, Failed };

// Several to one request, where not all descriptors fit into one message. The first one to a Join
// comes with the holder's user namespace; then, as in all that follow, one network namespace for
// each of `nodes`. One to an Enter comes with the node's place, below.
struct Answer {
  Status status = Status::Done;
  std::string text = {};                // why not; or what was done
  std::vector<std::string> nodes = {};  // to Join
  bool more = false;                    // another one follows
  // To Join, in the first one: the ends of links that are impaired, or may be. Of these the kernel
  // does not know the far ends.
  std::vector<CarriedEnd> carried = {};
  friend auto operator<=>(const Answer&, const Answer&) = default;
};

// The namespaces of a place as an Answer to Enter carries them, and the place that they are.
using PlaceDescriptors = std::array<int, 6>;
PlaceDescriptors to_descriptors(const sys::ProcessNamespaces& process,
                                const sys::Surroundings& surroundings, const sys::Netns& netns);
// REQUIRES: as many. THROWS: std::out_of_range
sys::NodePlace to_place(std::vector<sys::Fd> descriptors);

std::string to_json(const Request& request);
std::string to_json(const Answer& answer);
// RETURNS: an issue for what another version says.
std::expected<Request, Issue> parse_request(std::string_view json);
std::expected<Answer, Issue> parse_answer(std::string_view json);

}  // namespace topoproof::live
