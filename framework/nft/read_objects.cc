// SPDX-License-Identifier: GPL-2.0-or-later
#include <array>

#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "nft/hooks.hh"
#include "nft/objects.hh"

namespace topoproof::nft {
namespace {

std::unexpected<Issue> refuse(std::string text) {
  return std::unexpected(make_issue(std::move(text)));
}

Bytes bytes_of(const void* data, std::uint32_t size) {
  const auto* begin = static_cast<const std::byte*>(data);
  return data == nullptr ? Bytes{} : Bytes(begin, begin + size);
}

std::optional<firewall::ChainType> chain_type(std::string_view name) {
  using enum firewall::ChainType;
  for (const auto type : {Filter, Nat, Route}) {
    if (to_string(type) == name) return type;
  }
  return std::nullopt;
}

std::vector<std::string> devices_of(const nftnl_chain& object) {
  std::vector<std::string> devices;
  if (!nftnl_chain_is_set(&object, NFTNL_CHAIN_DEVICES)) return devices;
  for (const auto* const* name = nftnl_chain_get_array(&object, NFTNL_CHAIN_DEVICES);
       *name != nullptr; ++name) {
    devices.emplace_back(*name);
  }
  return devices;
}

std::expected<firewall::BaseChain, Issue> read_base(const nftnl_chain& object) {
  const auto family =
      static_cast<firewall::TableFamily>(nftnl_chain_get_u32(&object, NFTNL_CHAIN_FAMILY));
  const auto number = nftnl_chain_get_u32(&object, NFTNL_CHAIN_HOOKNUM);
  const auto hook = hook_of(number, family);
  const std::string_view type_name = nftnl_chain_get_str(&object, NFTNL_CHAIN_TYPE);
  const auto type = chain_type(type_name);
  if (!hook) return refuse(fmt::format("hook {} is not supported", number));
  if (!type) return refuse(fmt::format("chain type '{}' is not supported", type_name));
  return firewall::BaseChain{.type = *type,
                             .hook = *hook,
                             .priority = nftnl_chain_get_s32(&object, NFTNL_CHAIN_PRIO),
                             .drops = nftnl_chain_get_u32(&object, NFTNL_CHAIN_POLICY) == NF_DROP,
                             .devices = devices_of(object)};
}

void read_data(firewall::Element& element, nftnl_set_elem* object) {
  std::uint32_t size = 0;
  if (nftnl_set_elem_is_set(object, NFTNL_SET_ELEM_VERDICT)) {
    firewall::Verdict verdict;
    verdict.kind =
        static_cast<firewall::VerdictKind>(nftnl_set_elem_get_u32(object, NFTNL_SET_ELEM_VERDICT));
    if (nftnl_set_elem_is_set(object, NFTNL_SET_ELEM_CHAIN)) {
      verdict.chain = nftnl_set_elem_get_str(object, NFTNL_SET_ELEM_CHAIN);
    }
    element.data = verdict;
  } else if (nftnl_set_elem_is_set(object, NFTNL_SET_ELEM_DATA)) {
    const auto* data = nftnl_set_elem_get(object, NFTNL_SET_ELEM_DATA, &size);
    element.data = bytes_of(data, size);
  }
}

std::expected<firewall::Element, Issue> read_element(nftnl_set_elem* object) {
  for (const auto attribute :
       {NFTNL_SET_ELEM_OBJREF, NFTNL_SET_ELEM_EXPR, NFTNL_SET_ELEM_EXPRESSIONS}) {
    if (nftnl_set_elem_is_set(object, static_cast<std::uint16_t>(attribute))) {
      return refuse("an element with an object or expressions is not supported");
    }
  }
  const auto get = [&](std::uint16_t attribute) {
    std::uint32_t size = 0;
    if (!nftnl_set_elem_is_set(object, attribute)) return Bytes{};
    const auto* data = nftnl_set_elem_get(object, attribute, &size);
    return bytes_of(data, size);
  };
  firewall::Element element{.key = get(NFTNL_SET_ELEM_KEY),
                            .key_high = get(NFTNL_SET_ELEM_KEY_END),
                            .data = {},
                            .userdata = get(NFTNL_SET_ELEM_USERDATA)};
  if (nftnl_set_elem_is_set(object, NFTNL_SET_ELEM_FLAGS)) {
    element.flags = nftnl_set_elem_get_u32(object, NFTNL_SET_ELEM_FLAGS);
  }
  if (nftnl_set_elem_is_set(object, NFTNL_SET_ELEM_TIMEOUT)) {
    element.timeout_ms = nftnl_set_elem_get_u64(object, NFTNL_SET_ELEM_TIMEOUT);
  }
  read_data(element, object);
  return element;
}

// Calls f(child) for each, as long as it returns no issue.
template <class Object, class Child, class F>
std::optional<Issue> for_each_child(int (*each)(Object*, int (*)(Child*, void*), void*),
                                    Object* object, const F& f) {
  struct State {
    const F* f = nullptr;
    std::optional<Issue> issue;
  } state{&f, {}};
  const auto step = [](Child* child, void* data) {
    auto* inner = static_cast<State*>(data);
    inner->issue = (*inner->f)(child);
    return inner->issue ? -1 : 0;
  };
  each(object, step, &state);
  return state.issue;
}

}  // namespace

std::expected<firewall::Table, Issue> read_table(const nftnl_table& object) {
  const auto flags = nftnl_table_get_u32(&object, NFTNL_TABLE_FLAGS);
  if ((flags & ~static_cast<std::uint32_t>(NFT_TABLE_F_DORMANT)) != 0) {
    return refuse(fmt::format("table flags {:#x} are not supported", flags));
  }
  return firewall::Table{.family = static_cast<firewall::TableFamily>(
                             nftnl_table_get_u32(&object, NFTNL_TABLE_FAMILY)),
                         .name = nftnl_table_get_str(&object, NFTNL_TABLE_NAME),
                         .dormant = flags != 0};
}

std::expected<firewall::Chain, Issue> read_chain(const nftnl_chain& object) {
  firewall::Chain chain{.name = nftnl_chain_get_str(&object, NFTNL_CHAIN_NAME)};
  if (nftnl_chain_is_set(&object, NFTNL_CHAIN_HOOKNUM)) {
    auto base = read_base(object);
    if (!base) return std::unexpected(std::move(base).error());
    chain.base = *std::move(base);
  }
  return chain;
}

std::expected<firewall::Set, Issue> read_set(const nftnl_set& object) {
  const auto get = [&](std::uint16_t attribute) {
    return nftnl_set_is_set(&object, attribute) ? nftnl_set_get_u32(&object, attribute) : 0;
  };
  const auto data = [&](std::uint16_t attribute) {
    std::uint32_t size = 0;
    if (!nftnl_set_is_set(&object, attribute)) return Bytes{};
    const auto* begin = nftnl_set_get_data(&object, attribute, &size);
    return bytes_of(begin, size);
  };
  firewall::Set set{.name = nftnl_set_get_str(&object, NFTNL_SET_NAME),
                    .flags = get(NFTNL_SET_FLAGS),
                    .key_type = get(NFTNL_SET_KEY_TYPE),
                    .key_length = get(NFTNL_SET_KEY_LEN),
                    .data_type = get(NFTNL_SET_DATA_TYPE),
                    .data_length = get(NFTNL_SET_DATA_LEN),
                    .size = get(NFTNL_SET_DESC_SIZE),
                    .userdata = data(NFTNL_SET_USERDATA)};
  if (nftnl_set_is_set(&object, NFTNL_SET_EXPR) ||
      nftnl_set_is_set(&object, NFTNL_SET_EXPRESSIONS) || (set.flags & firewall::kSetObject) != 0) {
    return refuse(fmt::format("set {} with objects or expressions is not supported", set.name));
  }
  for (const auto byte : data(NFTNL_SET_DESC_CONCAT)) {
    set.field_lengths.push_back(std::to_integer<std::uint32_t>(byte));
  }
  if (nftnl_set_is_set(&object, NFTNL_SET_TIMEOUT)) {
    set.timeout_ms = nftnl_set_get_u64(&object, NFTNL_SET_TIMEOUT);
  }
  if (nftnl_set_is_set(&object, NFTNL_SET_HANDLE)) {
    set.handle = nftnl_set_get_u64(&object, NFTNL_SET_HANDLE);
  }
  return set;
}

std::expected<std::vector<firewall::Element>, Issue> read_elements(const nftnl_set& object) {
  std::vector<firewall::Element> elements;
  // libnftnl's iteration takes a set that may be changed, and does not change it.
  auto* set = const_cast<nftnl_set*>(&object);  // NOLINT
  const auto add = [&](nftnl_set_elem* child) -> std::optional<Issue> {
    auto element = read_element(child);
    if (!element) return std::move(element).error();
    elements.push_back(*std::move(element));
    return std::nullopt;
  };
  const auto issue = for_each_child(nftnl_set_elem_foreach, set, add);
  if (issue) return std::unexpected(*issue);
  return elements;
}

std::expected<firewall::Rule, Issue> read_rule(const nftnl_rule& object, const SetIds& ids) {
  firewall::Rule rule;
  auto* mutable_object = const_cast<nftnl_rule*>(&object);  // NOLINT: as above
  const auto add = [&](nftnl_expr* child) -> std::optional<Issue> {
    auto expression = decode(*child, ids);
    if (!expression) return std::move(expression).error();
    rule.expressions.push_back(*std::move(expression));
    return std::nullopt;
  };
  const auto issue = for_each_child(nftnl_expr_foreach, mutable_object, add);
  if (issue) return std::unexpected(*issue);
  rule.handle = nftnl_rule_get_u64(&object, NFTNL_RULE_HANDLE);
  if (nftnl_rule_is_set(&object, NFTNL_RULE_USERDATA)) {
    std::uint32_t size = 0;
    const auto* data = nftnl_rule_get_data(&object, NFTNL_RULE_USERDATA, &size);
    rule.userdata = bytes_of(data, size);
  }
  return rule;
}

}  // namespace topoproof::nft
