// SPDX-License-Identifier: GPL-2.0-or-later
#include "xtables/target.hh"

#include <gtest/gtest.h>

namespace topoproof::xtables::target_test {
namespace {

// What iptables-nft-restore 1.8.9 puts into Linux 6.18, and what iptables-nft-save says of it.
struct Sample {
  const char* title;
  const char* name;
  std::uint32_t revision;
  std::size_t size;
  const char* begin;  // then zeros
  const char* text;
  Family family = Family::Ipv4;
};

void PrintTo(const Sample& sample, std::ostream* out) { *out << sample.text; }

class TargetBytes : public testing::TestWithParam<Sample> {
 protected:
  static Bytes bytes() {
    Bytes all = parse_hex(GetParam().begin).value();
    all.resize(GetParam().size);
    return all;
  }
  static Target decoded(BytesView bytes) {
    return decode_target(GetParam().name, GetParam().revision, bytes, GetParam().family);
  }
};

TEST_P(TargetBytes, AreSaidInTheWordsOfIptables) {
  EXPECT_EQ(to_string(decoded(bytes())), GetParam().text);
}

TEST_P(TargetBytes, AreEncodedAgain) {
  const Extension encoded = encode(decoded(bytes()));
  EXPECT_EQ(encoded.name, GetParam().name);
  EXPECT_EQ(encoded.revision, GetParam().revision);
  EXPECT_EQ(to_hex(encoded.bytes), to_hex(bytes()));
}

TEST_P(TargetBytes, OfAnotherSizeAreNotRead) {
  Bytes other = bytes();
  other.resize(other.size() - 1);
  EXPECT_TRUE(std::holds_alternative<Extension>(decoded(other)));
  other.resize(other.size() + 9);
  EXPECT_TRUE(std::holds_alternative<Extension>(decoded(other)));
}

const Sample kSamples[] = {
    {"Reject", "REJECT", 0, 8, "03", "-j REJECT --reject-with icmp-port-unreachable"},
    {"RejectV6", "REJECT", 0, 8, "01", "-j REJECT --reject-with icmp6-adm-prohibited",
     Family::Ipv6},
    {"Log", "LOG", 0, 32, "072f64726f703a20",
     "-j LOG --log-prefix \"drop: \" --log-level 7 --log-tcp-sequence --log-tcp-options "
     "--log-ip-options --log-uid --log-macdecode"},
    {"Nflog", "NFLOG", 0, 80, "3c000000 0500 0300 0100 0000 78",
     "-j NFLOG --nflog-prefix x --nflog-group 5 --nflog-size 60 --nflog-threshold 3"},
    {"Mark", "MARK", 2, 8, "07000000ff000000", "-j MARK --set-xmark 0x7/0xff"},
    {"Connmark", "CONNMARK", 2, 16, "0000000000ff0000ff00000000000100",
     "-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff00"},
    {"TcpMssClamped", "TCPMSS", 0, 8, "ffff", "-j TCPMSS --clamp-mss-to-pmtu"},
    {"TcpMss", "TCPMSS", 0, 8, "7805", "-j TCPMSS --set-mss 1400"},
    {"Snat", "SNAT", 0, 24, "01000000130000000a0000010a00000403e807d0",
     "-j SNAT --to-source 10.0.0.1-10.0.0.4:1000-2000 --random-fully"},
    {"SnatV6", "SNAT", 1, 40,
     "03000000fd000000000000000000000000000001fd00000000000000000000000000000303e807d0",
     "-j SNAT --to-source [fd00::1-fd00::3]:1000-2000", Family::Ipv6},
    {"Dnat", "DNAT", 2, 48,
     "030000000a0000020000000000000000000000000a0000020000000000000000000000001f901f90",
     "-j DNAT --to-destination 10.0.0.2:8080"},
    {"DnatShifted", "DNAT", 2, 48,
     "230000000a0000020000000000000000000000000a0000020000000000000000000000001f901f9a0064",
     "-j DNAT --to-destination 10.0.0.2:8080-8090/100"},
    {"DnatV6", "DNAT", 2, 48,
     "01000000fd000000000000000000000000000002fd000000000000000000000000000005",
     "-j DNAT --to-destination fd00::2-fd00::5", Family::Ipv6},
    {"Masquerade", "MASQUERADE", 0, 24, "01000000", "-j MASQUERADE"},
    {"MasqueradePorts", "MASQUERADE", 0, 24, "010000000600000000000000000000000400 0800",
     "-j MASQUERADE --to-ports 1024-2048 --random"},
    {"MasqueradeV6", "MASQUERADE", 0, 40, "", "-j MASQUERADE", Family::Ipv6},
    {"Redirect", "REDIRECT", 0, 24, "0100000006000000000000000000000000500 05a",
     "-j REDIRECT --to-ports 80-90 --random"},
    {"Netmap", "NETMAP", 0, 24, "01000000010000000a0000000a0000ff", "-j NETMAP --to 10.0.0.0/24"},
    {"NetmapV6", "NETMAP", 0, 40,
     "01000000fd000000000000000000000000000000fd00000000000000ffffffffffffffff",
     "-j NETMAP --to fd00::/64", Family::Ipv6},
    {"Ct", "CT", 2, 72, "0400050005", "-j CT --ctevents new,destroy --zone-orig 5"},
    {"CtNotrack", "CT", 2, 72, "01", "-j CT --notrack"},
    {"Notrack", "CT", 2, 72, "03", "-j NOTRACK"},
    {"Tproxy", "TPROXY", 1, 32, "01000000010000007f0000010000000000000000000000001f90",
     "-j TPROXY --on-port 8080 --on-ip 127.0.0.1 --tproxy-mark 0x1/0x1"},
    {"Classify", "CLASSIFY", 0, 8, "10000100", "-j CLASSIFY --set-class 0001:0010"},
    {"Dscp", "DSCP", 0, 8, "10", "-j DSCP --set-dscp 0x10"},
    {"Tos", "TOS", 1, 8, "10ff", "-j TOS --set-tos 0x10/0xff"},
    {"Checksum", "CHECKSUM", 0, 8, "01", "-j CHECKSUM --checksum-fill"},
    {"Ttl", "TTL", 0, 8, "0040", "-j TTL --ttl-set 64"},
    {"HopLimit", "HL", 0, 8, "0201", "-j HL --hl-dec 1", Family::Ipv6},
    {"Queue", "NFQUEUE", 3, 8, "050001", "-j NFQUEUE --queue-num 5"},
};

INSTANTIATE_TEST_SUITE_P(OfTheKernel, TargetBytes, testing::ValuesIn(kSamples),
                         [](const auto& sample) { return sample.param.title; });

TEST(Target, ARejectKnowsItsError) {
  EXPECT_TRUE((RejectTarget{.family = Family::Ipv4, .with = 7}.is_tcp_reset()));
  EXPECT_TRUE((RejectTarget{.family = Family::Ipv6, .with = 6}.is_tcp_reset()));
  EXPECT_EQ((RejectTarget{.family = Family::Ipv4, .with = 8}.icmp_code()), 13);
  EXPECT_EQ((RejectTarget{.family = Family::Ipv6, .with = 4}.icmp_code()), 4);
}

TEST(Target, WithoutATypeStaysAsItIs) {
  const Target target = decode_target("TRACE", 0, {}, Family::Ipv4);
  EXPECT_EQ(target, Target(Extension{"TRACE", 0, {}}));
  EXPECT_EQ(to_string(target), "-j TRACE [0 bytes of revision 0]");
}

}  // namespace
}  // namespace topoproof::xtables::target_test
