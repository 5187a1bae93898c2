// SPDX-License-Identifier: GPL-2.0-or-later
#include "two_routers.hh"

#include <algorithm>
#include <stdexcept>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include "conntrack/tuple.hh"
#include "netfilter/kernel_ruleset.hh"
#include "netfilter/text.hh"
#include "netlink/conntrack.hh"
#include "sys/error.hh"

namespace topoproof::machine {
namespace {

constexpr std::uint32_t kR0 = 11;
constexpr std::uint32_t kR1 = 12;

MacAddress mac(std::uint64_t n) { return MacAddress::from_bits(0x020000000000 + n); }

state::Link link(const char* name, std::uint32_t index, std::uint64_t number) {
  return {.name = name, .index = index, .mac = mac(number)};
}

sys::Fd open_raw(const netlink::KernelNamespace& ns, unsigned index) {
  sys::Fd socket;
  sys::run_in(ns.ns, [&] {
    socket = sys::Fd(sys::check_result(
        ::socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_IP)),
        "open a packet socket"));
    sockaddr_ll at{};
    at.sll_family = AF_PACKET;
    at.sll_protocol = htons(ETH_P_IP);
    at.sll_ifindex = static_cast<int>(index);
    sys::check_result(::bind(socket.get(), reinterpret_cast<sockaddr*>(&at), sizeof at),
                      "bind a packet socket");
  });
  return socket;
}

std::string text_of(BytesView packet) {
  const auto transport = conntrack::find_transport(packet, 0, Family::Ipv4);
  const auto tuple =
      transport ? conntrack::read_tuple(packet, 0, *transport, Family::Ipv4) : std::nullopt;
  return tuple ? to_string(*tuple) : "packet " + to_hex(packet);
}

std::string text_of(const conntrack::Tuple& tuple) { return to_string(tuple); }

conntrack::Tuple tuple_of(const state::Tuple& t) {
  conntrack::Tuple tuple{.source = conntrack::raw_address(t.source),
                         .destination = conntrack::raw_address(t.destination),
                         .source_port = t.source_port,
                         .destination_port = t.destination_port,
                         .protocol = t.protocol,
                         .family = t.source.family()};
  if (conntrack::is_icmp(t.protocol)) {
    tuple.source_port = t.icmp_id;
    tuple.destination_port = static_cast<std::uint16_t>(t.icmp_type << 8 | t.icmp_code);
  }
  return tuple;
}

// What both sides say alike: no times, and no port that was drawn.
std::string line(const conntrack::Tuple& original, const conntrack::Tuple& reply,
                 std::uint32_t status, std::uint32_t mark, std::uint32_t zone, int tcp_state) {
  constexpr std::uint32_t kTold =
      conntrack::kSeenReply | conntrack::kAssured | conntrack::kNatBits | conntrack::kNatDoneBits;
  return fmt::format("{} reply {} status {:#x} mark {} zone {} tcp {}", text_of(original),
                     text_of(reply), status & kTold, mark, zone, tcp_state);
}

}  // namespace

TwoRouters::TwoRouters(const std::string& rules) {
  build();
  load(rules);
}

void TwoRouters::build() {
  for (auto* ns : {&router_, &left_, &right_}) {
    ns->sysctl("net.ipv6.conf.all.disable_ipv6", "1");
    ns->sysctl("net.ipv6.conf.default.disable_ipv6", "1");
    ns->sysctl("net.ipv4.conf.all.rp_filter", "0");
    ns->sysctl("net.ipv4.conf.default.rp_filter", "0");
  }
  router_.sysctl("net.ipv4.ip_forward", "1");
  connect(router_, link("r0", kR0, 0x10), left_, link("l0", 21, 0x20));
  connect(router_, link("r1", kR1, 0x11), right_, link("e0", 22, 0x21));
  router_.commit();
  left_.up("l0");
  left_.commit();
  right_.up("e0");
  right_.commit();
  router_.sysctl("net.ipv4.conf.all.send_redirects", "0");
  router_.sysctl("net.ipv4.conf.r0.send_redirects", "0");
  router_.sysctl("net.ipv4.conf.r1.send_redirects", "0");
  router_.add(netlink::address("r0", "10.0.0.254/24"));
  router_.add(netlink::address("r1", "10.0.1.254/24"));
  for (int host = 1; host < 10; ++host) {
    router_.add(state::Neighbor{.interface = "r0",
                                .address = Ipv4Address(10, 0, 0, static_cast<std::uint8_t>(host)),
                                .mac = mac(0x20)});
    router_.add(state::Neighbor{.interface = "r1",
                                .address = Ipv4Address(10, 0, 1, static_cast<std::uint8_t>(host)),
                                .mac = mac(0x21)});
  }
  router_.commit();
  left_socket_ = open_raw(left_, 21);
  right_socket_ = open_raw(right_, 22);
}

void TwoRouters::load(const std::string& rules) {
  const auto refused = netfilter::load_text(router_.ns, rules);
  if (!refused.empty()) throw std::runtime_error(to_string(refused));
  auto netfilter = router_.open(netlink::Protocol::Netfilter);
  auto observed = netfilter::observe_ruleset(netfilter);
  if (!observed) throw std::runtime_error(to_string(observed.error()));
  std::vector<VirtualRouter::Port> ports{
      {{.index = kR0, .name = "r0", .kind = "veth"}, Ipv4Address(10, 0, 0, 254)},
      {{.index = kR1, .name = "r1", .kind = "veth"}, Ipv4Address(10, 0, 1, 254)}};
  virtual_ = std::make_unique<VirtualRouter>(*observed, std::move(ports));
}

