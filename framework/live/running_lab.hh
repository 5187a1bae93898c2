// SPDX-License-Identifier: GPL-2.0-or-later
// The lab as its holder has it: running, with its services, the topology and the plan that it was
// made from, and changed on request.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "lab/lab.hh"
#include "live/holder.hh"
#include "live/protocol.hh"
#include "live/refusal.hh"
#include "live/taken_down.hh"
#include "plan/plan.hh"
#include "plan/update.hh"
#include "service/hosts.hh"
#include "service/services.hh"
#include "sys/surroundings.hh"

namespace topoproof::live {

class RunningLab {
 public:
  // Builds, waits until it is at rest, and compares it with what was planned; then starts its
  // services, and waits until they are ready. `folder` is the lab's. THROWS: as lab::Lab; Refusal
  // for what cannot be planned; std::runtime_error if the kernel holds something else, or a service
  // does not get ready
  RunningLab(const Holding& holding, const std::filesystem::path& folder);

  const std::string& name_of(NodeId node) const { return lab_.nodes()[node.index()]; }
  const sys::Netns& netns(NodeId node) const { return lab_.netns(node); }
  // All, if no name is given. THROWS: Refusal for a name that no node has
  std::vector<NodeId> nodes_named(const std::vector<std::string>& names) const;
  NodeId node_named(const std::string& name) const;
  // Made when first asked for, and kept. THROWS: sys::SystemError
  const sys::Surroundings& surroundings(NodeId node);

  std::string rule_lines();  // of all nodes, as JSON

  std::vector<lab::CarriedEnd> carried_ends() { return lab_.carried_ends(); }
  // Whether nothing is under way on impaired links, now or within kIdleWait.
  bool is_idle() { return lab_.wait_until_idle(sys::Clock::now() + kIdleWait); }

  service::Services& services() { return services_; }
  const topology::Topology& topology() const { return topology_; }
  bool is_between() const { return is_between_; }
  const std::string& file() const { return file_; }  // that it is of

  // Carries out SetLink and Apply; `parcel` is what the request came with.
  // RETURNS: what was done, in words. THROWS: Refusal, as lab::Lab
  std::string change(const Request& request, const sys::Parcel& parcel);

 private:
  std::string apply(const Request& request, const sys::Parcel& parcel);
  plan::Update update_to(const topology::Topology& topology) const;
  void try_rules(const plan::Update& update) const;
  void carry_out(plan::Update update, topology::Topology topology);
  void do_steps(const plan::Update& update, const std::set<std::string>& renewed);
  void do_step(const plan::Step& step);
  void wait_and_compare(const std::set<NodeId>& nodes, lab::Lab::Sysctls sysctls);
  static void check_nothing_differs(const std::vector<lab::NodeDifference>& differences);
  std::string set_link(const Request& request);

  void set_taken_down(const std::set<std::string>& nodes, bool up);
  void take_down_again() noexcept;

  void start_services(const std::filesystem::path& base);

  const Holding& holding_;
  std::string file_;
  topology::Topology topology_;
  plan::Plan plan_;  // of it, without namespace_steps.hh but for those of half_renewed_
  lab::Lab lab_;
  service::NameFiles name_files_;
  service::Services services_;
  std::map<std::string, sys::Surroundings> surroundings_;  // by node
  TakenDown taken_down_;
  // An update failed on its way: plan_ is what runs, the topology what was to become another one.
  bool is_between_ = false;
  std::set<std::string> half_renewed_;  // then: the nodes whose namespaces were to be made anew
};

}  // namespace topoproof::live
