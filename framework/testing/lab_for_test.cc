// SPDX-License-Identifier: GPL-2.0-or-later
#include "testing/lab_for_test.hh"

#include <stdexcept>

#include "plan/planner.hh"
#include "topofile/reader.hh"

namespace topoproof::testing {
namespace {

constexpr const char* kFile = "topology";

topology::Topology read(std::string_view text) {
  Issues issues;
  auto net = topofile::load_topology(kFile, {}, topofile::single_file(text, kFile), issues);
  if (has_errors(issues)) throw std::runtime_error(to_string(issues));
  return net;
}

}  // namespace

LabForTest::LabForTest(std::string_view topology) : topology_(read(topology)) {
  const auto plan = plan::make_plan(topology_);
  if (!plan) throw std::runtime_error(to_string(plan.error()));
  lab_ = std::make_unique<lab::Lab>(*plan);
  lab_->settle();
}

NodeId LabForTest::node(std::string_view name) const {
  const auto found = topology_.find_node(name);
  if (!found) throw std::out_of_range("there is no node '" + std::string(name) + "'");
  return *found;
}

void LabForTest::run_in(std::string_view name, const std::function<void()>& f) {
  lab_->run(node(name), f);
}

sys::ProcessResult LabForTest::run(std::string_view name,
                                   const std::vector<std::string>& arguments) {
  return sys::run_process(arguments, &lab_->netns(node(name)));
}

}  // namespace topoproof::testing
