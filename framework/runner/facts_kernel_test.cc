// SPDX-License-Identifier: GPL-2.0-or-later
// What Linux really does with rules, connections, translations and routes, where people and models
// are often wrong. Each fact is one small network: the kernel must do what the fact says, and the
// simulator must foretell it hop by hop, or the check diverges.
#include <ostream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runner/fate_test.hh"
#include "sys/files.hh"

namespace topoproof::runner {
namespace {

using checks::to_ipv6_text;
using checks::to_text;
using scenario::CheckResult;
using scenario::Outcome;

struct Fact {
  const char* name;
  std::string network;
  std::string checks;
};

std::ostream& operator<<(std::ostream& out, const Fact& fact) { return out << fact.name; }

// nft's text as a node's `nftables:` in a flow mapping.
std::string nft(std::string_view rules) {
  std::string text;
  for (const char c : rules) {
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c == '"' ? std::string("\\\"") : std::string(1, c);
    }
  }
  return fmt::format("nftables: \"{}\"", text);
}

std::string at_r(std::string_view rules) {
  return to_text({.r = "forwarding: true, " + nft(rules)});
}

// A chain of the table ip t that filters at this hook and priority.
std::string chain(std::string_view name, std::string_view hook, std::string_view rest) {
  return fmt::format("table ip t {{\nchain {} {{\ntype filter hook {} {}\n}}\n}}\n", name, hook,
                     rest);
}

std::string chains(std::string_view table) { return fmt::format("table ip t {{\n{}\n}}\n", table); }

const std::string kNat = R"(table ip n {
chain post { type nat hook postrouting priority srcnat;
oifname "right" masquerade
}
}
)";

