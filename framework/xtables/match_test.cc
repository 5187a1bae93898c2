// SPDX-License-Identifier: GPL-2.0-or-later
#include "xtables/match.hh"

#include <gtest/gtest.h>

namespace topoproof::xtables {
namespace {

// What iptables-nft-restore 1.8.9 puts into Linux 6.18, and what iptables-nft-save says of it.
// Beyond the digits that are written there are zeros up to `size`.
struct Sample {
  const char* title;
  const char* name;
  std::uint32_t revision;
  std::size_t size;
  const char* begin;
  const char* text;
  Family family = Family::Ipv4;
  const char* end = "";  // the last bytes, where they are not zero
};

void PrintTo(const Sample& sample, std::ostream* out) { *out << sample.text; }

Bytes bytes_of(const Sample& sample) {
  Bytes bytes = parse_hex(sample.begin).value();
  const Bytes end = parse_hex(sample.end).value();
  bytes.resize(sample.size - end.size());
  bytes.insert(bytes.end(), end.begin(), end.end());
  return bytes;
}

class MatchBytes : public testing::TestWithParam<Sample> {
 protected:
  Match decoded() const {
    const auto& s = GetParam();
    return decode_match(s.name, s.revision, bytes_of(s), s.family);
  }
};

TEST_P(MatchBytes, AreSaidInTheWordsOfIptables) {
  EXPECT_EQ(to_string(decoded()), GetParam().text);
}

TEST_P(MatchBytes, AreEncodedAgain) {
  const auto& s = GetParam();
  const Extension encoded = encode(decoded());
  EXPECT_EQ(encoded.name, s.name);
  EXPECT_EQ(encoded.revision, s.revision);
  EXPECT_EQ(to_hex(encoded.bytes), to_hex(bytes_of(s)));
}

TEST_P(MatchBytes, OfAnotherSizeOrRevisionAreNotRead) {
  const auto& s = GetParam();
  const Bytes bytes = bytes_of(s);
  for (std::size_t size = 0; size <= bytes.size() + 8; ++size) {
    if (size == bytes.size()) continue;
    Bytes other = bytes;
    other.resize(size);
    EXPECT_TRUE(
        std::holds_alternative<Extension>(decode_match(s.name, s.revision, other, s.family)))
        << size;
  }
  EXPECT_TRUE(
      std::holds_alternative<Extension>(decode_match(s.name, s.revision + 7, bytes, s.family)));
}

const Sample kSamples[] = {
    {"Tcp", "tcp", 0, 16, "05000600210021000500000900000000",
     "-m tcp ! --sport 5:6 --dport 33 ! --tcp-option 5"},
    {"MultiportRange", "multiport", 1, 48, "01045000bb01401fa41f",
     "-m multiport --dports 80,443,8000:8100", Family::Ipv4, "010000000000000000000000 0000"},
    {"MultiportInverted", "multiport", 1, 48, "00025000bb01", "-m multiport ! --sports 80,443",
     Family::Ipv4, "01"},
    {"Icmp", "icmp", 0, 8, "0304040100000000", "-m icmp ! --icmp-type 3/4"},
    {"IcmpAny", "icmp", 0, 8, "ff00ff0000000000", "-m icmp --icmp-type any"},
    {"Icmp6", "icmp6", 0, 8, "8700ff0000000000", "-m icmp6 --icmpv6-type 135", Family::Ipv6},
    {"TcpMss", "tcpmss", 0, 8, "f401e80300000000", "-m tcpmss --mss 500:1000"},
    {"Length", "length", 0, 8, "6400c80001000000", "-m length ! --length 100:200"},
    {"Ttl", "ttl", 0, 8, "0205000000000000", "-m ttl --ttl-lt 5"},
    {"HopLimit", "hl", 0, 8, "0305000000000000", "-m hl --hl-gt 5", Family::Ipv6},
    {"Dscp", "dscp", 0, 8, "2e01000000000000", "-m dscp ! --dscp 0x2e"},
    {"Tos", "tos", 1, 8, "ff10000000000000", "-m tos --tos 0x10/0xff"},
    {"Mac", "mac", 0, 16, "00112233445500000100000000000000",
     "-m mac ! --mac-source 00:11:22:33:44:55"},
    {"PacketType", "pkttype", 0, 8, "0200000001000000", "-m pkttype ! --pkt-type multicast"},
    {"AddressType", "addrtype", 1, 8, "0c00000005000000",
     "-m addrtype ! --src-type LOCAL,BROADCAST --limit-iface-in"},
    {"IpRange", "iprange", 1, 72,
     "0a0000010000000000000000000000000a0000090000000000000000000000000a000101000000000000000000000"
     "0000a000109000000000000000000000000 13",
     "-m iprange ! --src-range 10.0.0.1-10.0.0.9 --dst-range 10.0.1.1-10.0.1.9"},
    {"String", "string", 1, 160, "0a0064006b6d70000000000000000000000000000a0b78",
     "-m string ! --hex-string \"|0a0b78|\" --algo kmp --from 10 --to 100 --icase", Family::Ipv4,
     "03030000 00000000 00000000"},
    {"Physdev", "physdev", 0, 72,
     "65746830000000000000000000000000ffffffffff00000000000000000000006574682b00000000000000000000"
     "0000ffffff",
     "-m physdev --physdev-in eth0 --physdev-out eth+ --physdev-is-bridged", Family::Ipv4,
     "0007000000000000"},
    {"Comment", "comment", 0, 256, "612071756f7465202220616e64205c206261636b736c617368",
     "-m comment --comment \"a quote \\\" and \\\\ backslash\""},
    {"Rpfilter", "rpfilter", 0, 8, "0900000000000000", "-m rpfilter --loose --invert"},
    {"State", "conntrack", 3, 168, "", "-m state ! --state NEW,UNTRACKED", Family::Ipv4,
     "0120010008010000 0000000000000000 000000000000"},
    {"Conntrack", "conntrack", 3, 168, "", "-m conntrack --ctstate RELATED,ESTABLISHED",
     Family::Ipv4, "0100000006000000 0000000000000000 000000000000"},
    {"HashLimit", "hashlimit", 3, 312, "666f6f",
     "-m hashlimit --hashlimit-upto 5/sec --hashlimit-burst 7 --hashlimit-mode srcip,dstport "
     "--hashlimit-name foo --hashlimit-srcmask 24",
     Family::Ipv4,
     "400d0300000000000700000000000000060000000000000000000000e8030000e8030000000000001820000000000"
     "0"
     "000000000000000000"},
    {"Connmark", "connmark", 1, 16, "01000000ff0000000000000000000000",
     "-m connmark --mark 0x1/0xff"},
    {"Owner", "owner", 1, 24, "e8030000d007000005000000050000000701",
     "-m owner --socket-exists ! --uid-owner 1000-2000 --gid-owner 5"},
    {"IpSet", "set", 4, 48, "01000203", "-m set ! --match-set #1 src,dst"},
    {"Statistic", "statistic", 0, 24, "010000000200000001000000 01000000",
     "-m statistic --mode nth --every 3 --packet 1"},
};

INSTANTIATE_TEST_SUITE_P(OfTheKernel, MatchBytes, testing::ValuesIn(kSamples),
                         [](const auto& sample) { return sample.param.title; });

TEST(Match, TestsOfWordsOfAPacketAreReadWhole) {
  const U32Match match{
      .tests = {{.steps = {{.number = 6}, {.number = 0xff}}, .allowed = {{1, 3}}},
                {.steps = {{.number = 4}, {.number = 0x3fff}}, .allowed = {{0, 0}}}},
      .inverted = true};
  const Extension encoded = encode(Match(match));
  EXPECT_EQ(encoded.bytes.size(), 1984U);
  EXPECT_EQ(decode_match("u32", 0, encoded.bytes, Family::Ipv4), Match(match));
  EXPECT_EQ(to_string(Match(match)), "-m u32 ! --u32 \"0x6&0xff=0x1:0x3&&0x4&0x3fff=0x0\"");
}

TEST(Match, WhatATextLeavesBehindItsEndDoesNotMatter) {
  // iptables writes "ssh" over "DEFAULT".
  Bytes bytes = parse_hex("3c00000004000000040073736800554c54").value();
  bytes.resize(212);
  const Bytes mask = parse_hex("ffffffffffffffffffffffffffffffff00000000").value();
  bytes.insert(bytes.end(), mask.begin(), mask.end());
  EXPECT_EQ(to_string(decode_match("recent", 1, bytes, Family::Ipv4)),
            "-m recent --update --seconds 60 --hitcount 4 --name ssh --mask 255.255.255.255 "
            "--rsource");
}

TEST(Match, NumbersThatMeanNothingAreNotRead) {
  const auto stays_opaque = [](const char* name, std::uint32_t revision, const char* hex,
                               std::size_t size) {
    Bytes bytes = parse_hex(hex).value();
    bytes.resize(size);
    return std::holds_alternative<Extension>(decode_match(name, revision, bytes, Family::Ipv4));
  };
  EXPECT_TRUE(stays_opaque("ttl", 0, "0405", 8)) << "a test that there is not";
  EXPECT_TRUE(stays_opaque("length", 0, "0000000002", 8)) << "neither yes nor no";
  EXPECT_TRUE(stays_opaque("multiport", 1, "0110", 48)) << "more ports than fit";
  EXPECT_TRUE(stays_opaque("rpfilter", 0, "10", 8)) << "a flag that there is not";
  EXPECT_TRUE(stays_opaque("u32", 0, "", 1984)) << "no test at all";
}

TEST(Match, WithoutATypeStaysAsItIs) {
  const Bytes bytes(312);
  const Match match = decode_match("policy", 0, bytes, Family::Ipv4);
  EXPECT_EQ(match, Match(Extension{"policy", 0, bytes}));
  EXPECT_EQ(to_string(match), "-m policy [312 bytes of revision 0]");
  EXPECT_EQ(encode(match), (Extension{"policy", 0, bytes}));
}

TEST(Match, OfTheOtherFamilyIsNotRead) {
  EXPECT_TRUE(std::holds_alternative<Extension>(decode_match("icmp6", 0, Bytes(8), Family::Ipv4)));
}

}  // namespace
}  // namespace topoproof::xtables
