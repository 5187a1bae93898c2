// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/describe.hh"

#include <array>
#include <cstring>

#include <fmt/format.h>

namespace topoproof::firewall {
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
    "eventmask", "src_ip",     "dst_ip",  "src_ip6", "dst_ip6",  "id"};

template <std::size_t N, class Key>
std::string_view name_of(const std::array<std::string_view, N>& names, Key key) {
  const auto index = static_cast<std::size_t>(key);
  return index < N ? names.at(index) : "?";
}

// The 128-bit registers by their own number, the others by that of their 32-bit word.
std::string name(Register r) {
  if (r.word % 4 == 0) return fmt::format("reg {}", r.word / 4);
  return fmt::format("reg {}", r.word + 4);
}

// 32-bit words as the host reads them, as `nft --debug=netlink` does.
std::string words(BytesView bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.data() + at, std::min<std::size_t>(4, bytes.size() - at));
    text += fmt::format("{}0x{:08x}", at == 0 ? "" : " ", word);
  }
  return text;
}

std::string_view name(PayloadBase base) {
  constexpr std::array<std::string_view, 4> kNames{"link", "network", "transport", "inner"};
  return name_of(kNames, base);
}

std::string_view name(CompareOp op) {
  constexpr std::array<std::string_view, 6> kNames{"eq", "neq", "lt", "lte", "gt", "gte"};
  return name_of(kNames, op);
}

std::string in_direction(const std::optional<CtDirection>& direction) {
  if (!direction) return "";
  return *direction == CtDirection::Original ? ", dir original" : ", dir reply";
}

std::string optional_register(std::string_view what, const std::optional<Register>& r) {
  return r ? fmt::format(" {} {}", what, name(*r)) : "";
}

std::string with_flags(std::uint32_t flags) {
  return flags == 0 ? "" : fmt::format(" flags 0x{:x}", flags);
}

template <class T>
std::string optional_number(std::string_view what, const std::optional<T>& number) {
  return number ? fmt::format(" {} {}", what, *number) : "";
}

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
std::string text(const Compare& e) {
  return fmt::format("cmp {} {} {}", name(e.op), name(e.from), words(e.value));
}
std::string text(const Bitwise& e) {
  return fmt::format("bitwise {} = ( {} & {} ) ^ {}", name(e.to), name(e.from), words(e.mask),
                     words(e.flip));
}
std::string text(const Shift& e) {
  const auto* op = e.direction == ShiftDirection::Left ? "<<" : ">>";
  return fmt::format("bitwise {} = ( {} {} 0x{:08x} )", name(e.to), name(e.from), op, e.bits);
}
std::string text(const ByteOrder& e) {
  return fmt::format("byteorder {} = {}({}, {}, {})", name(e.to),
                     e.op == ByteOrderOp::ToHost ? "ntoh" : "hton", name(e.from), e.size, e.length);
}
std::string text(const Range& e) {
  return fmt::format("range {} {} {} {}", e.inverted ? "neq" : "eq", name(e.from), words(e.low),
                     words(e.high));
}
std::string text(const Lookup& e) {
  return fmt::format("lookup {} set {}{}{}", name(e.from), e.set, optional_register("dreg", e.to),
                     e.inverted ? " 0x1" : "");
}
std::string text(const Verdict& e) { return "immediate reg 0 " + describe(e); }
std::string text(const Immediate& e) {
  return fmt::format("immediate {} {}", name(e.to), words(e.value));
}
std::string text(const Nat& e) {
  return fmt::format(
      "nat {} {}{}{}{}{}{}", e.kind == NatKind::Source ? "snat" : "dnat",
      e.family == Family::Ipv4 ? "ip" : "ip6", optional_register("addr_min", e.address),
      optional_register("addr_max", e.address_high), optional_register("proto_min", e.port),
      optional_register("proto_max", e.port_high), with_flags(e.flags));
}
template <class T>
std::string ports(std::string_view what, const T& e) {
  return fmt::format("{}{}{}{}", what, optional_register("proto_min", e.port),
                     optional_register("proto_max", e.port_high), with_flags(e.flags));
}
std::string text(const Masquerade& e) { return ports("masq", e); }
std::string text(const Redirect& e) { return ports("redir", e); }
std::string text(const Reject& e) {
  return fmt::format("reject type {} code {}", static_cast<unsigned>(e.kind), e.code);
}
std::string text(const Counter& e) {
  return fmt::format("counter pkts {} bytes {}", e.packets, e.bytes);
}
std::string text(const Limit& e) {
  return fmt::format("limit rate {} per {} s burst {} type {} flags 0x{:x}", e.rate, e.per_seconds,
                     e.burst, e.unit == LimitUnit::Packets ? "packets" : "bytes", e.over ? 1 : 0);
}
std::string text(const Quota& e) {
  return fmt::format("quota bytes {} consumed {} flags {}", e.bytes, e.consumed, e.over ? 1 : 0);
}
std::string text(const Log& e) {
  return "log" + (e.prefix.empty() ? "" : " prefix " + e.prefix) +
         optional_number("group", e.group) + optional_number("snaplen", e.snaplen) +
         optional_number("qthreshold", e.queue_threshold) + optional_number("level", e.level) +
         optional_number("flags", e.flags);
}
std::string text(const Notrack& /*e*/) { return "notrack"; }
std::string text(const Queue& e) {
  return fmt::format("queue num {} total {}{}{}", e.first, e.total,
                     optional_register("sreg_qnum", e.number), with_flags(e.flags));
}
std::string text(const Fib& e) {
  constexpr std::array<std::string_view, 4> kResults{"?", "oif", "oifname", "type"};
  std::string from;
  constexpr std::array<std::string_view, 5> kFlags{"saddr", "daddr", "mark", "iif", "oif"};
  for (std::size_t bit = 0; bit < kFlags.size(); ++bit) {
    if ((e.flags >> bit & 1) != 0) from += fmt::format("{} . ", kFlags.at(bit));
  }
  return fmt::format("fib {}{}{} => {}", from, name_of(kResults, e.result),
                     (e.flags & kFibPresent) != 0 ? " present" : "", name(e.to));
}

}  // namespace

std::string_view kernel_name(const Expression& expression) {
  constexpr std::array<std::string_view, std::variant_size_v<Expression>> kNames{
      "payload", "payload", "meta",      "meta",   "ct",      "ct",        "cmp",
      "bitwise", "bitwise", "byteorder", "range",  "lookup",  "immediate", "immediate",
      "nat",     "masq",    "redir",     "reject", "counter", "limit",     "quota",
      "log",     "notrack", "queue",     "fib"};
  return kNames.at(expression.index());
}

std::string describe(const Verdict& verdict) {
  switch (verdict.kind) {
    case VerdictKind::Drop:
      return "drop";
    case VerdictKind::Accept:
      return "accept";
    case VerdictKind::Stolen:
      return "stolen";
    case VerdictKind::Queue:
      return "queue";
    case VerdictKind::Continue:
      return "continue";
    case VerdictKind::Break:
      return "break";
    case VerdictKind::Jump:
      return "jump -> " + verdict.chain;
    case VerdictKind::Goto:
      return "goto -> " + verdict.chain;
    case VerdictKind::Return:
      return "return";
  }
  return "?";
}

std::string describe(const Expression& expression) {
  return std::visit([](const auto& e) { return text(e); }, expression);
}

}  // namespace topoproof::firewall