std::vector<Fact> facts_of_rules() {
  return {
      {"F01_AnAcceptEndsOnlyItsOwnChain",
       at_r(chain("first", "forward", "priority 0;\naccept") +
            chain("second", "forward", "priority 10;\ndrop")),
       "  - a -> b icmp: dropped at r\n"},
      {"F02_OfEqualPriorityTheLaterChainIsFirst",
       at_r(chain("one", "forward", "priority 0;\nmeta mark 1 drop") +
            chain("two", "forward", "priority 0;\nmeta mark set 1")),
       "  - a -> b icmp: dropped at r\n"},
      {"F03_AnInetChainSeesBothFamilies",
       at_r("table inet t {\nchain c {\ntype filter hook forward priority 0;\nudp dport 53 "
            "drop\n}\n}\n"),
       "  - a -> b udp/53: dropped at r\n  - a -> b udp/54: delivered\n"},
      {"F04_NatHappensAtItsOwnPriorityWhateverTheChains",
       at_r("table ip n {\nchain pre {\ntype nat hook prerouting priority 50;\n"
            "udp dport 53 dnat to 10.2.0.2:54\n}\n}\n" +
            chain("c", "prerouting", "priority -90;\nudp dport 54 drop")),
       "  - a -> b udp/53: dropped at r\n"},
      {"F05_TrackingIsAtMinus200AndSourceNatAt100",
       at_r(kNat + chain("a", "prerouting", "priority -201;\nct state new drop") +
            chain("b", "postrouting", "priority 99;\nip saddr 10.2.0.1 drop") +
            chain("c", "prerouting", "priority -199;\nct state new udp dport 53 drop")),
       "  - a -> b icmp: delivered\n  - a -> b udp/53: dropped at r\n"},
      {"F16_AMarkDoesNotCrossALink",
       to_text({.a = "routes: [default via 10.1.0.1], " +
                     nft(chain("m", "output", "priority 0;\nmeta mark set 7")),
                .r = "forwarding: true, " +
                     nft(chain("c", "prerouting", "priority 0;\nmeta mark 7 drop"))}),
       "  - a -> b icmp: delivered\n"},
      {"F06_AGotoDoesNotComeBack",
       at_r(chains("chain sub { ip daddr 9.9.9.9 accept\n}\n"
                   "chain c { type filter hook forward priority 0; policy drop;\n"
                   "udp dport 53 goto sub\ntcp dport 80 jump sub\naccept\n}")),
       "  - a -> b udp/53: dropped at r\n  - a -> b tcp/80: delivered\n"},
      {"F07_ThePolicyIsThatOfAChain",
       at_r(chain("c", "forward", "priority 0; policy drop;\nudp dport 53 return\naccept")),
       "  - a -> b udp/53: dropped at r\n  - a -> b icmp: delivered\n"},
      {"F08_WhatARuleDidBeforeItBrokeStays",
       at_r(chain("c", "forward",
                  "priority 0;\nmeta mark set 1 ip daddr 9.9.9.9 accept\nmeta mark 1 drop")),
       "  - a -> b icmp: dropped at r\n"},
      {"F09_NegationIsNotComplement",
       at_r(chain("c", "forward", "priority 0;\nudp dport != 53 drop")),
       "  - a -> b udp/54: dropped at r\n  - a -> b icmp: delivered\n"
       "  - { flow: a -> b udp/53, should: delivered, reply: dropped at r }\n"},
      {"F10_AMissInAVerdictMapGoesOn",
       at_r(chain("c", "forward",
                  "priority 0;\nudp dport vmap { 53 : accept, 54 : drop }\nudp dport 55 drop")),
       "  - a -> b udp/53: delivered\n  - a -> b udp/54: dropped at r\n"
       "  - a -> b udp/55: dropped at r\n"},
      {"F12_ConcatenationsAreProductsOfTheirFields",
       at_r(chain("c", "forward",
                  "priority 0; policy drop;\nct state established accept\nicmp type echo-request "
                  "accept\nip saddr . udp dport { 10.1.0.2 . 53, 10.9.0.1 . 54 } accept")),
       "  - a -> b udp/53: delivered\n  - a -> b udp/54: dropped at r\n"},
      {"F15_TrackingIsThereOnlyWhereARuleNeedsIt",
       at_r(chain("c", "forward", "priority 0;\nct state new udp dport 53 drop")),
       "  - a -> b udp/53: dropped at r\n  - a -> b udp/54: delivered\n"},
      {"F22_AnAnswerMakesAFlowEstablished",
       at_r(chain("c", "forward",
                  "priority 0; policy drop;\nct state established accept\niifname \"left\" "
                  "accept")),
       "  - a -> b udp/53: delivered\n  - a -> b tcp/80: delivered\n"
       "  - b -> a udp/53: dropped at r\n"},
      {"F24_WhatIsDroppedLeavesNoConnection",
       at_r(chain("c", "forward", "priority 0;\nct state established drop\nudp dport 53 drop")),
       "  - a -> b udp/53: dropped at r\n"},
      {"F26_UntrackedPacketsAreNotTranslated",
       at_r(kNat + chain("raw", "prerouting", "priority -300;\nudp dport 53 notrack")),
       "  - { flow: a -> b udp/53, should: delivered, translated: none }\n"
       "  - { flow: a -> b udp/54, should: delivered, translated: { source: 10.2.0.1 } }\n"},
      {"ADrawnNumberHasSeveralOutcomes",
       at_r(chain("c", "forward",
                  "priority 0;\nmeta mark set numgen random mod 4\nmeta mark 1 ip ttl set 40\n"
                  "meta mark 2 ip ttl set 50")),
       "  - a -> b icmp: delivered\n  - a -> b udp/53: delivered\n  - a -> b udp/54: delivered\n"},
      {"F50_ARejectIsAsItSays",
       at_r(chain("c", "forward",
                  "priority 0;\ntcp dport 80 reject with tcp reset\nudp dport 53 reject with icmp "
                  "host-prohibited")),
       "  - a -> b tcp/80: rejected at r\n  - a -> b udp/53: rejected at r\n"},
  };
}

