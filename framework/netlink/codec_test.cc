// SPDX-License-Identifier: GPL-2.0-or-later
// Every codec reads back what it wrote, with no kernel between.
#include <gtest/gtest.h>
#include <linux/netlink.h>

#include "netlink/address.hh"
#include "netlink/batch.hh"
#include "netlink/link.hh"
#include "netlink/neighbor.hh"
#include "netlink/route.hh"
#include "netlink/rule.hh"

namespace topoproof::netlink {
namespace {

using namespace std::chrono_literals;

IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }
Prefix prefix(const char* text) { return Prefix::parse(text).value(); }
MacAddress mac(std::uint64_t bits) { return MacAddress::from_bits(bits); }

InterfaceNames names() {
  InterfaceNames names;
  names.add("eth0", 4);
  names.add("eth1", 5);
  names.add("br0", 6);
  return names;
}

// The decoded message, or what is wrong with it in place of a value.
template <class T, class Encode, class Decode>
std::string rewritten(const T& value, const Request& request, Encode encode, Decode decode) {
  Batch batch;
  encode(value, batch.add(0, request));
  const auto messages = split_messages(batch.bytes());
  if (!messages || messages->size() != 1) return "not one message";
  const auto decoded = decode(messages->front());
  if (!decoded) return decoded.error().text;
  return *decoded == value ? "same" : describe(*decoded) + " instead of " + describe(value);
}

std::string rewritten(const state::Link& link) {
  return rewritten(
      link, kCreateLink, [](const auto& x, MessageWriter& w) { encode(x, names(), w); },
      [](const Message& m) { return decode_link(m, names()); });
}
std::string rewritten(const state::Address& address) {
  return rewritten(
      address, kAddAddress, [](const auto& x, MessageWriter& w) { encode(x, names(), w); },
      [](const Message& m) { return decode_address(m, names()); });
}
std::string rewritten(const state::Route& route) {
  return rewritten(
      route, kAddRoute, [](const auto& x, MessageWriter& w) { encode(x, names(), w); },
      [](const Message& m) { return decode_route(m, names()); });
}
std::string rewritten(const state::Rule& rule) {
  return rewritten(
      rule, kAddRule, [](const auto& x, MessageWriter& w) { encode(x, w); }, decode_rule);
}
std::string rewritten(const state::Neighbor& neighbor) {
  return rewritten(
      neighbor, kAddNeighbor, [](const auto& x, MessageWriter& w) { encode(x, names(), w); },
      [](const Message& m) { return decode_neighbor(m, names()); });
}

TEST(Codec, LinksReadBack) {
  EXPECT_EQ(rewritten(state::Link{.name = "v"}), "same");
  EXPECT_EQ(rewritten(state::Link{.name = "br1",
                                  .kind = state::LinkKind::Bridge,
                                  .index = 9,
                                  .mac = mac(0x020000000009),
                                  .mtu = 9000,
                                  .up = true,
                                  .bridge = state::BridgeOptions{.stp = true,
                                                                 .ageing_time = 1s,
                                                                 .forward_delay = 2s,
                                                                 .hello_time = 3s,
                                                                 .max_age = 4s,
                                                                 .priority = 5,
                                                                 .multicast_snooping = false}}),
            "same");
  EXPECT_EQ(rewritten(state::Link{
                .name = "br2", .kind = state::LinkKind::Bridge, .bridge = state::BridgeOptions{}}),
            "same");
  EXPECT_EQ(
      rewritten(state::Link{
          .name = "x0", .kind = state::LinkKind::Other, .other_kind = "macvlan", .master = "br0"}),
      "same");
}

TEST(Codec, AVethPairReadsBackAsItsNearEnd) {
  const state::Link near{.name = "eth9", .index = 9, .up = true, .master = "br0", .peer_index = 11};
  Batch batch;
  encode(VethPair{.near = near, .far = {.name = "eth11", .index = 11}, .far_netns = 3}, names(),
         batch.add(0, kCreateLink));
  EXPECT_EQ(decode_link(split_messages(batch.bytes())->front(), names()), near);
}

TEST(Codec, PortOptionsReadBackFromAChange) {
  const state::PortOptions port{.isolated = true,
                                .hairpin = true,
                                .learning = false,
                                .flood = false,
                                .multicast_flood = false,
                                .broadcast_flood = false,
                                .neighbor_suppression = true};
  Batch batch;
  encode(LinkChange{.name = "eth0", .port = port}, names(), batch.add(0, kChangeLink));
  encode(LinkChange{.name = "eth0", .port = state::PortOptions{}}, names(),
         batch.add(0, kChangeLink));
  const auto messages = split_messages(batch.bytes()).value();
  EXPECT_EQ(decode_link(messages[0], names())->port, port);
  EXPECT_EQ(decode_link(messages[1], names())->port, state::PortOptions{});
}

TEST(Codec, AddressesReadBack) {
  for (const char* text :
       {"10.0.0.1/24", "0.0.0.1/0", "127.0.0.1/8", "fd00::1/64", "fd00::1/128"}) {
    const auto address = InterfaceAddress::parse(text).value();
    EXPECT_EQ(rewritten(state::Address{.interface = "eth0", .address = address}), "same");
  }
  EXPECT_EQ(rewritten(state::Address{.interface = "eth1",
                                     .address = InterfaceAddress::parse("fd00::1/64").value(),
                                     .no_dad = true}),
            "same");
}

TEST(Codec, RoutesReadBack) {
  for (const state::Route& route : std::vector<state::Route>{
           {},
           {.destination = make_default_prefix(Family::Ipv6), .gateway = ip("fd00::1")},
           {.destination = prefix("10.2.0.0/16"), .interface = "eth0"},
           {.type = state::RouteType::Blackhole, .destination = prefix("10.9.0.0/16")},
           {.type = state::RouteType::Local, .destination = prefix("10.9.0.1"), .table = 255},
           {.type = state::RouteType::Unreachable, .destination = prefix("fd09::/16")},
           {.type = state::RouteType::Prohibit, .metric = 77},
           {.destination = prefix("10.2.0.0/16"),
            .gateway = ip("fe80::1"),
            .interface = "eth1",
            .source = ip("10.0.0.1"),
            .table = 1000,
            .metric = 7,
            .mtu = 1400,
            .on_link = true,
            .scope = state::RouteScope::Site,
            .protocol = state::RouteProtocol::Static},
           {.destination = prefix("10.3.0.0/16"),
            .next_hops = {{.gateway = ip("10.0.0.2"), .interface = "eth0"},
                          {.gateway = ip("fe80::2"), .interface = "eth1", .weight = 256},
                          {.interface = "eth1", .weight = 3}}},
       }) {
    EXPECT_EQ(rewritten(route), "same");
  }
}

TEST(Codec, RulesReadBack) {
  EXPECT_EQ(rewritten(state::Rule{.priority = 100, .table = 7}), "same");
  EXPECT_EQ(rewritten(state::Rule{.family = Family::Ipv6,
                                  .priority = 5,
                                  .from = prefix("fd00::/16"),
                                  .to = prefix("fd01::1"),
                                  .incoming = "eth0",
                                  .outgoing = "eth1",
                                  .mark = state::FirewallMark{.value = 4, .mask = 0xff},
                                  .inverted = true,
                                  .action = state::RuleAction::Lookup,
                                  .table = 1000,
                                  .suppressed_length = 0}),
            "same");
  EXPECT_EQ(rewritten(state::Rule{.action = state::RuleAction::Prohibit, .table = 0}), "same");
}

TEST(Codec, NeighborsReadBack) {
  EXPECT_EQ(rewritten(state::Neighbor{
                .interface = "eth0", .address = ip("10.0.0.2"), .mac = mac(0x020000000002)}),
            "same");
  EXPECT_EQ(
      rewritten(state::Neighbor{
          .interface = "eth1", .address = ip("fd00::2"), .state = state::NeighborState::Failed}),
      "same");
}

TEST(Codec, BridgeEntriesReadBack) {
  const state::BridgeEntry entry{.port = "eth0", .mac = mac(0x020000000002)};
  Batch batch;
  encode(entry, names(), batch.add(0, kAddNeighbor));
  EXPECT_EQ(decode_bridge_entry(split_messages(batch.bytes())->front(), names()), entry);
}

TEST(Codec, AnUnknownInterfaceIsNamedBeforeAnythingIsSent) {
  Batch batch;
  try {
    encode(state::Route{.interface = "eth7"}, names(), batch.add(0, kAddRoute));
    FAIL();
  } catch (const sys::SystemError& error) {
    EXPECT_STREQ(error.what(), "find the interface eth7: No such device");
  }
}

// Cuts a message everywhere and flips every byte: the decoders must stay inside, and say an Issue
// or a value.
template <class Decode>
void torture(BytesView message, Decode decode) {
  const BytesView payload = message.subspan(sizeof(nlmsghdr));
  const auto type = read_header<nlmsghdr>(message)->nlmsg_type;
  for (std::size_t size = 0; size <= payload.size(); ++size) {
    const Bytes cut(payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(size));
    static_cast<void>(decode(Message{.type = type, .payload = cut}));
  }
  for (std::size_t i = 0; i < payload.size(); ++i) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      Bytes changed(payload.begin(), payload.end());
      changed[i] ^= static_cast<std::byte>(flip);
      static_cast<void>(decode(Message{.type = type, .payload = changed}));
    }
  }
}

TEST(Codec, AMangledMessageIsNoTrouble) {
  Batch batch;
  encode(VethPair{.near = {.name = "eth9", .mac = mac(1), .master = "br0"},
                  .far = {.name = "eth11", .index = 11}},
         names(), batch.add(0, kCreateLink));
  torture(batch.bytes(), [](const Message& m) { return decode_link(m, names()); });
  Batch routes;
  encode(state::Route{.destination = prefix("10.3.0.0/16"),
                      .next_hops = {{.gateway = ip("10.0.0.2"), .interface = "eth0"},
                                    {.gateway = ip("fe80::2"), .weight = 9}},
                      .mtu = 1400},
         names(), routes.add(0, kAddRoute));
  torture(routes.bytes(), [](const Message& m) { return decode_route(m, names()); });
}

}  // namespace
}  // namespace topoproof::netlink
