// SPDX-License-Identifier: GPL-2.0-or-later
// The divergences that campaigns have found in the simulator, each as small as it was made, named
// for what the kernel does. They stay mended.
#include <ostream>

#include <gtest/gtest.h>

#include "campaign/trial.hh"
#include "firewall/build.hh"
#include "packet/stack.hh"
#include "sys/kernel_test.hh"

namespace topoproof::campaign {
namespace {

using namespace firewall;  // NOLINT: the words of rules
using generator::Feature;
using packet::Stack;

struct Mended {
  const char* name;
  Feature shape = Feature::Router;
  std::vector<Chain> chains = {};
  Stack packet = {};  // behind the Ethernet header; from the first edge
};

std::ostream& operator<<(std::ostream& out, const Mended& mended) { return out << mended.name; }

Chain chain(ChainType type, Hook hook, std::int32_t priority,
            std::initializer_list<Statement> statements) {
  Chain made = make_base_chain("c", type, hook, priority);
  made.rules.push_back(make_rule(TableFamily::Inet, statements));
  return made;
}

Chain filter(Hook hook, std::initializer_list<Statement> statements, std::int32_t priority = 0) {
  return chain(ChainType::Filter, hook, priority, statements);
}

Chain nat(Hook hook, std::initializer_list<Statement> statements) {
  const bool source = hook == Hook::Input || hook == Hook::Postrouting;
  return chain(ChainType::Nat, hook, source ? kSourceNatPriority : kDestinationNatPriority,
               statements);
}

Stack from_a(const char* destination, std::uint8_t ttl = 64) {
  return packet::ipv4(
      {.ttl = ttl, .src = {10, 1, 0, 2}, .dst = Ipv4Address::parse(destination).value()});
}

Stack from_a6(const char* source, const char* destination, std::uint8_t hops = 64) {
  return packet::ipv6({.hop_limit = hops,
                       .src = Ipv6Address::parse(source).value(),
                       .dst = Ipv6Address::parse(destination).value()});
}

Stack data() { return packet::payload(Bytes(8, std::byte{0x5a})); }
Stack datagram() { return packet::udp({.sport = 20'000, .dport = 80}) / data(); }
Stack syn(std::optional<std::uint16_t> checksum = {}) {
  return packet::tcp({.sport = 20'000, .dport = 80, .seq = 1000, .checksum = checksum});
}
// Of a protocol that nobody knows, where rules see no checksum that could be right.
Stack unknown(Stack network) {
  for (auto& layer : network.layers) {
    if (auto* v4 = std::get_if<packet::Ipv4>(&layer)) v4->protocol = 253;
    if (auto* v6 = std::get_if<packet::Ipv6>(&layer)) v6->next_header = 253;
  }
  return network / data();
}

const Statement kElsewhere = dnat_to(Ipv4Address(10, 3, 0, 2));
const Statement kHome = dnat_to(Ipv4Address(10, 3, 0, 1));

std::vector<Mended> all_mended() {
  return {
      {.name = "ErrorsHaveThePrecedenceOfControl", .packet = from_a("10.2.0.2", 1) / datagram()},
      {.name = "AResetOffersNoWindow", .packet = from_a("10.1.0.1") / syn()},
      {.name = "AnErrorAboutATranslatedPacketIsTranslatedBack",
       .chains = {nat(Hook::Prerouting, {counter(), kElsewhere})},
       .packet = from_a("10.2.0.2", 1) / datagram()},
      {.name = "AnErrorIsRelatedToWhatItIsAbout",
       .chains = {filter(Hook::Output, {ct_state(kCtRelated), counter()})},
       .packet = from_a("10.2.0.2", 1) / datagram()},
      {.name = "TheRefusalOfUdpIsNot",
       .chains = {nat(Hook::Prerouting, {counter(), kHome}),
                  filter(Hook::Output, {ct_status(kCtDestinationNat), counter()}, -300)},
       .packet = from_a("10.2.0.2") / datagram()},
      {.name = "NoErrorRejectsAWrongChecksum",
       .chains = {filter(Hook::Forward, {counter(), reject()})},
       .packet = from_a("10.2.0.2") / syn(0xdead)},
      {.name = "NoResetRejectsAWrongChecksum",
       .chains = {filter(Hook::Input, {counter(), reject_with_tcp_reset()})},
       .packet = from_a("10.1.0.1") / syn(0xdead)},
      {.name = "AResetThatIsRejectedIsQuotedBeforeItsChecksumIsWhole",
       .chains = {filter(Hook::Forward, {reject_with_tcp_reset()}),
                  filter(Hook::Output, {counter(), reject()})},
       .packet = from_a("10.2.0.2") / syn()},
      {.name = "NoErrorRejectsAProtocolWhosePayloadDoesNotSumUp",
       .chains = {filter(Hook::Forward, {counter(), reject()})},
       .packet = unknown(from_a("10.2.0.2"))},
      {.name = "NoErrorRejectsAnAnswerOfIcmp",
       .chains = {filter(Hook::Output, {counter(), reject()})},
       .packet = from_a("10.1.0.1") / packet::icmp({.id = 7, .sequence = 1}) / data()},
      {.name = "AChainOfTypeNatAloneDoesNotTrack",
       .chains = {nat(Hook::Input, {counter(), accept()})},
       .packet = from_a("10.1.0.1") / syn()},
      {.name = "AnIcmpv6ErrorComesFromTheInterfaceThatThePacketCameBy",
       .shape = Feature::Router6,
       .packet = from_a6("fd02::2", "fd03::2", 1) / datagram()},
      {.name = "WhatComesByTheLoopbackHasItsWayBackThere",
       .shape = Feature::Router6,
       .chains = {nat(Hook::Prerouting, {counter(), dnat_to(IpAddress::parse("fd02::1").value())}),
                  filter(Hook::Input, {no_way_back(), counter()})},
       .packet = from_a6("fd02::1", "fd01::2") / datagram()},
      {.name = "AParameterProblemPointsAtTheProtocol",
       .shape = Feature::Router6,
       .packet = unknown(from_a6("fd01::2", "fd03::1"))},
  };
}

class MendedKernel : public sys::KernelTest, public testing::WithParamInterface<Mended> {};

TEST_P(MendedKernel, KernelAndSimulatorAgree) {
  Trial trial;
  const generator::Port& port = trial.shape(GetParam().shape).ports[0];
  const Stack frame =
      packet::ether({.src = port.edge_mac, .dst = port.gateway}) / GetParam().packet;
  Table table{.family = TableFamily::Inet, .name = "t"};
  for (Chain chain : GetParam().chains) {
    chain.name += std::to_string(table.chains.size());
    table.chains.push_back(std::move(chain));
  }
  const Question question{GetParam().shape, {{table}}, {{0, packet::build(frame)}}};
  const Verdict verdict = trial.judge(question, Fences::BehindEach);
  const auto* diverged = std::get_if<Diverged>(&verdict);
  EXPECT_TRUE(std::holds_alternative<Agreed>(verdict))
      << (diverged != nullptr ? diverged->difference.text : "not asked");
}

INSTANTIATE_TEST_SUITE_P(All, MendedKernel, testing::ValuesIn(all_mended()),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace topoproof::campaign
