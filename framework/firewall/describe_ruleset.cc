// SPDX-License-Identifier: GPL-2.0-or-later
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "firewall/describe.hh"
#include "firewall/describe_parts.hh"

namespace topoproof::firewall {
namespace {

template <class T>
std::string with_expressions(const T& owner) {
  std::string text;
  for (const auto& e : owner.expressions) text += fmt::format(" expr [ {} ]", describing::text(e));
  return text;
}

std::string with_userdata(const Bytes& userdata) {
  return userdata.empty() ? "" : " userdata " + to_hex(userdata);
}

std::string line(const Element& element) {
  auto text = "    element " + to_hex(element.key);
  if (!element.key_high.empty()) text += " - " + to_hex(element.key_high);
  if (const auto* data = std::get_if<Bytes>(&element.data)) text += " : " + to_hex(*data);
  if (const auto* verdict = std::get_if<Verdict>(&element.data)) text += " : " + describe(*verdict);
  if (element.timeout_ms != 0) text += fmt::format(" timeout {} ms", element.timeout_ms);
  if (!element.object.empty()) text += " : " + element.object;
  if (element.expiration_ms != 0) text += fmt::format(" expires {} ms", element.expiration_ms);
  return text + with_expressions(element) + with_userdata(element.userdata) +
         fmt::format(" flags {}\n", element.flags);
}

std::string lines(const Set& set) {
  auto text =
      fmt::format("  set {} flags {} key {}/{} data {}/{} timeout {} ms size {}{}{}", set.name,
                  set.flags, set.key_type, set.key_length, set.data_type, set.data_length,
                  set.timeout_ms, set.size, with_expressions(set), with_userdata(set.userdata));
  if (set.is_object_map()) text += fmt::format(" object {}", std::to_underlying(set.object_kind));
  if (set.policy) text += fmt::format(" policy {}", std::to_underlying(*set.policy));
  if (set.gc_interval_ms != 0) text += fmt::format(" gc {} ms", set.gc_interval_ms);
  text += "\n";
  for (const auto length : set.field_lengths) text += fmt::format("    field {}\n", length);
  for (const auto& element : set.elements) text += line(element);
  return text;
}

std::string lines(const Rule& rule) {
  auto text = fmt::format("    rule {} {} {}{}", rule.handle, to_string(rule.origin.where),
                          rule.origin.text, with_userdata(rule.userdata));
  if (const auto& xt = rule.xt_protocol) {
    text += fmt::format(" xt protocol {} flags {}", xt->protocol, xt->flags);
  }
  text += "\n";
  for (const auto& expression : rule.expressions) text += "      " + describe(expression) + "\n";
  return text;
}

std::string lines(const Chain& chain) {
  auto text = "  chain " + chain.name;
  if (const auto& base = chain.base) {
    text += fmt::format(" type {} hook {} priority {} policy {}", to_string(base->type),
                        to_string(base->hook), base->priority, base->drops ? "drop" : "accept");
    for (const auto& device : base->devices) text += " device " + device;
  }
  if (chain.flags != 0) text += fmt::format(" flags {}", chain.flags);
  text += with_userdata(chain.userdata) + "\n";
  for (const auto& rule : chain.rules) text += lines(rule);
  return text;
}

std::string text_of(const CtHelper& e) {
  return fmt::format("ct helper {} l3 {} l4 {}", e.helper, e.l3_protocol, e.l4_protocol);
}
std::string text_of(const CtTimeout& e) {
  return fmt::format("ct timeout l3 {} l4 {} seconds {}", e.l3_protocol, e.l4_protocol,
                     fmt::join(e.seconds, " "));
}
std::string text_of(const CtExpectation& e) {
  return fmt::format("ct expectation l3 {} l4 {} port {} timeout {} ms size {}", e.l3_protocol,
                     e.l4_protocol, e.port, e.timeout_ms, e.size);
}
std::string text_of(const Secmark& e) { return "secmark " + e.context; }
std::string text_of(const Synproxy& e) {
  return fmt::format("{} flags 0x{:x}", describing::text(e), e.flags);
}
template <class Stateful>
std::string text_of(const Stateful& e) {
  return describing::text(e);
}

std::string line(const Object& object) {
  return fmt::format("  object {} {}{}\n", object.name, describe(object.value),
                     with_userdata(object.userdata));
}

std::string line(const Flowtable& flowtable) {
  return fmt::format("  flowtable {} priority {} devices {} flags {}\n", flowtable.name,
                     flowtable.priority, fmt::join(flowtable.devices, " "), flowtable.flags);
}

}  // namespace

std::string describe(const ObjectValue& value) {
  return std::visit([](const auto& e) { return text_of(e); }, value);
}

std::string describe(const Ruleset& ruleset) {
  std::string text;
  for (const auto& table : ruleset.tables) {
    text += fmt::format("table {} {}{}{}{}\n", to_string(table.family), table.name,
                        table.dormant ? " dormant" : "", table.owned ? " owned" : "",
                        with_userdata(table.userdata));
    for (const auto& object : table.objects) text += line(object);
    for (const auto& flowtable : table.flowtables) text += line(flowtable);
    for (const auto& set : table.sets) text += lines(set);
    for (const auto& chain : table.chains) text += lines(chain);
  }
  return text;
}

}  // namespace topoproof::firewall