std::vector<Fact> facts_of_nat() {
  const auto dnat = [](std::string_view rule) {
    return at_r(
        fmt::format("table ip n {{\nchain pre {{\ntype nat hook prerouting priority "
                    "dstnat;\n{}\n}}\n}}\n",
                    rule));
  };
  return {
      {"F29_EveryFlowIsBoundWhereThereIsANatChain", at_r(kNat),
       "  - { flow: b -> a icmp, should: delivered, translated: none }\n"
       "  - { flow: a -> b tcp/80, should: delivered, translated: { source: 10.2.0.1 } }\n"},
      {"F31_MasqueradeTakesTheAddressOfTheNextHopsNetwork",
       to_text({.r = "forwarding: true, " + nft(kNat)}) +
           "  - endpoints: ['r:extra 10.8.0.1/24', 'b:eth1 10.8.0.2/24']\n",
       "  - { flow: a -> 10.2.0.2 icmp, should: delivered at b, translated: { source: 10.2.0.1 } "
       "}\n"},
      {"F33_RedirectGoesToTheIncomingInterfacesAddress", dnat("udp dport 53 redirect to :54"),
       "  - { flow: a -> b udp/53, should: delivered at r, translated: { destination: "
       "10.1.0.1:54 } }\n"},
      {"F35_AFilterBehindDestinationNatSeesTheNewAddress",
       to_text({.r = "forwarding: true, " +
                     nft("table ip n {\nchain pre {\ntype nat hook prerouting priority dstnat;\n"
                         "ip daddr 10.1.0.1 udp dport 53 dnat to 10.2.0.2\n}\n}\n" +
                         chain("c", "forward",
                               "priority 0; policy drop;\nip daddr 10.2.0.2 "
                               "accept\nip saddr 10.2.0.2 accept"))}),
       "  - { flow: a -> 10.1.0.1 udp/53, should: delivered at b, translated: { destination: "
       "10.2.0.2:53 } }\n"},
      // The witnesses do not see what a martian was translated to: to them it is lost.
      {"F37_DestinationNatToTheLoopbackIsAMartian", dnat("udp dport 53 dnat to 127.0.0.1"),
       "  - a -> b udp/53: martian at r\n"},
      {"F37_UnlessRouteLocalnetSaysSo",
       to_text({.r = "forwarding: true, sysctls: { net.ipv4.conf.left.route_localnet: 1 }, "
                     "listens: [udp/53], " +
                     nft("table ip n {\nchain pre {\ntype nat hook prerouting priority dstnat;\n"
                         "udp dport 53 dnat to 127.0.0.1\n}\n}\n")}),
       "  - { flow: a -> b udp/53, should: delivered at r }\n"},
      {"F38_DestinationNatAtHomeKeepsTheSource",
       to_text({.a = "routes: [default via 10.1.0.1], " +
                     nft("table ip n {\nchain out {\ntype nat hook output priority -100;\n"
                         "udp dport 53 dnat to 10.2.0.2:54\n}\n}\n")}),
       "  - { flow: a -> 10.1.0.1 udp/53, should: delivered at b, translated: { destination: "
       "10.2.0.2:54 } }\n"},
      {"N03_TheAnswersPortComesBackAsItWas", dnat("tcp dport 8080 dnat to 10.2.0.2:80"),
       "  - { flow: a -> 10.1.0.1 tcp/8080, should: delivered at b, translated: { destination: "
       "10.2.0.2:80 } }\n"},
  };
}

//              ┌ up ──── eth0
//   a ── left  r           b
//              └ down ── eth1
std::string two_equal_ways(std::string_view of_r) {
  return fmt::format(R"(nodes:
  a: {{ routes: [default via 10.1.0.1], loopback: [10.7.0.1/32, 10.7.0.2/32, 10.7.0.3/32] }}
  r: {{ forwarding: true, {}routes:
        [10.9.0.0/24 nexthop via 10.2.0.2 nexthop via 10.3.0.2, 10.7.0.0/24 via 10.1.0.2] }}
  b: {{ loopback: [10.9.0.1/32, 10.9.0.2/32, 10.9.0.3/32, 10.9.0.4/32],
       routes: [default via 10.2.0.1] }}
links:
  - a:eth0 10.1.0.2/24 -- r:left 10.1.0.1/24
  - r:up 10.2.0.1/24 -- b:eth0 10.2.0.2/24
  - r:down 10.3.0.1/24 -- b:eth1 10.3.0.2/24
)",
                     of_r);
}
constexpr const char* kByEqualWays = R"(  - a -> 10.9.0.1 icmp: delivered at b
  - a -> 10.9.0.2 icmp: delivered at b
  - a -> 10.9.0.3 icmp: delivered at b
  - a -> 10.9.0.4 icmp: delivered at b
  - a -> 10.9.0.1 icmp source 10.7.0.1: delivered at b
  - a -> 10.9.0.1 udp/53 source 10.7.0.2: delivered at b
  - a -> 10.9.0.2 tcp/80 source 10.7.0.3: delivered at b
)";

