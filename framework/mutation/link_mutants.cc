// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "mutation/address_operators.hh"
#include "mutation/operators.hh"
#include "mutation/rebuild.hh"

namespace topoproof::mutation {
namespace {

using scenario::Scenario;

class LinkMutator {
 public:
  LinkMutator(const Scenario& scenario, std::vector<Mutant>& out)
      : topology_(scenario.topology), out_(out) {}

  void mutate() {
    for (std::size_t i = 0; i < topology_.bridges().size(); ++i) change_bridge(i);
    for (std::size_t i = 0; i < topology_.links().size(); ++i) change_link(i);
  }

 private:
  void add(const std::string& place, const Location& where, std::string_view what,
           const std::function<void(Parts&)>& edit) {
    out_.push_back({mutant_name(place, where, what),
                    [edit](Network& planted) { rebuild(planted.scenario.topology, edit); }});
  }

  void change_bridge(std::size_t i) {
    const topology::Bridge& bridge = topology_.bridges()[i];
    const std::string place = fmt::format("{}:{}", topology_.node(bridge.node).name, bridge.name);
    add_address_mutants(
        bridge.addresses, place,
        [i](Network& planted, const auto& edit) {
          rebuild(planted.scenario.topology,
                  [&](Parts& parts) { edit(parts.bridges[i].addresses); });
        },
        out_);
    if (!bridge.mtu) return;
    add(place, bridge.where, "mtu left out", [i](Parts& parts) { parts.bridges[i].mtu.reset(); });
  }

  void change_link(std::size_t i) {
    const topology::Link& link = topology_.links()[i];
    for (std::size_t end = 0; end < link.ends.size(); ++end) change_end(i, end);
    if (!link.mtu) return;
    const auto& near = link.ends.front();
    const std::string place = fmt::format("{}:{}", topology_.node(near.node).name, near.interface);
    add(place, link.where, "mtu left out", [i](Parts& parts) { parts.links[i].mtu.reset(); });
  }

  void change_end(std::size_t i, std::size_t side) {
    const topology::Endpoint& end = topology_.links()[i].ends.at(side);
    const std::string place = fmt::format("{}:{}", topology_.node(end.node).name, end.interface);
    add_address_mutants(
        end.addresses, place,
        [i, side](Network& planted, const auto& edit) {
          rebuild(planted.scenario.topology,
                  [&](Parts& parts) { edit(parts.links[i].ends.at(side).addresses); });
        },
        out_);
    const auto put = [&](std::string_view what, auto change) {
      add(place, end.where, what,
          [i, side, change](Parts& parts) { change(parts.links[i].ends.at(side)); });
    };
    if (!end.bridge) return;
    put("no port of the bridge", [](topology::Endpoint& e) { e.bridge.reset(); });
    if (end.port.isolated) {
      put("isolation off", [](topology::Endpoint& e) { e.port.isolated = false; });
    }
    if (end.port.hairpin) {
      put("hairpin off", [](topology::Endpoint& e) { e.port.hairpin = false; });
    }
  }

  const topology::Topology& topology_;
  std::vector<Mutant>& out_;
};

}  // namespace

void add_link_mutants(const Scenario& scenario, std::vector<Mutant>& out) {
  LinkMutator(scenario, out).mutate();
}

}  // namespace topoproof::mutation
