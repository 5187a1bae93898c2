// SPDX-License-Identifier: GPL-2.0-or-later
#include <array>
#include <bit>

#include <fmt/format.h>
#include <linux/netfilter_ipv4/ipt_REJECT.h>
#include <linux/netfilter_ipv6/ip6t_REJECT.h>

#include "xtables/target.hh"
#include "xtables/words.hh"

namespace topoproof::xtables {
namespace {

// Of each number of a reject: what iptables calls it, and the ICMP code.
struct RejectWith {
  std::string_view name;
  std::uint8_t code;
};
constexpr std::array<RejectWith, 9> kRejectV4{{{"icmp-net-unreachable", 0},
                                               {"icmp-host-unreachable", 1},
                                               {"icmp-proto-unreachable", 2},
                                               {"icmp-port-unreachable", 3},
                                               {"echo-reply", 0},
                                               {"icmp-net-prohibited", 9},
                                               {"icmp-host-prohibited", 10},
                                               {"tcp-reset", 0},
                                               {"icmp-admin-prohibited", 13}}};
constexpr std::array<RejectWith, 9> kRejectV6{{{"icmp6-no-route", 0},
                                               {"icmp6-adm-prohibited", 1},
                                               {"icmp6-not-neighbour", 2},
                                               {"icmp6-addr-unreachable", 3},
                                               {"icmp6-port-unreachable", 4},
                                               {"echo-reply", 0},
                                               {"tcp-reset", 0},
                                               {"icmp6-policy-fail", 5},
                                               {"icmp6-reject-route", 6}}};

const RejectWith& meaning(const RejectTarget& t) {
  return (t.family == Family::Ipv4 ? kRejectV4 : kRejectV6).at(t.with);
}

constexpr std::array<BitName, 10> kEvents{{{1, "new"},
                                           {2, "related"},
                                           {4, "destroy"},
                                           {8, "reply"},
                                           {16, "assured"},
                                           {32, "protoinfo"},
                                           {64, "helper"},
                                           {128, "mark"},
                                           {256, "natseqinfo"},
                                           {512, "secmark"}}};
constexpr std::array<BitName, 1> kExpectationEvents{{{1, "new"}}};

std::string zone_option(const CtTarget& t) {
  if ((t.flags & kCtZoneOriginal) != 0) return "--zone-orig";
  return (t.flags & kCtZoneReply) != 0 ? "--zone-reply" : "--zone";
}

std::string addresses_text(const NatTarget& t) {
  auto text = to_string(t.first_address);
  if (t.first_address != t.last_address) text += "-" + to_string(t.last_address);
  return text;
}

std::string ports_text(const NatTarget& t) {
  const auto text = range_text(t.first_port, t.last_port, '-');
  return (t.flags & kNatPortOffset) != 0 ? fmt::format("{}/{}", text, t.base_port) : text;
}

std::string place_text(const NatTarget& t) {
  std::string text;
  const bool has_ports = (t.flags & kNatHasPorts) != 0;
  if ((t.flags & kNatHasAddresses) != 0) {
    const bool needs_brackets = has_ports && t.family == Family::Ipv6;
    text = needs_brackets ? "[" + addresses_text(t) + "]" : addresses_text(t);
  }
  return has_ports ? text + ":" + ports_text(t) : text;
}

// The bits of the address in which both ends of the range agree.
std::string network_text(const NatTarget& t) {
  Bytes mask = t.first_address.bytes();
  const Bytes last = t.last_address.bytes();
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = ~(mask[i] ^ last.at(i));
  return masked_text({t.first_address, IpAddress::from_bytes(mask)});
}

std::string nat_flags_text(Words words, const NatTarget& t) {
  const auto has = [&](std::uint32_t flag) { return (t.flags & flag) != 0; };
  return words.option_if(has(kNatRandom), "--random")
      .option_if(has(kNatFullyRandom), "--random-fully")
      .option_if(has(kNatPersistent), "--persistent")
      .take();
}

std::string target_text(const Extension& t) { return unknown_text("-j", t); }

std::string target_text(const RejectTarget& t) {
  return Words("-j REJECT").option("--reject-with", meaning(t).name).take();
}

std::string target_text(const LogTarget& t) {
  const auto has = [&](std::uint8_t flag) { return (t.flags & flag) != 0; };
  return Words("-j LOG")
      .option_if(!t.prefix.empty(), "--log-prefix", quoted(t.prefix))
      .option_if(t.level != 4, "--log-level", std::to_string(t.level))
      .option_if(has(1), "--log-tcp-sequence")
      .option_if(has(2), "--log-tcp-options")
      .option_if(has(4), "--log-ip-options")
      .option_if(has(8), "--log-uid")
      .option_if(has(32), "--log-macdecode")
      .take();
}

std::string target_text(const NflogTarget& t) {
  return Words("-j NFLOG")
      .option_if(!t.prefix.empty(), "--nflog-prefix", quoted(t.prefix))
      .option_if(t.group != 0, "--nflog-group", std::to_string(t.group))
      .option_if((t.flags & 1) != 0, "--nflog-size", std::to_string(t.length))
      .option_if((t.flags & 1) == 0 && t.length != 0, "--nflog-range", std::to_string(t.length))
      .option_if(t.threshold != 0, "--nflog-threshold", std::to_string(t.threshold))
      .take();
}

std::string both(std::uint32_t value, std::uint32_t mask) {
  return fmt::format("{}/{}", hex(value), hex(mask));
}

std::string target_text(const MarkTarget& t) {
  return Words("-j MARK").option("--set-xmark", both(t.value, t.mask)).take();
}

std::string target_text(const ConnmarkTarget& t) {
  Words words("-j CONNMARK");
  if (t.mode == ConnmarkMode::Set)
    words.option("--set-xmark", both(t.value, t.connection_mask));
  else {
    words.option(t.mode == ConnmarkMode::Save ? "--save-mark" : "--restore-mark")
        .option("--nfmask", hex(t.packet_mask))
        .option("--ctmask", hex(t.connection_mask));
  }
  return words
      .option_if(t.shift_bits != 0, t.shifts_right ? "--right-shift-mark" : "--left-shift-mark",
                 std::to_string(t.shift_bits))
      .take();
}

std::string target_text(const TcpMssTarget& t) {
  if (t.size == kClampToPathMtu) return "-j TCPMSS --clamp-mss-to-pmtu";
  return Words("-j TCPMSS").option("--set-mss", std::to_string(t.size)).take();
}

std::string target_text(const NatTarget& t) {
  const bool has_ports = (t.flags & kNatHasPorts) != 0;
  switch (t.kind) {
    case NatTargetKind::Snat:
      return nat_flags_text(Words("-j SNAT").option("--to-source", place_text(t)), t);
    case NatTargetKind::Dnat:
      return nat_flags_text(Words("-j DNAT").option("--to-destination", place_text(t)), t);
    case NatTargetKind::Masquerade:
      return nat_flags_text(
          Words("-j MASQUERADE").option_if(has_ports, "--to-ports", ports_text(t)), t);
    case NatTargetKind::Redirect:
      return nat_flags_text(Words("-j REDIRECT").option_if(has_ports, "--to-ports", ports_text(t)),
                            t);
    case NatTargetKind::Netmap:
      return Words("-j NETMAP").option("--to", network_text(t)).take();
  }
  return "";
}

std::string target_text(const CtTarget& t) {
  if ((t.flags & kCtSaidAsNotrack) != 0) return "-j NOTRACK";
  const bool is_mark = (t.flags & kCtZoneIsMark) != 0;
  return Words("-j CT")
      .option_if((t.flags & kCtNotrack) != 0, "--notrack")
      .option_if(!t.helper.empty(), "--helper", t.helper)
      .option_if(!t.timeout.empty(), "--timeout", t.timeout)
      .option_if(t.events != 0, "--ctevents", names_of(t.events, kEvents))
      .option_if(t.expectation_events != 0, "--expevents",
                 names_of(t.expectation_events, kExpectationEvents))
      .option_if(t.zone != 0 || is_mark, zone_option(t), is_mark ? "mark" : std::to_string(t.zone))
      .take();
}

std::string target_text(const TproxyTarget& t) {
  return Words("-j TPROXY")
      .option("--on-port", std::to_string(t.port))
      .option_if(!t.address.is_unspecified(), "--on-ip", to_string(t.address))
      .option("--tproxy-mark", both(t.value, t.mask))
      .take();
}

std::string target_text(const ClassifyTarget& t) {
  return Words("-j CLASSIFY")
      .option("--set-class", fmt::format("{:04x}:{:04x}", t.priority >> 16, t.priority & 0xffff))
      .take();
}

std::string target_text(const DscpTarget& t) {
  return Words("-j DSCP").option("--set-dscp", fmt::format("0x{:02x}", t.value)).take();
}

std::string target_text(const TosTarget& t) {
  return Words("-j TOS")
      .option("--set-tos", fmt::format("0x{:02x}/0x{:02x}", t.value, t.mask))
      .take();
}

std::string target_text(const ChecksumTarget& t) {
  return Words("-j CHECKSUM").option_if((t.operation & 1) != 0, "--checksum-fill").take();
}

std::string target_text(const HopLimitTarget& t) {
  const auto* const name = t.family == Family::Ipv4 ? "ttl" : "hl";
  const auto* const change = t.change == HopChange::Set        ? "set"
                             : t.change == HopChange::Increase ? "inc"
                                                               : "dec";
  return Words(t.family == Family::Ipv4 ? "-j TTL" : "-j HL")
      .option(fmt::format("--{}-{}", name, change), std::to_string(t.value))
      .take();
}

std::string target_text(const QueueTarget& t) {
  const auto last = t.first + t.total - 1;
  return Words("-j NFQUEUE")
      .option(t.total > 1 ? "--queue-balance" : "--queue-num",
              t.total > 1 ? fmt::format("{}:{}", t.first, last) : std::to_string(t.first))
      .option_if((t.flags & 1) != 0, "--queue-bypass")
      .option_if((t.flags & 2) != 0, "--queue-cpu-fanout")
      .take();
}

}  // namespace

bool RejectTarget::is_tcp_reset() const {
  return family == Family::Ipv4 ? with == IPT_TCP_RESET : with == std::uint32_t{IP6T_TCP_RESET};
}

std::uint8_t RejectTarget::icmp_type() const { return family == Family::Ipv4 ? 3 : 1; }

std::uint8_t RejectTarget::icmp_code() const { return meaning(*this).code; }

std::string to_string(const Target& target) {
  return std::visit([](const auto& form) { return target_text(form); }, target);
}

}  // namespace topoproof::xtables
