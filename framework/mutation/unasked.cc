// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutation/unasked.hh"

#include <optional>
#include <variant>

#include "firewall/build.hh"
#include "mutation/rule_tests.hh"
#include "xtables/match.hh"

namespace topoproof::mutation {
namespace {

namespace fw = firewall;

// Ports; and the length that UDP has (RFC 768), which payloads of several sizes vary.
std::string of_transport(const fw::PayloadLoad& load) {
  const bool are_ports = load.length >= 2 && load.offset + load.length <= 4;
  const bool is_length = load.offset == 4 && load.length == 2;
  return are_ports || is_length ? "" : "a field of the transport header";
}

// RFC 791, 3.1 and RFC 8200, 3: which of the two headers it is the rule need not say.
std::string of_network(const fw::PayloadLoad& load) {
  const std::uint32_t end = load.offset + load.length;
  const bool are_addresses = load.length > 1 && load.offset >= 8 && end <= 40;
  const bool is_length = load.length == 2 && (load.offset == 2 || load.offset == 4);
  const bool is_number = load.length == 1 && load.offset >= 6 && load.offset <= 9;
  const bool is_byte_of_address = load.length == 1 && load.offset >= 12 && end <= 40;
  const bool is_asked = are_addresses || is_length || is_number || is_byte_of_address;
  return is_asked ? "" : "a field of the IP header";
}

// Stations and type are those of the nodes.
std::string of_link(const fw::PayloadLoad& load) {
  return load.offset + load.length <= 14 ? "" : "a field behind the Ethernet header";
}

std::string look_at(const fw::PayloadLoad& load) {
  if (load.base == fw::PayloadBase::Transport) return of_transport(load);
  if (load.base == fw::PayloadBase::Network) return of_network(load);
  return load.base == fw::PayloadBase::Link ? of_link(load) : "the payload";
}
std::string look_at(const fw::ExtensionLoad&) { return "an option of a header"; }
std::string look_at(const fw::MetaLoad& load) {
  return load.key == fw::MetaKey::Pkttype ? "the kind of the frame's receiver" : "";
}
template <class Other>
std::string look_at(const Other&) {
  return {};
}

// No flow is out of order, or about another one.
std::string state_unasked(std::span<const fw::Expression> test) {
  for (const fw::Expression& e : test) {
    const auto* bits = std::get_if<fw::Bitwise>(&e);
    if (bits == nullptr || bits->mask.size() != 4) continue;
    const std::uint32_t states = fw::load_host_number(bits->mask);
    if ((states & (fw::kCtNew | fw::kCtEstablished)) == 0) return "a state that no flow is in";
  }
  return {};
}

struct MatchUnasked {
  std::string operator()(const xtables::TcpMatch& m) const {
    return m.flag_mask != 0 || m.option != 0 ? "flags or options of TCP" : "";
  }
  std::string operator()(const xtables::IcmpMatch& m) const {
    return m.is_any() ? "" : "a type of ICMP";
  }
  std::string operator()(const xtables::TcpMssMatch&) const { return "an option of TCP"; }
  std::string operator()(const xtables::DscpMatch&) const { return "a class of service"; }
  std::string operator()(const xtables::TosMatch&) const { return "a class of service"; }
  std::string operator()(const xtables::PacketTypeMatch&) const {
    return "the kind of the frame's receiver";
  }
  std::string operator()(const xtables::U32Match&) const { return "bytes of the packet"; }
  std::string operator()(const xtables::StringMatch&) const { return "the payload"; }
  std::string operator()(const xtables::Extension& m) const { return "a match " + m.name; }
  template <class Other>
  std::string operator()(const Other&) const {
    return {};
  }
};

}  // namespace

std::string unasked_by_flows(const fw::Rule& rule, fw::TableFamily family) {
  for (const Test& test : tests_of(rule)) {
    if (test.asked != Asked::CtState) continue;
    if (auto state = state_unasked(part_of(rule, test)); !state.empty()) return state;
  }
  const Family of = family == fw::TableFamily::Ip6 ? Family::Ipv6 : Family::Ipv4;
  for (const fw::Expression& expression : rule.expressions) {
    std::string unasked =
        std::visit([](const auto& e) { return std::string(look_at(e)); }, expression);
    if (const auto* match = std::get_if<fw::XtMatch>(&expression)) {
      unasked = std::visit(MatchUnasked(),
                           xtables::decode_match(match->name, match->revision, match->info, of));
    }
    if (!unasked.empty()) return unasked;
  }
  return {};
}

}  // namespace topoproof::mutation
