// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel_rate.hh"

#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "../agreement/kernel_router.hh"
#include "../agreement/packet_spec.hh"

namespace topoproof::bench {
namespace {

using namespace agreement;

constexpr std::size_t kOutside = 0;
constexpr std::size_t kInside = 1;

std::string rules() {
  std::string text =
      "table ip t {\nchain post {\ntype nat hook postrouting priority srcnat\n"
      "oifname \"outside\" masquerade\n}\nchain forward {\n"
      "type filter hook forward priority 0\n";
  for (int port = 1; port < 20; ++port) text += fmt::format("udp dport {} drop\n", port);
  return text + "}\n}\n";
}

PacketSpec datagram(std::uint16_t source_port) {
  return {.zone = kInside,
          .source = Ipv4Address(10, 201, 0, 2),
          .destination = Ipv4Address(10, 200, 0, 2),
          .source_port = source_port,
          .destination_port = 53};
}

}  // namespace

Cost ask_kernel(std::uint16_t flows) {
  const Zones zones = make_zones({});
  KernelRouter router(zones, make_router(zones));
  if (const auto loaded = router.replace_rules(rules()); !loaded) {
    throw std::runtime_error(to_string(loaded.error()));
  }
  std::vector<Bytes> frames;
  for (std::uint16_t i = 0; i < flows; ++i) {
    frames.push_back(frame_of(datagram(static_cast<std::uint16_t>(1024 + i)), zones));
  }
  const Cost begin = cost_now();
  for (const Bytes& frame : frames) {
    const auto arrived = router.send(kInside, frame);
    if (arrived.size() != 1 || arrived[0].zone != kOutside) {
      throw std::runtime_error("the kernel did not forward a packet");
    }
  }
  return cost_now() - begin;
}

}  // namespace topoproof::bench
