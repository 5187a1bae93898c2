// SPDX-License-Identifier: GPL-2.0-or-later
#include <array>

#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "nft/expression_codec.hh"
#include "nft/hooks.hh"
#include "nft/objects.hh"

namespace topoproof::nft {
namespace {

std::unexpected<Issue> refuse(std::string text) {
  return std::unexpected(make_issue(std::move(text)));
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
  if (!nftnl_chain_is_set(&object, NFTNL_CHAIN_DEVICES)) {
    if (nftnl_chain_is_set(&object, NFTNL_CHAIN_DEV)) {
      devices.emplace_back(nftnl_chain_get_str(&object, NFTNL_CHAIN_DEV));
    }
    return devices;
  }
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
  const auto* type_text = nftnl_chain_get_str(&object, NFTNL_CHAIN_TYPE);
  const std::string_view type_name = type_text == nullptr ? "" : type_text;
  const auto type = chain_type(type_name);
  if (!hook) return refuse(fmt::format("hook {} is not supported", number));
  if (!type) return refuse(fmt::format("chain type '{}' is not supported", type_name));
  return firewall::BaseChain{.type = *type,
                             .hook = *hook,
                             .priority = nftnl_chain_get_s32(&object, NFTNL_CHAIN_PRIO),
                             .drops = nftnl_chain_get_u32(&object, NFTNL_CHAIN_POLICY) == NF_DROP,
                             .devices = devices_of(object)};
}

}  // namespace

std::expected<firewall::Table, Issue> read_table(const nftnl_table& object) {
  const auto flags = nftnl_table_get_u32(&object, NFTNL_TABLE_FLAGS);
  constexpr std::uint32_t kKnown = NFT_TABLE_F_DORMANT | NFT_TABLE_F_OWNER;
  if ((flags & ~kKnown) != 0)
    return refuse(fmt::format("table flags {:#x} are not supported", flags));
  firewall::Table table{.family = static_cast<firewall::TableFamily>(
                            nftnl_table_get_u32(&object, NFTNL_TABLE_FAMILY)),
                        .name = nftnl_table_get_str(&object, NFTNL_TABLE_NAME),
                        .dormant = (flags & NFT_TABLE_F_DORMANT) != 0,
                        .owned = (flags & NFT_TABLE_F_OWNER) != 0};
  std::uint32_t size = 0;
  if (nftnl_table_is_set(&object, NFTNL_TABLE_USERDATA)) {
    const auto* data = nftnl_table_get_data(&object, NFTNL_TABLE_USERDATA, &size);
    table.userdata = bytes_of(data, size);
  }
  return table;
}

std::expected<firewall::Chain, Issue> read_chain(const nftnl_chain& object) {
  firewall::Chain chain;
  // An anonymous one has no name before the kernel gives it one.
  if (nftnl_chain_is_set(&object, NFTNL_CHAIN_NAME)) {
    chain.name = nftnl_chain_get_str(&object, NFTNL_CHAIN_NAME);
  }
  if (nftnl_chain_is_set(&object, NFTNL_CHAIN_HANDLE)) {
    chain.handle = nftnl_chain_get_u64(&object, NFTNL_CHAIN_HANDLE);
  }
  if (nftnl_chain_is_set(&object, NFTNL_CHAIN_FLAGS)) {
    chain.flags = nftnl_chain_get_u32(&object, NFTNL_CHAIN_FLAGS) & ~std::uint32_t{NFT_CHAIN_BASE};
  }
  std::uint32_t size = 0;
  if (nftnl_chain_is_set(&object, NFTNL_CHAIN_USERDATA)) {
    const auto* data = nftnl_chain_get_data(&object, NFTNL_CHAIN_USERDATA, &size);
    chain.userdata = bytes_of(data, size);
  }
  if (nftnl_chain_is_set(&object, NFTNL_CHAIN_HOOKNUM)) {
    auto base = read_base(object);
    if (!base) return std::unexpected(std::move(base).error());
    chain.base = *std::move(base);
  }
  return chain;
}

std::expected<firewall::Rule, Issue> read_rule(const nftnl_rule& object, const BatchNames& names) {
  firewall::Rule rule;
  // libnftnl's iteration takes a rule that may be changed, and does not change it.
  auto* mutable_object = const_cast<nftnl_rule*>(&object);  // NOLINT
  const auto add = [&](nftnl_expr* child) -> std::optional<Issue> {
    auto expression = decode(*child, names);
    if (!expression) return std::move(expression).error();
    rule.expressions.push_back(*std::move(expression));
    return std::nullopt;
  };
  const auto issue = for_each_child(nftnl_expr_foreach, mutable_object, add);
  if (issue) return std::unexpected(*issue);
  rule.handle = nftnl_rule_get_u64(&object, NFTNL_RULE_HANDLE);
  if (nftnl_rule_is_set(&object, NFTNL_RULE_COMPAT_PROTO)) {
    rule.xt_protocol = {.protocol = nftnl_rule_get_u32(&object, NFTNL_RULE_COMPAT_PROTO),
                        .flags = nftnl_rule_get_u32(&object, NFTNL_RULE_COMPAT_FLAGS)};
  }
  if (nftnl_rule_is_set(&object, NFTNL_RULE_USERDATA)) {
    std::uint32_t size = 0;
    const auto* data = nftnl_rule_get_data(&object, NFTNL_RULE_USERDATA, &size);
    rule.userdata = bytes_of(data, size);
  }
  return rule;
}

}  // namespace topoproof::nft
