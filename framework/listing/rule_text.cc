// SPDX-License-Identifier: GPL-2.0-or-later
#include "listing/rule_text.hh"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/prefix.hh"
#include "firewall/build.hh"
#include "firewall/layout.hh"
#include "listing/set_text.hh"

namespace topoproof::listing {
namespace {

std::string_view operator_text(CompareOp op) {
  constexpr std::array<std::string_view, 6> kTexts{"", "!= ", "< ", "<= ", "> ", ">= "};
  return kTexts.at(static_cast<std::size_t>(op));
}

// How many bits a mask of an address keeps, if those are its first ones.
std::optional<int> mask_length(BytesView mask) {
  const int bits = static_cast<int>(mask.size()) * 8;
  const auto address = IpAddress::from_bytes(mask);
  const auto ones = IpAddress::from_bytes(Bytes(mask.size(), std::byte{0xff}));
  for (int length = 0; length <= bits; ++length) {
    if (masked(ones, length) == address) return length;
  }
  return std::nullopt;
}

}  // namespace

RuleText::RuleText(const Table& table) : table_(table) {
  if (table.family == TableFamily::Ip) context_.network = Family::Ipv4;
  if (table.family == TableFamily::Ip6) context_.network = Family::Ipv6;
}

bool RuleText::add(const Expression& expression) {
  // The upper bound of a range follows its lower one at once.
  const auto* compare = std::get_if<Compare>(&expression);
  if (lower_bound_ && (compare == nullptr || compare->op != CompareOp::LessOrEqual)) return false;
  return std::visit([this](const auto& e) { return say(e); }, expression);
}

std::optional<std::string> RuleText::take() {
  if (lower_bound_) return std::nullopt;
  for (const auto& dependency : std::exchange(pending_, {})) phrase(dependency.text);
  return std::exchange(text_, {});
}

bool RuleText::phrase(std::string text) {
  for (const auto& dependency : std::exchange(pending_, {})) phrase(dependency.text);
  if (!text_.empty()) text_ += ' ';
  text_ += text;
  return true;
}

// A dependency is left out where the field implies it.
void RuleText::drop_implied(const Field& field) {
  const bool is_icmp = field.name.starts_with("icmp");
  const bool is_transport =
      is_icmp || field.name.starts_with("tcp") || field.name.starts_with("udp");
  const bool is_network = is_icmp || field.name.starts_with("ip");
  if (is_transport && !pending_.empty() && !pending_.back().is_network) pending_.pop_back();
  if (is_network && !pending_.empty() && pending_.back().is_network) pending_.pop_back();
}

bool RuleText::field_phrase(const Field& field, const std::string& rest) {
  return fields_phrase({field}, rest);
}

// The last field's dependencies are the last.
bool RuleText::fields_phrase(const std::vector<Field>& fields, const std::string& rest) {
  std::string names;
  for (const auto& field : fields)
    names += fmt::format("{}{}", names.empty() ? "" : " . ", field.name);
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) drop_implied(*field);
  return phrase(fmt::format("{} {}", names, rest));
}

bool RuleText::say(const PayloadLoad& e) {
  at(e.to) = {e, {}};
  return true;
}

bool RuleText::say(const MetaLoad& e) {
  at(e.to) = {e.key, {}};
  return true;
}

bool RuleText::say(const CtLoad& e) {
  if (e.direction) return false;
  at(e.to) = {e.key, {}};
  return true;
}

bool RuleText::say(const Immediate& e) {
  at(e.to) = {e.value, {}};
  return true;
}

bool RuleText::say(const Fib& e) {
  at(e.to) = {e, {}};
  return true;
}

bool RuleText::say(const RouteLoad& e) {
  at(e.to) = {e, {}};
  return e.key == RouteKey::TcpMss;
}

bool RuleText::say(const ByteOrder& e) {
  const auto content = at(e.from);
  at(e.to) = content;
  return std::holds_alternative<RouteLoad>(content.source) && e.op == ByteOrderOp::ToNetwork &&
         e.length == 2 && e.size == 2;
}

