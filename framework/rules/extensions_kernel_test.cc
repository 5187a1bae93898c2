// SPDX-License-Identifier: GPL-2.0-or-later
// Each match and target of iptables that has a type here, all the way: its words, to the kernel by
// iptables-nft-restore, back in the kernel's bytes, typed, and in words again: those that
// iptables-nft-save has for it.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "netfilter/kernel_ruleset.hh"
#include "rules/iptables.hh"
#include "rules/source.hh"
#include "sys/kernel_test.hh"
#include "sys/process.hh"
#include "xtables/match.hh"
#include "xtables/target.hh"

namespace topoproof::rules::extensions_kernel_test {
namespace {

struct Row {
  const char* name;
  const char* table;
  const char* rule;  // as iptables-save prints it
  const char*
      extensions;  // which the kernel has for it; none: iptables says it in nf_tables' words
  Language language = Language::Iptables;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.rule; }

// Names and words of the extensions in a rule.
struct Said {
  std::vector<std::string> names;
  std::vector<std::string> words;
  std::vector<std::string> opaque;

  template <class Form>
  void add(const std::string& name, const Form& form) {
    names.push_back(name);
    words.push_back(to_string(form));
    if (std::holds_alternative<xtables::Extension>(form)) opaque.push_back(name);
  }
};

Said extensions_of(const firewall::Ruleset& ruleset, Family family) {
  Said said;
  for (const auto& table : ruleset.tables) {
    for (const auto& chain : table.chains) {
      for (const auto& rule : chain.rules) {
        for (const auto& expression : rule.expressions) {
          if (const auto* m = std::get_if<firewall::XtMatch>(&expression))
            said.add(m->name, xtables::decode_match(m->name, m->revision, m->info, family));
          if (const auto* t = std::get_if<firewall::XtTarget>(&expression))
            said.add(t->name, xtables::decode_target(t->name, t->revision, t->info, family));
        }
      }
    }
  }
  return said;
}

class Extensions : public sys::KernelTest, public testing::WithParamInterface<Row> {
 protected:
  static Family family() {
    return GetParam().language == Language::Ip6tables ? Family::Ipv6 : Family::Ipv4;
  }
  // The rule as the distribution's program prints it.
  static std::string saved(const sys::Netns& netns) {
    const auto* program = family() == Family::Ipv6 ? "ip6tables-nft-save" : "iptables-nft-save";
    const auto result = sys::run_process({program}, &netns);
    for (const auto line : lines_of(result.output)) {
      if (line.starts_with("-A ")) return std::string(line);
    }
    return result.output;
  }
};

TEST_P(Extensions, AreSaidAsIptablesSaysThem) {
  const auto& row = GetParam();
  const auto netns = sys::Netns::create();
  const Source source{.language = row.language,
                      .text = fmt::format("*{}\n{}\nCOMMIT\n", row.table, row.rule),
                      .where = {.file = "rules", .line = 1}};
  ASSERT_EQ(to_string(load_iptables(netns, source)), "");
  EXPECT_EQ(saved(netns), row.rule);
  auto socket = sys::call_in(
      netns, [] { return std::make_unique<netlink::Socket>(netlink::Protocol::Netfilter); });
  const auto ruleset = netfilter::observe_ruleset(*socket);
  ASSERT_TRUE(ruleset) << ruleset.error().text;
  const auto said = extensions_of(*ruleset, family());
  EXPECT_EQ(fmt::format("{}", fmt::join(said.names, " ")), row.extensions);
  EXPECT_EQ(said.opaque, std::vector<std::string>());
  for (const auto& words : said.words)
    EXPECT_NE(fmt::format("{} ", row.rule).find(words + " "), std::string::npos) << words;
}

using enum Language;
const Row kRows[] = {
    {"Conntrack", "filter", "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
     "conntrack"},
    {"ConntrackInFull", "filter",
     "-A INPUT -m conntrack ! --ctstate INVALID,DNAT --ctproto 6 --ctorigsrc 10.0.0.0/8 "
     "! --ctreplsrc 10.1.0.1 --ctorigdstport 80 --ctstatus SEEN_REPLY,ASSURED --ctexpire 1:100 "
     "--ctdir REPLY -j ACCEPT",
     "conntrack"},
    {"State", "filter", "-A INPUT -m state --state NEW -j ACCEPT", "conntrack"},
    {"Multiport", "filter", "-A INPUT -p tcp -m multiport --dports 80,443,1000:2000 -j ACCEPT",
     "multiport"},
    {"MultiportNot", "filter", "-A INPUT -p udp -m multiport ! --ports 53 -j ACCEPT", "multiport"},
    {"Tcp", "filter",
     "-A INPUT -p tcp -m tcp --sport 1:5 ! --dport 22 --tcp-option 7 --tcp-flags FIN,SYN SYN "
     "-j ACCEPT",
     "tcp"},
    {"TcpPorts", "filter", "-A INPUT -p tcp -m tcp --sport 1:5 ! --dport 22 -j ACCEPT", ""},
    {"Udp", "filter", "-A INPUT -p udp -m udp --sport 1:5 ! --dport 22 -j ACCEPT", ""},
    {"Icmp", "filter", "-A INPUT -p icmp -m icmp --icmp-type 3/4 -j ACCEPT", "icmp"},
    {"IcmpNot", "filter", "-A INPUT -p icmp -m icmp ! --icmp-type 8 -j ACCEPT", "icmp"},
    {"Icmp6", "filter", "-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 128 -j ACCEPT", "icmp6",
     Ip6tables},
    {"Addrtype", "filter",
     "-A INPUT -m addrtype --src-type LOCAL,BROADCAST ! --dst-type UNICAST --limit-iface-in "
     "-j ACCEPT",
     "addrtype"},
    {"Limit", "filter", "-A INPUT -m limit --limit 5/min --limit-burst 7 -j ACCEPT", ""},
    {"Hashlimit", "filter",
     "-A INPUT -m hashlimit --hashlimit-upto 5/sec --hashlimit-burst 7 --hashlimit-mode "
     "srcip,dstport --hashlimit-name h1 --hashlimit-srcmask 24 -j ACCEPT",
     "hashlimit"},
    {"HashlimitOfBytes", "filter",
     "-A INPUT -m hashlimit --hashlimit-above 512kb/s --hashlimit-burst 1mb --hashlimit-name h2 "
     "-j ACCEPT",
     "hashlimit"},
    {"HashlimitOfBytesWithoutBurst", "filter",
     "-A INPUT -m hashlimit --hashlimit-above 512kb/s --hashlimit-name h4 -j ACCEPT", "hashlimit"},
    {"HashlimitOfBytesExpires", "filter",
     "-A INPUT -m hashlimit --hashlimit-above 512kb/s --hashlimit-burst 1mb --hashlimit-name h5 "
     "--hashlimit-htable-expire 15000 -j ACCEPT",
     "hashlimit"},
    {"Hashlimit6", "filter",
     "-A INPUT -m hashlimit --hashlimit-upto 5/hour --hashlimit-burst 7 --hashlimit-mode srcip "
     "--hashlimit-name h3 --hashlimit-htable-expire 9000 --hashlimit-srcmask 64 -j ACCEPT",
     "hashlimit", Ip6tables},
    {"MarkMatch", "filter", "-A INPUT -m mark --mark 0x5/0xff -j ACCEPT", ""},
    {"ConnmarkMatch", "filter", "-A INPUT -m connmark ! --mark 0x5/0xff -j ACCEPT", "connmark"},
    {"Mac", "filter", "-A INPUT -m mac --mac-source 02:00:00:00:00:0a -j ACCEPT", "mac"},
    {"Iprange", "filter",
     "-A INPUT -m iprange --src-range 10.0.0.1-10.0.0.9 ! --dst-range 10.0.1.1-10.0.1.9 -j ACCEPT",
     "iprange"},
    {"Iprange6", "filter", "-A INPUT -m iprange --src-range fd00::1-fd00::9 -j ACCEPT", "iprange",
     Ip6tables},
    {"Recent", "filter",
     "-A INPUT -m recent --set --name R --mask 255.255.255.255 --rsource -j ACCEPT", "recent"},
    {"RecentUpdate", "filter",
     "-A INPUT -m recent --update --seconds 60 --hitcount 4 --rttl --name R --mask 255.255.255.0 "
     "--rdest -j DROP",
     "recent"},
    {"Comment", "filter", "-A INPUT -m comment --comment \"a b\" -j ACCEPT", "comment"},
    {"Pkttype", "filter", "-A INPUT -m pkttype ! --pkt-type multicast -j ACCEPT", "pkttype"},
    {"Physdev", "filter", "-A INPUT -m physdev --physdev-in eth0 --physdev-is-bridged -j ACCEPT",
     "physdev"},
    {"Owner", "filter", "-A OUTPUT -m owner --socket-exists ! --uid-owner 0 -j ACCEPT", "owner"},
    {"Tcpmss", "filter", "-A INPUT -p tcp -m tcpmss --mss 500:1400 -j ACCEPT", "tcpmss"},
    {"Ttl", "filter", "-A INPUT -m ttl --ttl-eq 64 -j ACCEPT", "ttl"},
    {"TtlLess", "filter", "-A INPUT -m ttl --ttl-lt 64 -j ACCEPT", "ttl"},
    {"Hl", "filter", "-A INPUT -m hl --hl-gt 64 -j ACCEPT", "hl", Ip6tables},
    {"U32", "filter", "-A INPUT -m u32 --u32 \"0x0>>0x1c=0x4&&0x6&0xff=0x1:0x5,0x9\" -j ACCEPT",
     "u32"},
    {"Length", "filter", "-A INPUT -m length --length 0:100 -j ACCEPT", "length"},
    {"DscpMatch", "filter", "-A INPUT -m dscp --dscp 0x0a -j ACCEPT", "dscp"},
    {"TosMatch", "filter", "-A INPUT -m tos --tos 0x10/0x3f -j ACCEPT", "tos"},
    {"String", "filter", "-A INPUT -m string --string \"abc\" --algo bm -j ACCEPT", "string"},
    {"StringInQuotes", "filter",
     "-A INPUT -m string --string \"a'b\\\"c\\\\d\" --algo kmp --from 3 --to 100 --icase -j ACCEPT",
     "string"},
    {"StringOfBytes", "filter", "-A INPUT -m string --hex-string \"|00ff41|\" --algo kmp -j ACCEPT",
     "string"},
    {"Rpfilter", "raw", "-A PREROUTING -m rpfilter --loose --invert -j DROP", "rpfilter"},
    {"Statistic", "filter", "-A INPUT -m statistic --mode nth --every 3 --packet 1 -j ACCEPT",
     "statistic"},
    {"Reject", "filter", "-A INPUT -j REJECT --reject-with icmp-host-prohibited", "REJECT"},
    {"RejectReset", "filter", "-A INPUT -p tcp -j REJECT --reject-with tcp-reset", "REJECT"},
    {"Reject6", "filter", "-A INPUT -j REJECT --reject-with icmp6-adm-prohibited", "REJECT",
     Ip6tables},
    {"Log", "filter",
     "-A INPUT -j LOG --log-prefix \"x y \" --log-level 5 --log-tcp-options --log-uid", "LOG"},
    {"Nflog", "filter", "-A INPUT -j NFLOG --nflog-prefix a --nflog-group 3 --nflog-threshold 5",
     ""},
    {"Mark", "mangle", "-A PREROUTING -j MARK --set-xmark 0x1/0xff", "MARK"},
    {"ConnmarkSave", "mangle", "-A PREROUTING -j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff",
     "CONNMARK"},
    {"ConnmarkSet", "mangle", "-A PREROUTING -j CONNMARK --set-xmark 0x3/0xffffffff", "CONNMARK"},
    {"TcpmssClamp", "mangle",
     "-A POSTROUTING -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
     "TCPMSS"},
    {"TcpmssSet", "mangle",
     "-A POSTROUTING -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1400", "TCPMSS"},
    {"Snat", "nat", "-A POSTROUTING -j SNAT --to-source 10.0.0.2 --random", "SNAT"},
    {"SnatRange", "nat",
     "-A POSTROUTING -p udp -j SNAT --to-source 10.0.0.2-10.0.0.9:1024-2048 --persistent", "SNAT"},
    {"Dnat", "nat", "-A PREROUTING -p tcp -j DNAT --to-destination 10.0.0.2:80", "DNAT"},
    {"Dnat6", "nat", "-A PREROUTING -p tcp -j DNAT --to-destination [fd00::2]:80", "DNAT",
     Ip6tables},
    {"Masquerade", "nat", "-A POSTROUTING -p udp -j MASQUERADE --to-ports 1024-2048 --random-fully",
     "MASQUERADE"},
    {"Redirect", "nat", "-A PREROUTING -p tcp -j REDIRECT --to-ports 81", "REDIRECT"},
    {"Netmap", "nat", "-A PREROUTING -j NETMAP --to 10.0.0.0/24", "NETMAP"},
    {"CtNotrack", "raw", "-A PREROUTING -j CT --notrack", "CT"},
    {"CtZone", "raw", "-A PREROUTING -j CT --zone 5", "CT"},
    {"CtEvents", "raw", "-A PREROUTING -j CT --ctevents new,destroy", "CT"},
    {"Tproxy", "mangle",
     "-A PREROUTING -p tcp -j TPROXY --on-port 80 --on-ip 10.0.0.1 --tproxy-mark 0x1/0x1",
     "TPROXY"},
    {"Classify", "mangle", "-A POSTROUTING -j CLASSIFY --set-class 0001:0010", "CLASSIFY"},
    {"Dscp", "mangle", "-A POSTROUTING -j DSCP --set-dscp 0x0a", "DSCP"},
    {"Tos", "mangle", "-A POSTROUTING -j TOS --set-tos 0x10/0x3f", "TOS"},
    {"Checksum", "mangle", "-A POSTROUTING -p udp -j CHECKSUM --checksum-fill", "CHECKSUM"},
    {"TtlChange", "mangle", "-A PREROUTING -j TTL --ttl-dec 5", "TTL"},
    {"Nfqueue", "mangle", "-A PREROUTING -j NFQUEUE --queue-num 3 --queue-bypass", "NFQUEUE"},
};

INSTANTIATE_TEST_SUITE_P(Each, Extensions, testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace topoproof::rules::extensions_kernel_test