std::vector<Fact> facts_of_routes() {
  return {
      {"F41_ReversePathFilterIsTheLargerOfAllAndOwn",
       to_text({.a = "routes: [default via 10.1.0.1], loopback: 10.9.0.1/32",
                .r = "forwarding: true, sysctls: { net.ipv4.conf.left.rp_filter: 1 }"}),
       "  - a -> b icmp source 10.9.0.1: martian at r\n"},
      {"F41_LooseNeedsAnyRoute",
       to_text({.a = "routes: [default via 10.1.0.1], loopback: 10.9.0.1/32",
                .r = "forwarding: true, routes: [default via 10.2.0.2], sysctls: { "
                     "net.ipv4.conf.left.rp_filter: 2 }"}),
       "  - { flow: a -> b icmp source 10.9.0.1, should: delivered, reply: not_forwarding at b "
       "}\n"},
      {"F43_AnyLocalAddressIsDeliveredOnAnyInterface", to_text({}),
       "  - a -> 10.2.0.1 icmp: delivered at r\n"},
      {"F45_TheTtlIsLookedAtBeforeTheRules",
       at_r(chain("c", "forward", "priority 0; policy drop;")),
       "  - a -> b icmp ttl 1: ttl_exceeded at r\n  - a -> b icmp: dropped at r\n"},
      {"F45_AndSoIsTheMtu",
       to_text({.r = "forwarding: true, " + nft(chain("c", "forward", "priority 0; policy drop;")),
                .right = "mtu: 1200"}),
       "  - a -> b icmp size 1300 df: too_big at r\n  - a -> b icmp: dropped at r\n"},
      {"F45_ForwardRulesSeeTheLoweredTtl",
       at_r(chain("pre", "prerouting", "priority 0;\nip ttl 63 drop") +
            chain("post", "forward", "priority 0;\nip ttl 64 drop\nip ttl 9 drop")),
       "  - a -> b icmp: delivered\n  - a -> b icmp ttl 10: dropped at r\n"},
      {"F46_BackByTheSameInterfaceIsForwarded",
       "nodes:\n  a: { routes: [10.5.0.0/24 via 10.1.0.1] }\n"
       "  r: { forwarding: true, bridges: { br0: { ipv4: 10.1.0.1/24 } }, routes: [10.5.0.0/24 via "
       "10.1.0.3] }\n"
       "  c: { loopback: 10.5.0.1/32 }\n"
       "links:\n"
       "  - a:eth0 10.1.0.2/24 -- r:br0/p1\n"
       "  - c:eth0 10.1.0.3/24 -- r:br0/p2\n",
       "  - a -> 10.5.0.1 icmp: delivered at c\n"},
      {"F48_EqualWaysAreChosenByAddresses", two_equal_ways(""), kByEqualWays},
      {"F48_WithoutASeedAnyWayIsAllowed",
       two_equal_ways("sysctls: { net.ipv4.fib_multipath_hash_seed: 0 }, "), kByEqualWays},
      {"L6_WithoutDfAFragmentIsAPacket", to_text({.right = "mtu: 1200"}),
       "  - a -> b icmp size 1300: delivered\n  - a -> b udp/53 size 3000: delivered\n"},
      {"F14_TrackedFragmentsAreSeenWhole",
       to_text({.r = "forwarding: true, " +
                     nft(chain("c", "forward",
                               "priority 0;\nct state new counter\nip frag-off & "
                               "0x1fff != 0 drop")),
                .right = "mtu: 1200"}),
       "  - a -> b udp/53 size 3000: delivered\n"},
  };
}