bool RuleText::say(const Bitwise& e) {
  const auto is_zero = [](std::byte b) { return b == std::byte{0}; };
  if (!std::ranges::all_of(e.flip, is_zero) || !at(e.from).mask.empty()) return false;
  at(e.to) = {at(e.from).source, e.mask};
  return true;
}

bool RuleText::say(const Compare& e) {
  const auto content = at(e.from);
  if (const auto* load = std::get_if<PayloadLoad>(&content.source)) {
    return say_tcp_flags(e, *load, content.mask) || say_payload(e, *load, content.mask);
  }
  if (const auto* fib = std::get_if<Fib>(&content.source)) return say_fib(e, *fib);
  if (std::holds_alternative<CtKey>(content.source) && !content.mask.empty()) {
    return say_ct_bits(e, content);
  }
  if (const auto* key = std::get_if<MetaKey>(&content.source)) {
    if (e.op == CompareOp::Equal && say_dependency(e, *key)) return true;
  }
  const auto field = field_of(content);
  // "ct state new" is a test of its bit.
  if (field && field->form == ValueForm::CtState && e.op != CompareOp::NotEqual) return false;
  return field && say_field(e, *field);
}

bool RuleText::say_dependency(const Compare& e, MetaKey key) {
  if (key == MetaKey::L4proto && e.value.size() == 1) {
    context_.transport = std::to_integer<std::uint8_t>(e.value[0]);
    pending_.push_back({false, "meta l4proto " + protocol_text(*context_.transport)});
    return true;
  }
  if (key != MetaKey::Nfproto || e.value.size() != 1) return false;
  const auto number = static_cast<TableFamily>(e.value[0]);
  if (number != TableFamily::Ip && number != TableFamily::Ip6) return false;
  context_.network = number == TableFamily::Ip ? Family::Ipv4 : Family::Ipv6;
  pending_.push_back({true, number == TableFamily::Ip ? "meta nfproto ipv4" : "meta nfproto ipv6"});
  return true;
}

bool RuleText::say_ct_bits(const Compare& e, const Content& content) {
  if (content.mask.size() != 4 || e.op != CompareOp::NotEqual || e.value != host_number(0)) {
    return false;
  }
  const auto key = std::get<CtKey>(content.source);
  const auto bits = load_host_number(content.mask);
  std::optional<std::string> names;
  if (key == CtKey::State) names = ct_states_text(bits);
  if (key == CtKey::Status) names = ct_status_text(bits);
  return names && phrase(fmt::format("ct {} {}", key == CtKey::State ? "state" : "status", *names));
}

bool RuleText::say_tcp_flags(const Compare& e, const PayloadLoad& load, const Bytes& mask) {
  constexpr std::uint32_t kOffset = 13;
  const bool is_flags = context_.transport == kTcp && load.base == PayloadBase::Transport &&
                        load.offset == kOffset && load.length == 1 && mask.size() == 1 &&
                        e.value.size() == 1 && e.op == CompareOp::Equal;
  if (!is_flags) return false;
  drop_implied({.name = "tcp flags"});
  const auto set = std::to_integer<std::uint8_t>(e.value[0]);
  return phrase(fmt::format("tcp flags & ({}) == {}",
                            tcp_flags_text(std::to_integer<std::uint8_t>(mask[0])),
                            set == 0 ? "0x0" : tcp_flags_text(set)));
}

bool RuleText::say_fib(const Compare& e, const Fib& fib) {
  const bool is_missing = fib.result == FibResult::Oif && fib.flags == (kFibSource | kFibIif) &&
                          e.op == CompareOp::Equal && e.value == host_number(0);
  return is_missing && phrase("fib saddr . iif oif 0");
}

