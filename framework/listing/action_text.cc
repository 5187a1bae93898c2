// SPDX-License-Identifier: GPL-2.0-or-later
// The phrases of actions.
#include <fmt/format.h>

#include "listing/rule_text.hh"

namespace topoproof::listing {
namespace {

// " random,persistent"; nothing if there is a flag without a name.
std::optional<std::string> nat_flags_text(std::uint32_t flags) {
  constexpr auto kKnown = kNatRandom | kNatPersistent | kNatFullyRandom;
  if ((flags & ~kKnown) != 0) return std::nullopt;
  std::string text;
  const auto add = [&](std::uint32_t flag, std::string_view name) {
    if ((flags & flag) != 0) text += fmt::format("{}{}", text.empty() ? " " : ",", name);
  };
  add(kNatRandom, "random");
  add(kNatFullyRandom, "fully-random");
  add(kNatPersistent, "persistent");
  return text;
}

std::optional<std::string> reject_text(const Reject& reject, bool is_ipv6) {
  if (reject.kind == RejectKind::TcpReset) return "reject with tcp reset";
  const auto* family = reject.kind == RejectKind::AnyError ? "icmpx" : is_ipv6 ? "icmpv6" : "icmp";
  return fmt::format("reject with {} {}", family, reject.code);
}

}  // namespace

bool RuleText::say(const Verdict& e) {
  switch (e.kind) {
    case VerdictKind::Accept:
      return phrase("accept");
    case VerdictKind::Drop:
      return phrase("drop");
    case VerdictKind::Continue:
      return phrase("continue");
    case VerdictKind::Return:
      return phrase("return");
    case VerdictKind::Jump:
      return phrase("jump " + e.chain);
    case VerdictKind::Goto:
      return phrase("goto " + e.chain);
    case VerdictKind::Stolen:
    case VerdictKind::Queue:
    case VerdictKind::Break:
      return false;
  }
  return false;
}

bool RuleText::say(const MetaStore& e) {
  if (e.key == MetaKey::Mark && holds(e.from, CtKey::Mark)) return phrase("meta mark set ct mark");
  const auto field = find_field(e.key);
  const auto value = field ? constant(e.from, field->form) : std::nullopt;
  return value && phrase(fmt::format("{} set {}", field->name, *value));
}

bool RuleText::say(const Nat& e) {
  const auto first = constant(e.address, ValueForm::Address);
  const auto flags = nat_flags_text(e.flags);
  const auto port = ports(e.port, e.port_high);
  if (!first || !flags || !port) return false;
  const bool bracketed = e.family == Family::Ipv6 && !port->empty();
  const auto in_brackets = [&](const std::string& text) {
    return bracketed ? "[" + text + "]" : text;
  };
  auto address = in_brackets(*first);
  if (e.address_high && e.address_high != e.address) {
    const auto last = constant(e.address_high, ValueForm::Address);
    if (!last) return false;
    address += "-" + in_brackets(*last);
  }
  const std::string family = table_.family != TableFamily::Inet || !e.family ? ""
                             : e.family == Family::Ipv4                      ? " ip"
                                                                             : " ip6";
  return phrase(fmt::format("{}{} to {}{}{}", e.kind == NatKind::Source ? "snat" : "dnat", family,
                            address, *port, *flags));
}

bool RuleText::say(const Masquerade& e) {
  const auto flags = nat_flags_text(e.flags);
  const auto port = ports(e.port, e.port_high);
  if (!flags || !port) return false;
  return phrase("masquerade" + (port->empty() ? "" : " to " + *port) + *flags);
}

bool RuleText::say(const Redirect& e) {
  const auto flags = nat_flags_text(e.flags);
  const auto port = ports(e.port, e.port_high);
  if (!flags || !port) return false;
  return phrase("redirect" + (port->empty() ? "" : " to " + *port) + *flags);
}

bool RuleText::say(const Reject& e) {
  const auto text = reject_text(e, context_.network == Family::Ipv6);
  return text && phrase(*text);
}

bool RuleText::say(const Counter& e) {
  if (e == Counter{}) return phrase("counter");
  return phrase(fmt::format("counter packets {} bytes {}", e.packets, e.bytes));
}

bool RuleText::say(const Limit& e) {
  const auto unit = firewall::time_unit(e);
  if (!unit) return false;
  const bool is_bytes = e.unit == LimitUnit::Bytes;
  return phrase(fmt::format("limit rate {}{}{}/{} burst {} {}", e.over ? "over " : "", e.rate,
                            is_bytes ? " bytes" : "", *unit, e.burst,
                            is_bytes ? "bytes" : "packets"));
}

bool RuleText::say(const Log& e) {
  if (e.level || e.flags || e.snaplen || e.queue_threshold) return false;
  // nft has no way to write a quote within a string.
  if (e.prefix.find('"') != std::string::npos) return false;
  std::string text = "log";
  if (!e.prefix.empty()) text += " prefix " + quoted(e.prefix);
  if (e.group) text += fmt::format(" group {}", *e.group);
  return phrase(std::move(text));
}

bool RuleText::say(const Notrack& /*e*/) { return phrase("notrack"); }

bool RuleText::say(const Quota& e) {
  if (e.consumed != 0) return false;
  return phrase(fmt::format("quota {}{} bytes", e.over ? "over " : "", e.bytes));
}

bool RuleText::say(const Queue& e) {
  if (e.number || (e.flags & ~1U) != 0) return false;
  const std::string flags = e.flags != 0 ? "flags bypass " : "";
  const auto last = e.total > 1 ? fmt::format("-{}", e.first + e.total - 1) : "";
  return phrase(fmt::format("queue {}to {}{}", flags, e.first, last));
}

bool RuleText::say(const CtStore& e) {
  if (e.key != CtKey::Mark || e.direction) return false;
  if (holds(e.from, MetaKey::Mark)) return phrase("ct mark set meta mark");
  const auto value = constant(e.from, ValueForm::Mark);
  return value && phrase("ct mark set " + *value);
}

// "tcp option maxseg size set rt mtu", the one use that the builders make of it.
bool RuleText::say(const ExtensionStore& e) {
  constexpr std::uint8_t kMaxseg = 2;
  const bool is_maxseg =
      e.kind == ExtensionKind::TcpOption && e.type == kMaxseg && e.offset == 2 && e.length == 2;
  if (!is_maxseg) return false;
  if (std::holds_alternative<RouteLoad>(at(e.from).source)) {
    return phrase("tcp option maxseg size set rt mtu");
  }
  const auto value = constant(e.from, ValueForm::Number);
  return value && phrase("tcp option maxseg size set " + *value);
}

std::optional<std::string> RuleText::constant(const std::optional<Register>& r,
                                              ValueForm form) const {
  const auto* bytes = r ? std::get_if<Bytes>(&at(*r).source) : nullptr;
  if (bytes == nullptr) return std::nullopt;
  const bool is_host_number = form == ValueForm::Mark || form == ValueForm::HostNumber;
  if (is_host_number && bytes->size() != 4) return std::nullopt;
  if (form == ValueForm::Address && bytes->size() != 4 && bytes->size() != 16) return std::nullopt;
  return value_text(form, *bytes);
}

std::optional<std::string> RuleText::ports(const std::optional<Register>& low,
                                           const std::optional<Register>& high) const {
  if (!low) return high ? std::nullopt : std::optional(std::string());
  const auto first = constant(low, ValueForm::Number);
  // nft takes ports only behind a match of the protocol that has them.
  if (!first || !context_.transport) return std::nullopt;
  if (!high || *high == *low) return ":" + *first;  // the kernel gives the last one if it is not
  const auto last = constant(high, ValueForm::Number);
  return last ? std::optional(fmt::format(":{}-{}", *first, *last)) : std::nullopt;
}

}  // namespace topoproof::listing
