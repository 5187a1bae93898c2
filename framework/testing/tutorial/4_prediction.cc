// SPDX-License-Identifier: GPL-2.0-or-later
// What would become of a flow: no kernel is asked, so this runs anywhere.
#include <checks/ladder.hh>
#include <checks/prediction.hh>
#include <checks/simulation.hh>
#include <iostream>
#include <scenario/reader.hh>

namespace tp = topoproof;

int main() {
  const auto network = tp::scenario::parse_scenario(R"(
nodes: { red: { routes: [default via 10.0.0.2] }, host: {}, blue: {} }
links:
  - red:eth0 10.0.0.1/24 -- host:eth0 10.0.0.2/24
  - host:eth1 10.1.0.2/24 -- blue:eth0 10.1.0.1/24
checks: [ red -> blue tcp/80: not_forwarding at host ]
)",
                                                    "example");
  if (!network) {
    std::cerr << to_string(network.error());
    return 1;
  }
  const auto flow = tp::scenario::parse_flow("red -> blue tcp/80", network->topology);
  tp::checks::Simulation simulation(*network);
  const auto prediction = simulation.predict(tp::checks::question_of(*flow, 0));
  std::cout << tp::checks::ending_text(prediction, network->topology) << '\n';
  for (const auto& line : tp::checks::ladder(prediction, network->topology)) {
    std::cout << "  " << line << '\n';
  }
  return prediction.request.fate.kind == tp::flow::FateKind::NotForwarding ? 0 : 1;
}
