// SPDX-License-Identifier: GPL-2.0-or-later
// Scapy's names for our headers. Every header is given in full, so that a change of Scapy's
// defaults changes nothing; what Scapy has no exact field for is given as raw bytes.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "packet/print.hh"

namespace topoproof::packet {
namespace {

std::string raw(BytesView bytes, std::string_view name = "Raw") {
  std::string hex = to_hex(bytes);
  std::erase(hex, ' ');
  return fmt::format("{}(bytes.fromhex('{}'))", name, hex);
}

// The layer as Python, from its own bytes where our field and Scapy's are not one to one.
struct Command {
  BytesView bytes;

  std::string operator()(const Ether& e) const {
    return fmt::format("Ether(src='{}', dst='{}', type={:#x})", to_string(e.src), to_string(e.dst),
                       load_be16(&bytes[12]));
  }
  std::string operator()(const Vlan& v) const {
    return fmt::format("Dot1Q(prio={}, id={}, vlan={}, type={:#x})", v.priority,
                       v.drop_eligible ? 1 : 0, v.id, load_be16(&bytes[2]));
  }
  std::string operator()(const Arp& a) const {
    return fmt::format(
        "ARP(hwtype={}, ptype={:#x}, hwlen=6, plen=4, op={}, hwsrc='{}', psrc='{}', hwdst='{}', "
        "pdst='{}')",
        a.hardware_type, a.protocol_type, a.operation, to_string(a.sender_mac),
        to_string(a.sender_ip), to_string(a.target_mac), to_string(a.target_ip));
  }
  std::string operator()(const Payload&) const { return raw(bytes); }
  std::string operator()(const Padding&) const { return raw(bytes, "Padding"); }
  std::string operator()(const Ipv4& ip) const {
    if (!ip.options.empty()) return raw(bytes, "IP");
    return fmt::format(
        "IP(version={}, ihl={}, tos={}, len={}, id={}, flags={}, frag={}, ttl={}, proto={}, "
        "chksum={:#x}, src='{}', dst='{}')",
        ip.version, std::to_integer<unsigned>(bytes[0]) & 15, ip.tos, load_be16(&bytes[2]), ip.id,
        load_be16(&bytes[6]) >> 13, ip.fragment_offset, ip.ttl, std::to_integer<unsigned>(bytes[9]),
        load_be16(&bytes[10]), to_string(ip.src), to_string(ip.dst));
  }
  std::string operator()(const Ipv6& ip) const {
    return fmt::format(
        "IPv6(version={}, tc={}, fl={}, plen={}, nh={}, hlim={}, src='{}', dst='{}')", ip.version,
        ip.traffic_class, ip.flow_label, load_be16(&bytes[4]), std::to_integer<unsigned>(bytes[6]),
        ip.hop_limit, to_string(ip.src), to_string(ip.dst));
  }
  std::string operator()(const Udp& u) const {
    return fmt::format("UDP(sport={}, dport={}, len={}, chksum={:#x})", u.sport, u.dport,
                       load_be16(&bytes[4]), load_be16(&bytes[6]));
  }
  std::string operator()(const Tcp& t) const {
    if (!t.options.empty()) return raw(bytes, "TCP");
    return fmt::format(
        "TCP(sport={}, dport={}, seq={}, ack={}, dataofs={}, reserved={}, flags={:#x}, window={}, "
        "chksum={:#x}, urgptr={})",
        t.sport, t.dport, t.seq, t.ack, std::to_integer<unsigned>(bytes[12]) >> 4, t.reserved >> 1,
        t.flags | (t.reserved & 1) << 8, t.window, load_be16(&bytes[16]), t.urgent);
  }
  std::string operator()(const Icmp& i) const {
    // id and seq are fields of echo messages only: other types are given by their bytes.
    if (!Icmp::is_echo(i.type)) return raw(bytes, "ICMP");
    return fmt::format("ICMP(type={}, code={}, chksum={:#x}, id={}, seq={})", i.type, i.code,
                       load_be16(&bytes[2]), i.id, i.sequence);
  }
  std::string operator()(const auto&) const { return raw(bytes); }
};

}  // namespace

std::string scapy_command(const Stack& stack) {
  const std::vector<Bytes> parts = build_parts(stack);
  std::vector<std::string> layers;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    layers.push_back(std::visit(Command{parts[i]}, stack.layers[i]));
  }
  return fmt::format("{}", fmt::join(layers, " / "));
}

}  // namespace topoproof::packet
