// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/devices.hh"

#include "base/check.hh"

namespace topoproof::plan {
namespace {

Device make_device(const std::string& name, std::uint32_t index,
                   const std::optional<MacAddress>& mac, std::optional<int> mtu) {
  return {.name = name,
          .index = index,
          .mac = mac.value_or(mac_of_index(index)),
          .mtu = static_cast<std::uint32_t>(mtu.value_or(1500))};
}

}  // namespace

MacAddress mac_of_index(std::uint32_t index) {
  return MacAddress::from_bits(0x02'00'00'00'00'00ULL | index);
}

Devices::Devices(const topology::Topology& topology) {
  std::uint32_t next = kFirstIndex;
  for (const topology::Bridge& bridge : topology.bridges()) {
    bridges_.push_back(make_device(bridge.name, next++, bridge.mac, bridge.mtu));
  }
  for (const topology::Link& link : topology.links()) {
    const auto& [a, b] = link.ends;
    Device first = make_device(a.interface, next++, a.mac, link.mtu);
    Device second = make_device(b.interface, next++, b.mac, link.mtu);
    ends_.push_back({std::move(first), std::move(second)});
  }
}

const Device& Devices::of(const topology::Interface& interface) const {
  TOPOPROOF_CHECK(interface.kind != topology::Interface::Kind::Loopback,
                  "lo is not ours to number");
  return interface.kind == topology::Interface::Kind::Bridge ? bridge(*interface.bridge)
                                                             : end(*interface.link, interface.end);
}

}  // namespace topoproof::plan
