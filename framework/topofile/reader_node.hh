// SPDX-License-Identifier: GPL-2.0-or-later
// One node of a topology file, and its bridges. Internal to the reader; the rule keys are also what
// a scenario's change of rules has.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mac_address.hh"
#include "document/fields.hh"
#include "topofile/reader.hh"
#include "topology/topology.hh"

namespace topoproof::topofile {

struct NodeDraft {
  topology::Node node;
  std::vector<topology::Bridge> bridges;  // their node is not set yet
};

NodeDraft read_node(const document::Entry& entry, const FileReader& read_file, Issues& issues);

// masquerade, snat, port_forwards, nftables, iptables, ip6tables. File names are relative to the
// file that names them. Of a node that names a file which cannot be read no rules are taken.
void take_rules(document::Fields& fields, const FileReader& read_file, topology::Node& node);

// `services:`
std::optional<std::vector<topology::Program>> read_programs(const document::Node& node,
                                                            Issues& issues);

// A line of `hosts:`.
std::expected<topology::HostNames, Issue> parse_host_names(std::string_view text);

// The addresses under `ipv4:` and `ipv6:`, each of its own family.
void take_addresses(document::Fields& fields, topology::Addresses& addresses);

// A MAC address that an interface can have: not of a group, and not all zeros.
std::expected<MacAddress, Issue> parse_interface_mac(std::string_view text);

}  // namespace topoproof::topofile