std::vector<Fact> facts_of_draws() {
  return {
      {"ARandomNumberIsOfOneKindOrAnother",
       at_r(chain("c", "forward", "priority 0;\nmeta random < 2147483648 ip ttl set 40")),
       "  - a -> b icmp: delivered\n  - a -> b udp/53: delivered\n"},
      {"AHashHasAKeyOfItsOwn",
       at_r(chain("c", "forward",
                  "priority 0;\nmeta mark set jhash ip saddr . udp dport mod 4\nmeta mark 1 ip "
                  "ttl set 40\nmeta l4proto icmp meta mark set symhash mod 2 offset 10\n"
                  "meta mark 11 ip ttl set 50")),
       "  - a -> b icmp: delivered\n  - a -> b udp/53: delivered\n  - a -> b udp/54: delivered\n"},
      {"ASymmetricHashIsOneForBothWays",
       at_r(chain("c", "forward",
                  "priority 0;\nmeta l4proto { tcp, udp } meta mark set symhash mod 2\nmeta mark 1 "
                  "ip ttl set 40")),
       "  - a -> b udp/53: delivered\n  - a -> b udp/54: delivered\n  - a -> b tcp/80: "
       "delivered\n"},
      {"F48_EqualWaysOfIpv6AreAnyOfThem",
       "nodes:\n"
       "  a: { routes: [default via fd01::1], loopback: [fd07::1/128] }\n"
       "  r: { forwarding: true, routes: [fd09::/64 nexthop via fd02::2 nexthop via fd03::2, "
       "fd07::/64 via fd01::2] }\n"
       "  b: { loopback: [fd09::1/128, fd09::2/128, fd09::3/128, fd09::4/128], routes: [default "
       "via fd02::1] }\n"
       "links:\n"
       "  - a:eth0 fd01::2/64 -- r:left fd01::1/64\n"
       "  - r:up fd02::1/64 -- b:eth0 fd02::2/64\n"
       "  - r:down fd03::1/64 -- b:eth1 fd03::2/64\n",
       "  - a -> fd09::1 icmp: delivered at b\n  - a -> fd09::2 icmp: delivered at b\n"
       "  - a -> fd09::3 udp/53: delivered at b\n  - a -> fd09::4 tcp/80: delivered at b\n"
       "  - a -> fd09::1 udp/53 source fd07::1: delivered at b\n"
       "  - r -> fd09::1 tcp/80: delivered at b\n  - b -> a icmp source fd09::2: delivered\n"},
      {"ASynHasTheOptionsThatRulesAskFor",
       at_r(chain("c", "forward",
                  "priority 0;\ntcp dport 80 tcp flags syn tcp option maxseg size 1460 meta length "
                  "60 drop\ntcp dport 81 tcp option timestamp missing drop")),
       "  - a -> b tcp/80: dropped at r\n  - a -> b tcp/81: delivered\n"},
  };
}

//  d .2 eth0 ---- left .1 [ r ] right .1 ---- eth0 .2 c, all with several addresses
constexpr const char* kSeveralAddresses = R"(nodes:
  d: { routes: [default via fd01::1] }
  c: { routes: [default via fd02::1], listens: [udp/53] }
  r:
    forwarding: true
    nftables: |
      table ip6 nat {
        chain post { type nat hook postrouting priority 100; oifname "right" masquerade; }
        chain pre { type nat hook prerouting priority -100; tcp dport 99 redirect to :80; }
      }
links:
  - d:eth0 fd01::2/64 -- r:left fd01::1/64 fd01::100/64 fd01::50/64
  - r:right fd02::1/64 fd02::7/64 fd02::3/64 -- c:eth0 fd02::2/64
)";

//  d ---- left [ r ] right ---- c, and r translates what is for addresses of its own
constexpr const char* kAnswersOfATranslator = R"(nodes:
  d: { routes: [default via 10.1.0.254] }
  c: { routes: [default via 10.0.0.254] }
  r:
    forwarding: true
    nftables: |
      table ip nat {
        chain pre { type nat hook prerouting priority -100;
          ip daddr 10.1.0.100 dnat to 10.0.0.3
          ip daddr 10.1.0.101 dnat to 10.0.0.9
        }
      }
      table ip f {
        chain forward { type filter hook forward priority 0;
          tcp dport 66 reject with tcp reset
          udp dport 67 reject
        }
      }
links:
  - c:eth0 10.0.0.3/24 -- r:right 10.0.0.254/24
  - d:eth0 10.1.0.1/24 -- r:left 10.1.0.254/24 10.1.0.100/24 10.1.0.101/24
)";

std::string fragments_by(std::uint32_t left, std::uint32_t right) {
  return fmt::format(R"(nodes:
  a: {{ routes: [default via fd01::1] }}
  b: {{ routes: [default via fd02::1] }}
  r:
    forwarding: true
    nftables: |
      table ip6 f {{
        chain f {{ type filter hook forward priority 0; ct state new accept; }}
      }}
links:
  - {{ endpoints: ["a:eth0 fd01::2/64", "r:left fd01::1/64"], mtu: {} }}
  - {{ endpoints: ["r:right fd02::1/64", "b:eth0 fd02::2/64"], mtu: {} }}
)",
                     left, right);
}

