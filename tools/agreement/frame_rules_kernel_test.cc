// SPDX-License-Identifier: GPL-2.0-or-later
// Rules that see frames: at the hooks of devices, of ARP, and of bridges where they answer. In the
// kernel and in the simulator.
#include <gtest/gtest.h>

#include "sys/kernel_test.hh"
#include "test_specs.hh"

namespace topoproof::agreement {
namespace {

std::string at_device(const std::string& hook, const std::string& device, const std::string& rules,
                      const std::string& name = "d", const std::string& family = "netdev") {
  return "table " + family + " " + name + " {\nchain c {\ntype filter hook " + hook + " device \"" +
         device + "\" priority 0\n" + rules + "\n}\n}\n";
}

// Skips where the kernel cannot register such a chain at all.
class FrameRules : public sys::KernelTest {
 protected:
  void SetUp() override {
    sys::KernelTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    try {
      TwoBodies({.rules = at_device("egress", "inside", "accept")});
    } catch (const std::runtime_error& refused) {
      TOPOPROOF_SKIP(std::string("chains at the hook egress: ") + refused.what());
    }
  }
};

TEST_F(FrameRules, IngressSeesWhatComesInByItsDeviceAlone) {
  TwoBodies bodies({.rules = at_device("ingress", "inside", "counter udp dport 80 counter drop")});
  EXPECT_EQ(bodies.send(kToOutside), "nothing");
  PacketSpec other = kToOutside;
  other.destination_port = 81;
  EXPECT_NE(bodies.send(other), "nothing");
  EXPECT_NE(bodies.send(udp(kOutside, "10.200.0.2", "10.201.0.2")), "nothing");
  EXPECT_EQ(bodies.send(kInside, arp_request("10.201.0.2", "10.201.0.9")), "nothing");
  bodies.compare_state();
}

TEST_F(FrameRules, IngressOfAPortComesBeforeItsBridge) {
  TwoBodies bodies({.rules = at_device("ingress", "port1", "counter ip daddr 10.240.0.3 drop") +
                             "table bridge b {\nchain c {\ntype filter hook prerouting priority "
                             "-300\ncounter\n}\n}\n"});
  EXPECT_EQ(bodies.send(kAcrossBridge), "nothing");
  EXPECT_NE(bodies.send(udp(kPort1, "10.240.0.2", "10.200.0.2")), "nothing");
  bodies.compare_state();
}

// What the bridge hands to its node comes in once more, by the bridge.
TEST_F(FrameRules, IngressOfABridgeSeesWhatIsForItsNode) {
  TwoBodies bodies({.rules = at_device("ingress", "br0", "counter")});
  EXPECT_EQ(bodies.send(kAcrossBridge), kBridged);
  EXPECT_NE(bodies.send(udp(kPort1, "10.240.0.2", "10.200.0.2")), "nothing");
  bodies.compare_state();
}

TEST_F(FrameRules, AMarkOfIngressChoosesRulesAndRoutesBehindIt) {
  TwoBodies bodies({.rules = at_device("ingress", "inside", "meta mark set 7") +
                             "table ip f {\nchain c {\ntype filter hook forward priority 0\n"
                             "meta mark 7 counter drop\n}\n}\n"});
  EXPECT_EQ(bodies.send(kToOutside), "nothing");
  bodies.compare_state();
}

TEST_F(FrameRules, ChainsOfInetAtIngressSeeSoundPacketsOfIpAlone) {
  TwoBodies bodies(
      {.rules = at_device("ingress", "inside", "counter meta l4proto udp counter", "i", "inet")});
  EXPECT_EQ(bodies.send(kToOutside), kThrough);
  EXPECT_NE(bodies.send(kInside, arp_request("10.201.0.2", "10.201.0.1")), "nothing");
  Bytes cut = frame_of(kToOutside, bodies.zones());
  cut.resize(cut.size() - 1);
  EXPECT_EQ(bodies.send(kInside, cut), "nothing");
  bodies.compare_state();
}

TEST_F(FrameRules, OfEqualPriorityAtADeviceTheLaterOneRunsFirst) {
  TwoBodies bodies({.rules = at_device("ingress", "inside", "counter accept", "a") +
                             at_device("ingress", "inside", "counter drop", "b")});
  EXPECT_EQ(bodies.send(kToOutside), "nothing");
  bodies.compare_state();
}

TEST_F(FrameRules, EgressComesLastAndSeesLengthsWithTheirHeader) {
  TwoBodies bodies(
      {.rules = at_device("egress", "outside", "counter meta length 58 udp dport 80 drop")});
  EXPECT_EQ(bodies.send(kToOutside), "nothing");
  PacketSpec other = kToOutside;
  other.payload = 17;
  EXPECT_NE(bodies.send(other), "nothing");
  bodies.compare_state();
}

TEST_F(FrameRules, EgressOfAPortSeesWhatIsBridgedAndWhatIsFlooded) {
  TwoBodies bodies({.rules = at_device("egress", "port2", "counter ip daddr 10.240.0.3 drop")});
  EXPECT_EQ(bodies.send(kAcrossBridge), "nothing");
  bodies.compare_state();
}

TEST_F(FrameRules, ARejectAtADeviceGoesBackAsItCame) {
  TwoBodies bodies({.rules = at_device("ingress", "inside",
                                       "tcp dport 80 counter reject with tcp reset\n"
                                       "udp dport 80 counter reject")});
  EXPECT_EQ(bodies.send(kToOutside),
            "inside: 10.200.0.2 > 10.201.0.2 icmp port unreachable "
            "(10.201.0.2:1000 > 10.200.0.2:80 udp, 16 bytes)");
  EXPECT_NE(bodies.send(tcp(kInside, "10.201.0.2", "10.200.0.2")), "nothing");
  EXPECT_NE(bodies.send(udp(kInside, "fd00:201::2", "fd00:200::2")), "nothing");
  EXPECT_NE(bodies.send(tcp(kInside, "fd00:201::2", "fd00:200::2")), "nothing");
  bodies.compare_state();
}

TEST_F(FrameRules, ARejectInABridgeGoesBackAsItCame) {
  const auto refused = [](const std::string& rules) {
    try {
      TwoBodies({.rules = rules});
    } catch (const std::runtime_error&) {
      return true;
    }
    return false;
  };
  if (refused(
          "table bridge b {\nchain c {\ntype filter hook prerouting priority 0\nreject\n}\n}\n")) {
    TOPOPROOF_SKIP("reject in tables of bridge");
  }
  TwoBodies bodies({.rules = "table bridge b {\nchain c {\ntype filter hook prerouting priority 0\n"
                             "tcp dport 80 counter reject with tcp reset\n"
                             "udp dport 80 counter reject\n}\n}\n"});
  EXPECT_EQ(bodies.send(kAcrossBridge),
            "port1: 10.240.0.3 > 10.240.0.2 icmp port unreachable "
            "(10.240.0.2:1000 > 10.240.0.3:80 udp, 16 bytes)");
  EXPECT_NE(bodies.send(tcp(kPort1, "10.240.0.2", "10.240.0.3")), "nothing");
  EXPECT_NE(bodies.send(udp(kPort1, "fd00:240::2", "fd00:240::3")), "nothing");
  bodies.compare_state();
}

TEST_F(FrameRules, AFrameIsSentOutByAnotherDevice) {
  TwoBodies bodies(
      {.rules = at_device("ingress", "inside", "udp dport 80 counter fwd to \"port1\"")});
  EXPECT_EQ(bodies.send(kToOutside), "port1: 10.201.0.2:1000 > 10.200.0.2:80 udp, 16 bytes");
  bodies.compare_state();
}

std::string of_arp(const std::string& hook, const std::string& rules) {
  return "table arp a {\nchain c {\ntype filter hook " + hook + " priority 0\n" + rules +
         "\n}\n}\n";
}

TEST_F(FrameRules, RulesOfArpSeeRequestsAndAnswers) {
  TwoBodies bodies({.rules = of_arp("input", "arp operation request counter")});
  EXPECT_NE(bodies.send(kInside, arp_request("10.201.0.2", "10.201.0.1")), "nothing");
  bodies.load(of_arp("input", "arp operation request counter drop"));
  EXPECT_EQ(bodies.send(kInside, arp_request("10.201.0.2", "10.201.0.1")), "nothing");
  bodies.load(of_arp("output", "oifname \"inside\" arp operation reply counter drop"));
  EXPECT_EQ(bodies.send(kInside, arp_request("10.201.0.2", "10.201.0.1")), "nothing");
  EXPECT_NE(bodies.send(udp(kInside, "10.201.0.2", "10.200.0.9")), "nothing");
  bodies.compare_state();
}

}  // namespace
}  // namespace topoproof::agreement
