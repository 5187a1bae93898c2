// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/describe.hh"
#include "firewall/describe_parts.hh"

namespace topoproof::firewall::describing {
namespace {

// NF_NAT_RANGE_*: what follows from the registers in use.
constexpr std::uint32_t kAddressesSpecified = 1;
constexpr std::uint32_t kPortsSpecified = 2;

template <class T>
std::string ports_and_flags(const T& e, std::uint32_t flags) {
  return optional_register("proto_min", e.port) + optional_register("proto_max", e.port_high) +
         (flags == 0 ? "" : fmt::format(" flags 0x{:x}", flags));
}
template <class T>
std::string ports_and_flags(const T& e) {
  return ports_and_flags(e, e.flags | (e.port ? kPortsSpecified : 0));
}

std::string nat(const Nat& e, std::uint32_t flags) {
  return fmt::format("nat {} {}{}{}{}", e.kind == NatKind::Source ? "snat" : "dnat",
                     family_name(e.family), optional_register("addr_min", e.address),
                     optional_register("addr_max", e.address_high), ports_and_flags(e, flags));
}

// The kernel has an upper end of every range.
template <class T>
T with_upper_port(T e) {
  if (!e.port_high) e.port_high = e.port;
  return e;
}

// " tcpseq tcpopt", of NF_LOG_*.
std::string log_flags(std::uint32_t flags) {
  constexpr std::array<std::string_view, 6> kNames{"tcpseq", "tcpopt", "ipopt",
                                                   "uid",    "nflog",  "macdecode"};
  std::string text;
  for (std::size_t bit = 0; bit < kNames.size(); ++bit) {
    if ((flags >> bit & 1) != 0) text += fmt::format(" {}", kNames.at(bit));
  }
  return text;
}

}  // namespace

std::string text(const Verdict& e) { return "immediate reg 0 " + describe(e); }

std::string text(const Nat& e) { return nat(e, e.flags | (says_port(e) ? kPortsSpecified : 0)); }
std::string listed(const Nat& e) {
  auto full = with_upper_port(e);
  if (!full.address_high) full.address_high = full.address;
  return nat(full,
             e.flags | (e.address ? kAddressesSpecified : 0) | (e.port ? kPortsSpecified : 0));
}

std::string text(const Masquerade& e) { return "masq" + ports_and_flags(e); }
std::string listed(const Masquerade& e) { return text(with_upper_port(e)); }

std::string text(const Redirect& e) { return "redir" + ports_and_flags(e); }
std::string listed(const Redirect& e) { return text(with_upper_port(e)); }

std::string text(const Reject& e) {
  return fmt::format("reject type {} code {}", static_cast<unsigned>(e.kind), e.code);
}

std::string text(const Log& e) {
  auto text = e.prefix.empty() ? std::string("log") : "log prefix " + e.prefix;
  if (e.group) {
    return text + fmt::format(" group {} snaplen {} qthreshold {}", *e.group, e.snaplen.value_or(0),
                              e.queue_threshold.value_or(0));
  }
  if (e.level) text += fmt::format(" level {}", *e.level);
  return text + log_flags(e.flags.value_or(0));
}

std::string listed(const Log& e) {
  constexpr std::uint32_t kUsualLevel = 4;  // LOGLEVEL_WARNING
  auto full = e;
  if (!full.level) full.level = kUsualLevel;
  return text(full);
}

std::string text(const Notrack& /*e*/) { return "notrack"; }

std::string text(const Queue& e) {
  auto text = e.number      ? fmt::format("queue sreg_qnum {}", number(*e.number))
              : e.total > 1 ? fmt::format("queue num {}-{}", e.first, e.first + e.total - 1)
                            : fmt::format("queue num {}", e.first);
  if ((e.flags & 1) != 0) text += " bypass";
  if ((e.flags & 2) != 0) text += " fanout";
  return text;
}

std::string text(const Tproxy& e) {
  const auto family = e.family ? fmt::format(" {}", family_name(e.family)) : "";
  return "tproxy" + family + optional_register("addr", e.address) +
         optional_register("port", e.port);
}

std::string text(const Synproxy& e) {
  return fmt::format("synproxy mss {} wscale {}", e.mss, e.wscale);
}

std::string text(const Duplicate& e) {
  std::string text = "dup";
  if (e.address) text += fmt::format(" sreg_addr {}", number(*e.address));
  if (e.device) text += fmt::format(" sreg_dev {}", number(*e.device));
  return text;
}

std::string text(const Forward& e) {
  auto text = fmt::format("fwd sreg_dev {}", number(e.device));
  if (e.address) text += fmt::format(" sreg_addr {}", number(*e.address));
  if (e.family) text += fmt::format(" nfproto {}", *e.family == Family::Ipv4 ? 2 : 10);
  return text;
}

std::string text(const Counter& e) {
  return fmt::format("counter pkts {} bytes {}", e.packets, e.bytes);
}
std::string text(const Limit& e) {
  const auto unit = time_unit(e);
  return fmt::format("limit rate {}/{} burst {} type {} flags 0x{:x}", e.rate,
                     unit ? std::string(*unit) : fmt::format("{}s", e.per_seconds), e.burst,
                     e.unit == LimitUnit::Packets ? "packets" : "bytes", e.over ? 1 : 0);
}
std::string text(const Quota& e) {
  return fmt::format("quota bytes {} consumed {} flags {}", e.bytes, e.consumed, e.over ? 1 : 0);
}
std::string text(const Connlimit& e) {
  return fmt::format("connlimit count {} flags {}", e.count, e.over ? 1 : 0);
}
std::string text(const Last& e) {
  return e.seen ? fmt::format("last {}ms", e.ago_ms) : "last never";
}
std::string text(const StatefulExpression& e) {
  return std::visit([](const auto& stateful) { return text(stateful); }, e);
}

}  // namespace topoproof::firewall::describing
