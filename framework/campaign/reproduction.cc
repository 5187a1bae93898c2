// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/reproduction.hh"

#include <algorithm>

#include <fmt/format.h>

#include "capture/pcapng.hh"
#include "listing/listing.hh"
#include "plan/planner.hh"
#include "sim/simulator.hh"
#include "sys/output.hh"
#include "topofile/yaml_writer.hh"

namespace topoproof::campaign {
namespace {

std::string as_comment(const std::string& text) {
  std::string comment;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    comment += "# " + text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return comment;
}

// What the simulator foretells of each packet, as a check expects it.
class Foretelling {
 public:
  Foretelling(const generator::Shape& shape, const firewall::Ruleset& ruleset)
      : shape_(shape), plan_(plan::make_plan(shape.topology).value()) {
    const plan::States states = plan::expected(plan_);
    std::vector<sim::Node> nodes;
    for (std::size_t i = 0; i < states.size(); ++i) {
      const bool tested = NodeId(i) == shape.node;
      nodes.push_back({.name = plan_.nodes[i],
                       .state = states[i],
                       .ruleset = tested ? ruleset : generator::make_silence()});
    }
    simulator_.emplace(nodes);
  }

  std::string fate(const Packet& packet) {
    const generator::Port& port = shape_.ports[packet.port];
    flow::Flow flow{.from = port.edge,
                    .service = {flow::Protocol::Raw, 0},
                    .frame = packet.frame,
                    .interface = port.edge_interface};
    const auto told = simulator_->predict({.flow = flow}).request.fate;
    if (!told.at) return std::string(to_string(told.kind));
    return fmt::format("{} at {}", to_string(told.kind), plan_.nodes[told.at->index()]);
  }

 private:
  const generator::Shape& shape_;
  plan::Plan plan_;
  std::optional<sim::Simulator> simulator_;
};

void write_packets(const std::filesystem::path& path, const generator::Shape& shape,
                   const Finding& finding, const std::string& command) {
  capture::PcapngWriter writer(path, finding.text + command);
  std::vector<std::uint32_t> interfaces;
  for (const generator::Port& port : shape.ports) {
    const std::string& edge = shape.topology.node(port.edge).name;
    interfaces.push_back(
        writer.add_interface({.name = fmt::format("{}:{}", edge, port.edge_interface),
                              .link_type = capture::LinkType::Ethernet}));
  }
  for (std::size_t i = 0; i < finding.small.packets.size(); ++i) {
    const Packet& packet = finding.small.packets[i];
    const capture::Timestamp when{std::chrono::microseconds(i)};
    writer.write(interfaces[packet.port],
                 capture::decode_frame(capture::LinkType::Ethernet, packet.frame,
                                       packet.frame.size(), when));
  }
  writer.close();
}

}  // namespace

std::string make_scenario(const generator::Shape& shape, const Finding& finding,
                          const std::string& command) {
  topology::Topology net = shape.topology;
  const auto text = listing::to_text(finding.small.ruleset);
  std::string comment =
      fmt::format("case {}{}, suspect: {}: {}\n{}found by: {}\n", finding.number,
                  finding.flaky ? ", flaky" : "", to_string(finding.diagnosis.suspect),
                  finding.diagnosis.reason, finding.text, command);
  if (text && !text->empty()) {
    net.node(shape.node).rules.push_back({.text = *text});
  } else if (!text) {
    comment += "the rules have no text: " + text.error().text + "\n";
  }
  std::string scenario = as_comment(comment) + topofile::to_yaml(net) + "checks:\n";
  Foretelling simulator(shape, finding.small.ruleset);
  for (const Packet& packet : finding.small.packets) {
    const generator::Port& port = shape.ports[packet.port];
    scenario +=
        fmt::format("  # {}\n  - flow: {{ from: {}, interface: {}, frame: {} }}\n    should: {}\n",
                    describe(shape, packet), shape.topology.node(port.edge).name,
                    port.edge_interface, to_hex(packet.frame), simulator.fate(packet));
  }
  return scenario;
}

std::filesystem::path write_reproduction(const std::filesystem::path& folder,
                                         const generator::Shape& shape, const Finding& finding,
                                         const std::string& command) {
  std::filesystem::create_directories(folder);
  const std::string name =
      fmt::format("seed-{}-case-{}{}", finding.seed, finding.number, finding.flaky ? "-flaky" : "");
  write_packets(folder / (name + ".pcapng"), shape, finding, command);
  std::filesystem::path path = folder / (name + ".scenario.yaml");
  sys::save_file(path, make_scenario(shape, finding, command));
  return path;
}

}  // namespace topoproof::campaign
