// SPDX-License-Identifier: GPL-2.0-or-later
// A running lab that is checked: its nodes, for a process that has gone where they are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/lab.hh"
#include "live/client.hh"
#include "live/rule_lines_json.hh"
#include "sys/event_loop.hh"
#include "topology/topology.hh"

namespace topoproof::live {

class TestedLab {
 public:
  // The process joins the lab's user namespace, and leaves the machine's own network.
  // REQUIRES: no second thread exists. THROWS: as Client::join
  TestedLab(const StateFolder& state, const std::string& name);

  // RETURNS: the first node of the topology that the lab does not have, if there is one.
  std::optional<std::string> missing_of(const topology::Topology& topology) const;
  const std::string& name() const { return client_.lab(); }
  // The nodes as they are now, for one run. THROWS: sys::SystemError
  std::vector<lab::RunningNode> nodes() const;
  // Of its services that have failed, as services_trouble() says it.
  std::string services_trouble() const;
  // Waits until nothing is under way on impaired links, no longer than this. THROWS: as Client::ask
  void wait_until_idle(sys::Clock::time_point deadline);

 private:
  Client client_;
  Joined joined_;
  NodeRuleLines lines_;
};

}  // namespace topoproof::live