std::vector<Fact> facts_of_addresses() {
  return {
      {"OfSeveralIpv6AddressesTheLastGivenIsTheSource", kSeveralAddresses,
       "  - r -> fd01::2 icmp: delivered\n  - r -> fd02::2 udp/53: delivered\n"
       "  - { flow: d -> fd02::2 udp/53, should: delivered, translated: { source: fd02::3 } }\n"
       "  - d -> fd02::2 icmp ttl 1: ttl_exceeded at r\n"
       "  - d -> fd01::1 tcp/99: refused at r\n"},
      {"ATranslatorsOwnAnswerIsTranslatedBack", kAnswersOfATranslator,
       "  - d -> 10.1.0.100 tcp/66: rejected at r\n  - d -> 10.1.0.100 udp/67: rejected at r\n"
       "  - d -> 10.1.0.101 icmp: no_neighbor at r\n"
       "  - d -> 10.1.0.100 udp/80 ttl 1: ttl_exceeded at r\n"},
      {"TrackedIpv6FragmentsMadeForTheSameMtuPass", fragments_by(1500, 1500),
       "  - a -> fd02::2 udp/53 size 3000: delivered\n  - a -> fd02::2 icmp size 3000: "
       "delivered\n"},
      {"TrackedIpv6FragmentsPassIntoALargerMtu", fragments_by(1500, 1540),
       "  - a -> fd02::2 udp/53 size 6000: delivered\n"},
      {"TrackedIpv6FragmentsKeepTheirSize", fragments_by(1400, 1450),
       "  - a -> fd02::2 udp/53 size 3000: delivered\n"},
      {"ADestinationsPortsBeginWithTheFirst",
       to_text({.r = "forwarding: true, listens: [tcp/8080], " +
                     nft("table ip n {\nchain pre {\ntype nat hook prerouting priority dstnat;\n"
                         "tcp dport 82 redirect to :8080-8090\n"
                         "tcp dport 83 dnat to 10.1.0.1:8080-8090\n}\n}\n")}),
       "  - a -> 10.1.0.1 tcp/82: delivered\n  - a -> 10.1.0.1 tcp/83: delivered\n"},
      {"EveryNthPacketIsCountedFromTheOneAskedFor",
       to_text({.r = "forwarding: true, iptables: \"*filter\\n:FORWARD ACCEPT [0:0]\\n"
                     "-A FORWARD -p udp --dport 640 -m statistic --mode nth --every 2 --packet 0 "
                     "-j DROP\\n-A FORWARD -p udp --dport 641 -m statistic --mode nth --every 3 "
                     "--packet 1 -j DROP\\nCOMMIT\\n\""}),
       "  - a -> b udp/640: dropped at r\n  - a -> b udp/640: delivered\n"
       "  - a -> b udp/641: delivered\n  - a -> b udp/641: dropped at r\n"},
      {"WhoAnswersForOthersDoesSoAtOnce",
       "nodes:\n  a: {}\n  r: { forwarding: true, sysctls: { net.ipv4.conf.left.proxy_arp: 1 } }\n"
       "  b: { routes: [default via 10.2.0.1] }\nlinks:\n"
       "  - a:eth0 10.1.0.2/8 -- r:left 10.1.0.1/24\n"
       "  - r:right 10.2.0.1/24 -- b:eth0 10.2.0.2/24\n",
       "  - a -> b icmp: delivered\n  - a -> 10.2.0.9 icmp: no_neighbor at r\n"},
      {"AnEchoThatIsIgnoredWasDeliveredAllTheSame",
       to_text(
           {.b = "routes: [default via 10.2.0.1], sysctls: { net.ipv4.icmp_echo_ignore_all: 1 }"}),
       "  - { flow: a -> b icmp, should: delivered, reply: lost at b }\n"},
      {"AConnectedSocketDrawsTheHashOfItsFlow",
       two_equal_ways("sysctls: { net.ipv4.fib_multipath_hash_policy: 1 }, "), kByEqualWays},
      {"WhoSendsPrefersTheWayOfItsSource", two_equal_ways(""),
       "  - r -> 10.9.0.1 icmp: delivered at b\n  - r -> 10.9.0.1 udp/53: delivered at b\n"
       "  - r -> 10.9.0.2 icmp: delivered at b\n  - r -> 10.9.0.2 tcp/80: delivered at b\n"
       "  - r -> 10.9.0.3 udp/53: delivered at b\n  - r -> 10.9.0.3 tcp/80: delivered at b\n"
       "  - r -> 10.9.0.4 icmp: delivered at b\n  - r -> 10.9.0.4 udp/53: delivered at b\n"
       "  - r -> 10.9.0.1 icmp source 10.3.0.1: delivered at b\n"
       "  - r -> 10.9.0.2 udp/53 source 10.2.0.1: delivered at b\n"},
      {"AnyAddressIsOneself", to_text({.a = "routes: [default via 10.1.0.1], listens: [udp/53]"}),
       "  - a -> 0.0.0.0 udp/53: delivered at a\n  - a -> 0.0.0.0 icmp: delivered at a\n"},
  };
}