// One load may cover several fields, or only the first bytes of an address.
bool RuleText::say_payload(const Compare& e, const PayloadLoad& load, const Bytes& mask) {
  const auto field = find_field(context_, load.base, load.offset);
  if (!field || e.value.size() != load.length) return false;
  if (field->form == ValueForm::Address && (!mask.empty() || load.length < field->length)) {
    auto bytes = e.value;
    bytes.resize(field->length);
    const auto length =
        mask.empty() ? std::optional(static_cast<int>(load.length) * 8) : mask_length(mask);
    const bool can_say = length && (e.op == CompareOp::Equal || e.op == CompareOp::NotEqual);
    return can_say && field_phrase(*field, fmt::format("{}{}/{}", operator_text(e.op),
                                                       value_text(field->form, bytes), *length));
  }
  if (!mask.empty() || load.length < field->length) return false;
  if (load.length == field->length) return say_field(e, *field);
  if (e.op != CompareOp::Equal) return false;
  const auto here = static_cast<std::ptrdiff_t>(field->length);
  const Compare first{e.op, e.from, Bytes(e.value.begin(), e.value.begin() + here)};
  const Compare rest{e.op, e.from, Bytes(e.value.begin() + here, e.value.end())};
  return say_field(first, *field) &&
         say_payload(rest,
                     {load.base, load.offset + field->length, load.length - field->length, load.to},
                     {});
}

bool RuleText::say_field(const Compare& e, const Field& field) {
  const bool is_beginning = field.form == ValueForm::Name && e.value.size() < field.length;
  if (e.value.size() != field.length && !is_beginning) return false;
  if (e.op == CompareOp::GreaterOrEqual || lower_bound_) return say_bound(e, field);
  return field_phrase(field, std::string(operator_text(e.op)) + value_text(field.form, e.value));
}

bool RuleText::say_bound(const Compare& e, const Field& field) {
  if (!lower_bound_) {
    lower_bound_ = e;
    return true;
  }
  const auto low = *std::exchange(lower_bound_, {});
  return low.from == e.from && field_phrase(field, value_text(field.form, low.value) + '-' +
                                                       value_text(field.form, e.value));
}

std::optional<Field> RuleText::field_of(const Content& content) const {
  if (!content.mask.empty()) return std::nullopt;
  if (const auto* key = std::get_if<MetaKey>(&content.source)) return find_field(*key);
  if (const auto* key = std::get_if<CtKey>(&content.source)) return find_field(*key);
  const auto* load = std::get_if<PayloadLoad>(&content.source);
  if (load == nullptr) return std::nullopt;
  const auto field = find_field(context_, load->base, load->offset);
  return field && field->length == load->length ? field : std::nullopt;
}

bool RuleText::say(const Range& e) {
  const auto field = field_of(at(e.from));
  if (!field || e.low.size() != field->length || e.high.size() != field->length) return false;
  return field_phrase(
      *field, fmt::format("{}{}-{}", e.inverted ? "!= " : "", value_text(field->form, e.low),
                          value_text(field->form, e.high)));
}

bool RuleText::say(const Lookup& e) {
  const auto* set = find_set(table_, e.set);
  const bool is_vmap = e.to == kVerdictRegister;
  if (set == nullptr || (e.to && !is_vmap)) return false;
  const auto fields = fields_of(e.from, set->key_length);
  if (fields.empty()) return false;
  const auto* how = is_vmap ? "vmap " : e.inverted ? "!= " : "";
  if (!set->is_anonymous()) return fields_phrase(fields, fmt::format("{}@{}", how, e.set));
  const auto elements = elements_text(*set);
  return elements && fields_phrase(fields, fmt::format("{}{{ {} }}", how, *elements));
}

std::vector<Field> RuleText::fields_of(Register from, std::uint32_t length) const {
  std::vector<Field> fields;
  for (std::uint32_t at = 0; at < length;) {
    const auto word = from.word + at / kWord;
    const auto field = word < registers_.size() ? field_of(registers_.at(word)) : std::nullopt;
    if (!field) return {};
    fields.push_back(*field);
    at += at == 0 && field->length == length ? length : in_words(field->length) * kWord;
  }
  return fields;
}

}  // namespace topoproof::listing
