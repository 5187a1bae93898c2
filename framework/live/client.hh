// SPDX-License-Identifier: GPL-2.0-or-later
// Whoever wants something of a running lab: talks to its holder.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "live/protocol.hh"
#include "live/state_folder.hh"
#include "state/link.hh"
#include "sys/channel.hh"
#include "sys/join.hh"
#include "sys/netns.hh"

namespace topoproof::live {

// The lab that is meant: the one that is named, or the only one that runs. `how` it could have been
// said. THROWS: Refusal, with what there is
std::string choose_lab(const StateFolder& state, const std::optional<std::string>& name,
                       const char* how = "with --lab NAME, or by TOPOPROOF_LAB");

struct JoinedNode {
  std::string name;
  sys::Netns netns;
};

// Descriptors of a lab's namespaces. They keep the namespaces alive, but no process in them.
struct Joined {
  sys::Fd user;
  std::vector<JoinedNode> nodes;
  std::vector<CarriedEnd> carried = {};  // Answer has it

  // Makes the ends of links that the lab carries each other's peers, as those of a veth are.
  void join_ends(std::vector<state::Link>& links) const;
  // What happens to what leaves by an interface of this index; empty: nothing.
  std::string impairment_of(std::uint32_t index) const;
};

class Client {
 public:
  // THROWS: Refusal if there is no such lab, or it has died; sys::SystemError
  Client(const StateFolder& state, std::string name);

  const std::string& lab() const { return name_; }
  std::filesystem::path folder() const { return folder_; }
  pid_t holder() const { return channel_.peer(); }  // 0 if it cannot be seen from here
  // Readable when the lab has ended, as long as nothing is asked.
  int fd() const { return channel_.fd(); }

  // All of the nodes, if none is named. THROWS: as ask
  Joined join(const std::vector<std::string>& nodes = {});
  // Where a program of the node is to run. THROWS: as ask
  sys::NodePlace enter(const std::string& node);
  // An Apply comes with the folder that its file is named from.
  // RETURNS: what the holder did, in words. THROWS: Refusal; LabDied; std::runtime_error with what
  // went wrong; sys::SystemError
  std::string ask(const Request& request, std::span<const int> descriptors = {});
  // Returns when the lab is gone with all its processes; one that does not end is killed.
  // THROWS: as ask
  void end();

 private:
  struct Received {
    Answer answer;
    std::vector<sys::Fd> descriptors;
  };
  void send(const Request& request, std::span<const int> descriptors = {});
  Received receive();

  std::string name_;
  std::filesystem::path folder_;
  sys::Channel channel_;
};

}  // namespace topoproof::live
