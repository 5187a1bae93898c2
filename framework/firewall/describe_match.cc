// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/describe_parts.hh"

namespace topoproof::firewall::describing {
namespace {

std::string_view name(CompareOp op) {
  constexpr std::array<std::string_view, 6> kNames{"eq", "neq", "lt", "lte", "gt", "gte"};
  return name_of(kNames, op);
}

std::string_view name(SetChange change) {
  constexpr std::array<std::string_view, 3> kNames{"add", "update", "delete"};
  return name_of(kNames, change);
}

std::string dynamic_set(const DynamicSet& e, std::string_view timeout) {
  auto text = fmt::format("dynset {} reg_key {} set {}", name(e.change), number(e.key), e.set);
  if (e.data) text += fmt::format(" sreg_data {}", number(*e.data));
  text += timeout;
  if (e.inverted) text += " inverted";
  for (const auto& statement : e.statements) {
    text += fmt::format(" expr [ {} ]", describing::text(statement));
  }
  return text;
}

}  // namespace

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
  auto text = fmt::format("lookup {} set {}", name(e.from), e.set);
  if (e.to) text += fmt::format(" dreg {}", number(*e.to));
  return text + (e.inverted ? " 0x1" : "");
}
std::string listed(const Lookup& e) { return text(e) + (e.inverted ? "" : " 0x0"); }

std::string text(const DynamicSet& e) { return e.timeout_ms == 0 ? dynamic_set(e, "") : listed(e); }
std::string listed(const DynamicSet& e) {
  return dynamic_set(e, fmt::format(" timeout {}ms", e.timeout_ms));
}

std::string text(const ObjectReference& e) {
  return fmt::format("objref type {} name {}", static_cast<unsigned>(e.kind), e.name);
}
std::string text(const ObjectLookup& e) {
  return fmt::format("objref sreg {} set {}", number(e.from), e.set);
}
std::string text(const FlowOffload& e) { return "flow_offload flowtable " + e.flowtable; }

std::string text(const XtMatch& e) {
  return fmt::format("match name {} rev {}", e.name, e.revision);
}
std::string text(const XtTarget& e) {
  return fmt::format("target name {} rev {}", e.name, e.revision);
}

}  // namespace topoproof::firewall::describing
