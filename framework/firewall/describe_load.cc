// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/describe_parts.hh"

namespace topoproof::firewall::describing {
namespace {

constexpr std::array<std::string_view, 36> kMetaNames{
    "len",         "protocol",  "priority", "mark",     "iif",         "oif",
    "iifname",     "oifname",   "iiftype",  "oiftype",  "skuid",       "skgid",
    "nftrace",     "rtclassid", "secmark",  "nfproto",  "l4proto",     "bri_iifname",
    "bri_oifname", "pkttype",   "cpu",      "iifgroup", "oifgroup",    "cgroup",
    "prandom",     "secpath",   "iifkind",  "oifkind",  "bri_iifpvid", "bri_iifvproto",
    "time",        "day",       "hour",     "sdif",     "sdifname",    "broute"};

constexpr std::array<std::string_view, 24> kCtNames{
    "state",     "direction",  "status",  "mark",    "secmark",  "expiration",
    "helper",    "l3protocol", "src",     "dst",     "protocol", "proto_src",
    "proto_dst", "label",      "packets", "bytes",   "avgpkt",   "zone",
    "event",     "src_ip",     "dst_ip",  "src_ip6", "dst_ip6",  "id"};

std::string_view name(PayloadBase base) {
  constexpr std::array<std::string_view, 4> kNames{"link", "network", "transport", "inner"};
  return name_of(kNames, base);
}

std::string in_direction(const std::optional<CtDirection>& direction) {
  if (!direction) return "";
  return *direction == CtDirection::Original ? " , dir original" : " , dir reply";
}

std::string_view extension_name(ExtensionKind kind) {
  // SCTP has no word in nft 1.0.6.
  constexpr std::array<std::string_view, 4> kNames{" ipv6", " tcpopt", " ipv4", ""};
  return name_of(kNames, kind);
}

}  // namespace

std::string text(const PayloadLoad& e) {
  return fmt::format("payload load {}b @ {} header + {} => {}", e.length, name(e.base), e.offset,
                     name(e.to));
}
std::string text(const PayloadStore& e) {
  return fmt::format(
      "payload write {} => {}b @ {} header + {} csum_type {} csum_off {} csum_flags 0x{:x}",
      name(e.from), e.length, name(e.base), e.offset, static_cast<unsigned>(e.checksum),
      e.checksum_offset, e.checksum_flags);
}
std::string text(const MetaLoad& e) {
  return fmt::format("meta load {} => {}", name_of(kMetaNames, e.key), name(e.to));
}
std::string text(const MetaStore& e) {
  return fmt::format("meta set {} with {}", name_of(kMetaNames, e.key), name(e.from));
}
std::string text(const CtLoad& e) {
  return fmt::format("ct load {} => {}{}", name_of(kCtNames, e.key), name(e.to),
                     in_direction(e.direction));
}
std::string text(const CtStore& e) {
  return fmt::format("ct set {} with {}{}", name_of(kCtNames, e.key), name(e.from),
                     in_direction(e.direction));
}
std::string text(const Immediate& e) {
  return fmt::format("immediate {} {}", name(e.to), words(e.value));
}

std::string text(const Fib& e) {
  constexpr std::array<std::string_view, 4> kResults{"?", "oif", "oifname", "type"};
  constexpr std::array<std::string_view, 5> kFlags{"saddr", "daddr", "mark", "iif", "oif"};
  std::string from;
  for (std::size_t bit = 0; bit < kFlags.size(); ++bit) {
    if ((e.flags >> bit & 1) == 0) continue;
    from += fmt::format("{}{}", from.empty() ? "" : " . ", kFlags.at(bit));
  }
  return fmt::format("fib {} {}{} => {}", from, name_of(kResults, e.result),
                     (e.flags & kFibPresent) != 0 ? " present" : "", name(e.to));
}

std::string text(const ExtensionLoad& e) {
  return fmt::format("exthdr load{} {}b @ {} + {}{} => {}", extension_name(e.kind), e.length,
                     e.type, e.offset, e.presence ? " present" : "", name(e.to));
}
std::string text(const ExtensionStore& e) {
  return fmt::format("exthdr write{} {} => {}b @ {} + {}", extension_name(e.kind), name(e.from),
                     e.length, e.type, e.offset);
}
std::string text(const ExtensionReset& e) {
  return fmt::format("exthdr reset{} {}", extension_name(e.kind), e.type);
}

std::string text(const NumberGenerator& e) {
  auto text = fmt::format("numgen {} = {} mod {}", name(e.to),
                          e.kind == NumberKind::Incremental ? "inc" : "random", e.modulus);
  if (e.offset != 0) text += fmt::format(" offset {}", e.offset);
  return text;
}

std::string text(const Hash& e) {
  auto text =
      e.kind == HashKind::Symmetric
          ? fmt::format("hash {} = symhash() % mod {}", name(e.to), e.modulus)
          : fmt::format("hash {} = jhash({}, {}, 0x{:x}) % mod {}", name(e.to),
                        name(e.from.value_or(Register{})), e.length, e.seed.value_or(0), e.modulus);
  if (e.offset != 0) text += fmt::format(" offset {}", e.offset);
  return text;
}

std::string text(const RouteLoad& e) {
  constexpr std::array<std::string_view, 5> kNames{"classid", "nexthop4", "nexthop6", "tcpmss",
                                                   "ipsec"};
  return fmt::format("rt load {} => {}", name_of(kNames, e.key), name(e.to));
}

std::string text(const SocketLoad& e) {
  constexpr std::array<std::string_view, 4> kNames{"transparent", "mark", "wildcard", "cgroupv2"};
  const bool has_level = e.key == SocketKey::CgroupV2;
  return fmt::format("socket load {}{} => {}", name_of(kNames, e.key),
                     has_level ? fmt::format(" level {}", e.level) : "", name(e.to));
}

std::string text(const OsfLoad& e) { return fmt::format("osf dreg {}", number(e.to)); }

std::string text(const TunnelLoad& e) {
  return fmt::format("tunnel load {} => {}", e.key == TunnelKey::Path ? "path" : "id", name(e.to));
}

std::string text(const XfrmLoad& e) {
  constexpr std::array<std::string_view, 7> kNames{"unknown", "daddr4", "daddr6", "saddr4",
                                                   "saddr6",  "reqid",  "spi"};
  return fmt::format("xfrm load {} {} {} => {}", e.direction == XfrmDirection::In ? "in" : "out",
                     e.number, name_of(kNames, e.key), name(e.to));
}

}  // namespace topoproof::firewall::describing
