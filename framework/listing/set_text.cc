// SPDX-License-Identifier: GPL-2.0-or-later
#include "listing/set_text.hh"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/prefix.hh"
#include "firewall/describe.hh"
#include "firewall/layout.hh"

namespace topoproof::listing {
namespace {

constexpr std::array kTypes{
    KeyType{kTypeIpv4, "ipv4_addr", ValueForm::Address, 4},
    KeyType{kTypeIpv6, "ipv6_addr", ValueForm::Address, 16},
    KeyType{kTypeProtocol, "inet_proto", ValueForm::Protocol, 1},
    KeyType{kTypePort, "inet_service", ValueForm::Number, 2},
    KeyType{kTypeMark, "mark", ValueForm::Mark, 4},
    KeyType{kTypeCtState, "ct_state", ValueForm::CtState, 4},
    KeyType{kTypeInterfaceName, "ifname", ValueForm::Name, 16},
};

Bytes before(Bytes value) {
  for (auto byte = value.rbegin(); byte != value.rend(); ++byte) {
    *byte = static_cast<std::byte>(std::to_integer<unsigned>(*byte) - 1);
    if (*byte != std::byte{0xff}) break;
  }
  return value;
}

// The length of the prefix that has just these addresses.
std::optional<int> prefix_length(BytesView first, BytesView last) {
  const auto low = IpAddress::from_bytes(first);
  const auto ones = IpAddress::from_bytes(Bytes(first.size(), std::byte{0xff}));
  for (int length = 0; length <= static_cast<int>(first.size()) * 8; ++length) {
    const auto mask = masked(ones, length).bytes();
    bool is_last = masked(low, length) == low;
    for (std::size_t i = 0; i < mask.size(); ++i) {
      is_last = is_last && last[i] == (first[i] | ~mask[i]);
    }
    if (is_last) return length;
  }
  return std::nullopt;
}

std::string range_text(const KeyType& type, BytesView first, BytesView last) {
  if (std::ranges::equal(first, last)) return value_text(type.form, first);
  if (type.form == ValueForm::Address) {
    const auto length = prefix_length(first, last);
    if (length) return fmt::format("{}/{}", value_text(type.form, first), *length);
  }
  return fmt::format("{}-{}", value_text(type.form, first), value_text(type.form, last));
}

// One key, of one field or of several.
std::string key_text(const std::vector<KeyType>& types, BytesView first, BytesView last) {
  std::string text;
  for (const auto& type : types) {
    const auto step = types.size() == 1 ? type.length : in_words(type.length) * kWord;
    text += (text.empty() ? "" : " . ") +
            range_text(type, first.first(type.length), last.first(type.length));
    first = first.subspan(step);
    last = last.subspan(step);
  }
  return text;
}

std::optional<std::string> data_text(const Set& set, const Element& element) {
  if (!set.is_map()) return "";
  const auto* verdict = std::get_if<Verdict>(&element.data);
  if (verdict == nullptr) return std::nullopt;
  if (verdict->kind == VerdictKind::Jump) return " : jump " + verdict->chain;
  if (verdict->kind == VerdictKind::Goto) return " : goto " + verdict->chain;
  return " : " + describe(*verdict);
}

bool is_plain(const Element& element) {
  return element.timeout_ms == 0 && element.userdata.empty() && element.object.empty() &&
         element.expressions.empty() && (element.flags & ~kElementIntervalEnd) == 0;
}

// Calls f(element, first, last) for each interval or value.
template <class F>
bool for_each_interval(const Set& set, const F& f) {
  const bool has_ends = (set.flags & kSetInterval) != 0 && set.field_lengths.empty();
  auto elements = set.elements;
  if (has_ends) {
    // Where one interval touches the next, its end comes before the other's begin.
    std::ranges::sort(elements, {}, [](const Element& element) {
      return std::pair(element.key, (element.flags & kElementIntervalEnd) == 0);
    });
  }
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const auto& element = elements[i];
    if (!is_plain(element) || element.key.size() != set.key_length) return false;
    if (element.flags != 0) continue;
    auto last = element.key_high.empty() ? element.key : element.key_high;
    if (has_ends) {
      last = i + 1 < elements.size() ? before(elements[i + 1].key)
                                     : Bytes(set.key_length, std::byte{0xff});
    }
    if (last.size() != set.key_length || !f(element, element.key, last)) return false;
  }
  return true;
}

}  // namespace

std::optional<std::vector<KeyType>> key_types(std::uint32_t type) {
  std::vector<KeyType> types;
  for (; type != 0; type >>= kTypeBits) {
    const auto* found = std::ranges::find(kTypes, type & ((1U << kTypeBits) - 1), &KeyType::number);
    if (found == kTypes.end()) return std::nullopt;
    types.insert(types.begin(), *found);
  }
  return types.empty() ? std::nullopt : std::optional(std::move(types));
}

std::optional<std::string> elements_text(const Set& set) {
  const auto types = key_types(set.key_type);
  if (!types || set.is_object_map() || !set.expressions.empty()) return std::nullopt;
  std::string text;
  const auto add = [&](const Element& element, BytesView first, BytesView last) {
    const auto data = data_text(set, element);
    if (data) text += (text.empty() ? "" : ", ") + key_text(*types, first, last) + *data;
    return data.has_value();
  };
  if (!for_each_interval(set, add)) return std::nullopt;
  return text;
}

std::optional<std::string> set_text(const Set& set) {
  constexpr auto kSayable = kSetConstant | kSetInterval | kSetMap | kSetConcat;
  const auto types = key_types(set.key_type);
  const auto elements = elements_text(set);
  if (!elements || (set.flags & ~kSayable) != 0) return std::nullopt;
  if (set.timeout_ms != 0 || set.size != 0 ||
      set.policy.value_or(SetPolicy::Performance) != SetPolicy::Performance)
    return std::nullopt;
  std::string type;
  for (const auto& part : *types) type += fmt::format("{}{}", type.empty() ? "" : " . ", part.name);
  auto text = fmt::format("\t{} {} {{\n\t\ttype {}{}\n", set.is_map() ? "map" : "set", set.name,
                          type, set.is_map() ? " : verdict" : "");
  std::string flags;
  if ((set.flags & kSetConstant) != 0) flags += "constant";
  if ((set.flags & kSetInterval) != 0) flags += flags.empty() ? "interval" : ",interval";
  if (!flags.empty()) text += fmt::format("\t\tflags {}\n", flags);
  if (!elements->empty()) text += fmt::format("\t\telements = {{ {} }}\n", *elements);
  return text + "\t}\n";
}

}  // namespace topoproof::listing