class Facts : public sys::KernelTest, public testing::WithParamInterface<Fact> {};

void expect_as_foretold(const std::vector<CheckResult>& results) {
  for (const CheckResult& result : results) {
    EXPECT_EQ(result.outcome, Outcome::Passed)
        << result.name << ": " << told(result)
        << fmt::format("\n{}\n{}", fmt::join(result.notes, "\n"), fmt::join(result.hops, "\n"));
    EXPECT_EQ(result.unknown, "") << result.name;
  }
}

TEST_P(Facts, HoldInTheKernelAndInTheSimulator) {
  expect_as_foretold(run_checks(GetParam().network, GetParam().checks));
}

// The tutorial's network: a bridge whose frames meet the rules, which translate their sources. What
// comes back is sent into the bridge again, by the bridge's own interface until the host has sent
// something to its station, and then without it.
using BridgedNat = sys::KernelTest;
TEST_F(BridgedNat, IsForetoldBeforeAndAfterTheHostHasSentToTheStation) {
  if (!sys::read_sysctl("net.bridge.bridge-nf-call-iptables")) TOPOPROOF_SKIP("br_netfilter");
  const std::string network =
      "nodes:\n"
      "  red: { routes: [default via 10.0.0.5] }\n"
      "  blue: { routes: [default via 10.0.0.5] }\n"
      "  host: { forwarding: true, bridges: { br0: { ipv4: 10.0.0.5/24 } },\n"
      "    sysctls: { net.bridge.bridge-nf-call-iptables: 1 },\n"
      "    masquerade: [{ from: 10.0.0.0/24 }] }\n"
      "links: [red:eth0 10.0.0.1/24 -- host:br0/p1, blue:eth0 10.0.0.2/24 -- host:br0/p2]\n";
  expect_as_foretold(run_steps(network,
                               "  - checks:\n"
                               "    - red -> blue tcp/80: delivered\n"
                               "    - blue -> red icmp: delivered\n"
                               "  - checks:\n"
                               "    - host -> red icmp: delivered\n"
                               "    - host -> blue icmp: delivered\n"
                               "  - checks:\n"
                               "    - red -> blue tcp/80: delivered\n"
                               "    - blue -> red icmp: delivered\n"));
}

// Who sends learns the MTU of a way from the first packet that was too large. A later check is not
// to find that: the kernel is told to forget it, and so does the simulator.
using PathMtus = sys::KernelTest;
TEST_F(PathMtus, AreForgottenBeforeTheNextCheck) {
  expect_as_foretold(run_steps(to_text({.right = "mtu: 1200"}),
                               "  - checks:\n"
                               "    - a -> b icmp size 1300 df: too_big at r\n"
                               "  - checks:\n"
                               "    - a -> b icmp size 1300 df: too_big at r\n"
                               "    - a -> b udp/53 size 1300: delivered\n"
                               "    - a -> b tcp/80: delivered\n"));
}
// Rules on the way are no reason to send it again: the sender would not any more.
TEST_F(PathMtus, AreNotLearnedBeforeTheCheck) {
  expect_as_foretold(
      run_checks(to_text({.r = "forwarding: true, masquerade: [{ from: 10.1.0.0/24, out: right }]",
                          .right = "mtu: 1200"}),
                 "  - a -> b udp/53 size 1300 df: too_big at r\n"));
}
TEST_F(PathMtus, OfIpv6AreForgottenAsWell) {
  expect_as_foretold(run_steps(to_ipv6_text({.a = "routes: [default via fd01::1]",
                                             .b = "routes: [default via fd02::1]",
                                             .right = "mtu: 1300"}),
                               "  - checks:\n"
                               "    - a -> b icmp size 1400 df: too_big at r\n"
                               "  - checks:\n"
                               "    - a -> b icmp size 1400 df: too_big at r\n"
                               "    - a -> b udp/53 size 3000: too_big at r\n"));
}

// Steps of one network, which the kernel and the simulator must take alike.
class LastingFacts : public sys::KernelTest, public testing::WithParamInterface<Fact> {};

