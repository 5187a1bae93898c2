// SPDX-License-Identifier: GPL-2.0-or-later
// A network for a test of one's own: built from the text of a topology, entered node by node, and
// gone with this object.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lab/lab.hh"
#include "sys/process.hh"
#include "topology/topology.hh"

namespace topoproof::testing {

class LabForTest {
 public:
  // REQUIRES: sys::enter_sandbox() was called. THROWS: std::runtime_error with all that is wrong
  // with the text; what lab::Lab throws.
  explicit LabForTest(std::string_view topology);

  // Runs `f` inside the node, on another thread: sockets that it opens stay there, and may be used
  // from anywhere. THROWS: what `f` throws; std::out_of_range if there is no such node.
  void run_in(std::string_view node, const std::function<void()>& f);
  // Runs a program there, and waits for it.
  sys::ProcessResult run(std::string_view node, const std::vector<std::string>& arguments);

  const topology::Topology& topology() const { return topology_; }
  lab::Lab& lab() { return *lab_; }
  NodeId node(std::string_view name) const;

 private:
  topology::Topology topology_;
  std::unique_ptr<lab::Lab> lab_;
};

}  // namespace topoproof::testing