void TwoRouters::inject(const skb::Skb& packet, Side from) const {
  const auto& socket = from == Side::Left ? left_socket_ : right_socket_;
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_protocol = htons(ETH_P_IP);
  to.sll_ifindex = from == Side::Left ? 21 : 22;
  to.sll_halen = 6;
  const auto address = mac(from == Side::Left ? 0x10 : 0x11).bytes();
  std::transform(address.begin(), address.end(), to.sll_addr,
                 [](std::byte byte) { return std::to_integer<unsigned char>(byte); });
  const auto bytes = packet.bytes();
  sys::check_result(static_cast<int>(::sendto(socket.get(), bytes.data(), bytes.size(), 0,
                                              reinterpret_cast<sockaddr*>(&to), sizeof to)),
                    "inject a packet");
}

std::vector<Bytes> TwoRouters::captured(Side at) const {
  const auto& socket = at == Side::Left ? left_socket_ : right_socket_;
  std::vector<Bytes> packets;
  for (;;) {
    Bytes buffer(2000);
    sockaddr_ll from{};
    socklen_t length = sizeof from;
    const auto size = ::recvfrom(socket.get(), buffer.data(), buffer.size(), 0,
                                 reinterpret_cast<sockaddr*>(&from), &length);
    if (size < 0) return packets;
    if (from.sll_pkttype == PACKET_OUTGOING) continue;
    buffer.resize(static_cast<std::size_t>(size));
    packets.push_back(std::move(buffer));
  }
}

std::string TwoRouters::send(const skb::Skb& packet, Side from) {
  const auto to = from == Side::Left ? Side::Right : Side::Left;
  captured(to);
  inject(packet, from);
  const auto arrived = captured(to);
  auto result = virtual_->receive(packet, from == Side::Left ? 0 : 1);
  using Kind = VirtualRouter::Result::Kind;
  if (result.kind != Kind::Forwarded) {
    EXPECT_TRUE(arrived.empty()) << "the kernel forwarded " << text_of(arrived[0]) << ", not "
                                 << result.why;
    if (result.kind == Kind::Unknown) return result.why;
    return result.kind == Kind::Local  ? "delivered"
           : result.kind == Kind::Held ? "held"
                                       : "dropped";
  }
  const auto text = text_of(result.packet.bytes());
  const auto* entry = conntrack::entry_of(result.packet);
  const bool drawn = entry != nullptr && entry->choice.has_value();
  const bool in_pieces = result.packet.reassembled != nullptr;
  if (arrived.size() != 1 && !in_pieces) {
    ADD_FAILURE() << "the kernel forwarded " << arrived.size() << " packets, not " << text;
  } else if (!drawn && !in_pieces) {
    EXPECT_EQ(to_hex(arrived[0]), to_hex(result.packet.bytes()))
        << text << "\nkernel " << text_of(arrived[0]);
  }
  return text;
}

void TwoRouters::compare_state() {
  compare_counters();
  compare_connections();
}

void TwoRouters::compare_counters() {
  auto netfilter = router_.open(netlink::Protocol::Netfilter);
  const auto& program = virtual_->machine().program();
  for (const auto& counted : netfilter::observe_counters(netfilter)) {
    for (const auto& chain : program.chains()) {
      if (chain.table->name != counted.table || chain.table->family != counted.family) continue;
      for (const auto& rule : chain.rules) {
        if (rule.source->handle != counted.handle) continue;
        EXPECT_EQ(program.counter_of(rule), counted.counter)
            << chain.source->name << " rule " << counted.handle << ": kernel "
            << counted.counter.packets << " packets " << counted.counter.bytes << " bytes, ours "
            << program.counter_of(rule)->packets << " and " << program.counter_of(rule)->bytes;
      }
    }
  }
}

void TwoRouters::compare_connections() {
  auto netfilter = router_.open(netlink::Protocol::Netfilter);
  std::vector<std::string> kernel;
  std::vector<std::string> ours;
  for (const auto& c : netlink::observe_connections(netfilter)) {
    kernel.push_back(line(tuple_of(c.original), tuple_of(c.reply), c.status, c.mark, c.zone,
                          static_cast<int>(c.tcp_state.value_or(state::TcpState::None))));
  }
  virtual_->tracker().table().for_each([&](const conntrack::Entry& e) {
    ours.push_back(
        line(e.original(), e.reply(), e.status, e.mark, e.zone.id, static_cast<int>(e.tcp.state)));
    if (!e.choice) return;
    ours.pop_back();
    std::erase_if(kernel, [&](const std::string& text) {
      return text.starts_with(text_of(e.original()) + " ");
    });
  });
  std::ranges::sort(kernel);
  std::ranges::sort(ours);
  EXPECT_EQ(kernel, ours);
}

std::uint64_t TwoRouters::counted(std::size_t rule, std::size_t chain) const {
  const auto& program = virtual_->machine().program();
  return program.counter_of(program.chains()[chain].rules[rule]).value().packets;
}

}  // namespace topoproof::machine