TEST_P(LastingFacts, HoldInTheKernelAndInTheSimulator) {
  expect_as_foretold(run_steps(GetParam().network, GetParam().checks));
}

std::string change_rules(std::string_view rules) {
  return fmt::format("  - change:\n      - rules: {{ node: r, {} }}\n", nft(rules));
}

std::vector<Fact> lasting_facts() {
  const std::string forward = chain("c", "forward",
                                    "priority 0; policy drop;\nct state established,related "
                                    "accept\niifname \"left\" accept");
  const std::string strict =
      chain("c", "forward", "priority 0; policy drop;\nct state established accept");
  const auto translating = [](std::string_view port) {
    return fmt::format(
        "table ip n {{\nchain pre {{\ntype nat hook prerouting priority dstnat;\nudp dport {} dnat "
        "to 10.2.0.2:53\n}}\n}}\n",
        port);
  };
  return {
      {"F27_ConnectionsOutliveTheirRules", at_r(forward),
       "  - checks:\n    - a -> b udp/53 source_port 4001: delivered\n" + change_rules(strict) +
           "    checks:\n    - a -> b udp/53 source_port 4001: delivered\n"
           "    - a -> b udp/53 source_port 4002: dropped at r\n"},
      {"F27_AndSoDoTranslations",
       to_text({.r = "forwarding: true, " + nft(translating("5353")),
                .b = "routes: [default via 10.2.0.1], listens: [udp/53]"}),
       "  - checks:\n    - a -> 10.1.0.1 udp/5353 source_port 4001: delivered at b\n" +
           change_rules(translating("5354")) +
           "    checks:\n    - a -> 10.1.0.1 udp/5353 source_port 4001: delivered at b\n"
           "    - a -> 10.1.0.1 udp/5353 source_port 4002: refused at r\n"},
      {"AnAddressStaysWhenItsLinkIsDown", to_text({}),
       "  - change: link down r:right\n    checks:\n    - a -> 10.2.0.1 icmp: delivered at r\n"
       "    - r -> 10.2.0.1 icmp: delivered at r\n    - a -> b icmp: no_route at r\n"},
      {"WhatWasLearnedOfANeighbourGoesWithTheCarrier", to_text({}),
       "  - change: [link down r:right, link up r:right]\n    checks:\n"
       "    - a -> b icmp: delivered\n"
       "  - change: link down b:eth0\n    checks:\n    - a -> b icmp: no_neighbor at r\n"},
      {"F32_MasqueradedFlowsEndWithTheirInterface",
       "nodes:\n  a: { routes: [default via 10.1.0.1] }\n  b: {}\n"
       "  r: { forwarding: true, routes: [10.9.0.0/24 via 10.2.0.2, 10.9.0.0/24 via 10.1.0.2 "
       "metric 50], " +
           nft("table ip n {\nchain post {\ntype nat hook postrouting priority srcnat;\noifname { "
               "\"left\", \"right\" } masquerade\n}\n}\n") +
           " }\nlinks:\n  - a:eth0 10.1.0.2/24 -- r:left 10.1.0.1/24\n"
           "  - r:right 10.2.0.1/24 -- b:eth0 10.2.0.2/24\n",
       "  - checks:\n    - a -> 10.9.0.1 udp/53 source_port 4005: not_forwarding at b\n"
       "  - change: link down r:right\n    checks:\n"
       "    - a -> 10.9.0.1 udp/53 source_port 4005: not_forwarding at a\n"},
  };
}

std::string name_of(const testing::TestParamInfo<Fact>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Rules, Facts, testing::ValuesIn(facts_of_rules()), name_of);
INSTANTIATE_TEST_SUITE_P(Nat, Facts, testing::ValuesIn(facts_of_nat()), name_of);
INSTANTIATE_TEST_SUITE_P(Routes, Facts, testing::ValuesIn(facts_of_routes()), name_of);
INSTANTIATE_TEST_SUITE_P(Addresses, Facts, testing::ValuesIn(facts_of_addresses()), name_of);
INSTANTIATE_TEST_SUITE_P(Steps, LastingFacts, testing::ValuesIn(lasting_facts()), name_of);
INSTANTIATE_TEST_SUITE_P(Draws, Facts, testing::ValuesIn(facts_of_draws()), name_of);

}  // namespace
}  // namespace topoproof::runner
