// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <utility>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "base/planted_fault.hh"
#include "nft/expression_codec.hh"
#include "nft/hooks.hh"
#include "nft/objects.hh"

namespace topoproof::nft {
namespace {

std::uint32_t family_number(const firewall::Table& table) {
  return std::to_underlying(table.family);
}

void put_base(nftnl_chain* object, const firewall::BaseChain& base, firewall::TableFamily family) {
  const auto hook = planted("encoder-hook") ? firewall::Hook::Output : base.hook;
  nftnl_chain_set_u32(object, NFTNL_CHAIN_HOOKNUM, hook_number(hook, family));
  const auto priority = planted("encoder-priority") ? -base.priority : base.priority;
  nftnl_chain_set_s32(object, NFTNL_CHAIN_PRIO, priority);
  nftnl_chain_set_str(object, NFTNL_CHAIN_TYPE, std::string(to_string(base.type)).c_str());
  nftnl_chain_set_u32(object, NFTNL_CHAIN_POLICY, base.drops ? NF_DROP : NF_ACCEPT);
  if (base.devices.empty()) return;
  std::vector<const char*> names;
  for (const auto& device : base.devices) names.push_back(device.c_str());
  names.push_back(nullptr);
  nftnl_chain_set_array(object, NFTNL_CHAIN_DEVICES, names.data());
}

// The protocol that a rule has established, as the kernel wants it beside x_tables' matches.
class ProtocolFinder {
 public:
  template <class T>
  void operator()(const T& e) {
    if constexpr (requires { e.to; }) known_ = false;
  }
  void operator()(const firewall::MetaLoad& e) {
    known_ = e.key == firewall::MetaKey::L4proto;
    register_ = e.to;
  }
  void operator()(const firewall::PayloadLoad& e) {
    // The protocol of IPv4's header; IPv6's may be an extension header's number.
    known_ = e.base == firewall::PayloadBase::Network && e.offset == 9 && e.length == 1;
    register_ = e.to;
  }
  void operator()(const firewall::Compare& e) {
    if (!known_ || e.from != register_ || e.value.size() != 1 || found_) return;
    const bool is_other = e.op == firewall::CompareOp::NotEqual;
    if (!is_other && e.op != firewall::CompareOp::Equal) return;
    found_ = {.protocol = std::to_integer<std::uint32_t>(e.value[0]), .flags = 0};
    if (is_other) found_->flags = NFT_RULE_COMPAT_F_INV;
  }
  const std::optional<firewall::XtProtocol>& found() const { return found_; }

 private:
  bool known_ = false;
  firewall::Register register_;
  std::optional<firewall::XtProtocol> found_;
};

std::optional<firewall::XtProtocol> xt_protocol_of(const firewall::Rule& rule) {
  const auto is_xt = [](const firewall::Expression& e) {
    return std::holds_alternative<firewall::XtMatch>(e) ||
           std::holds_alternative<firewall::XtTarget>(e);
  };
  if (rule.xt_protocol) return rule.xt_protocol;
  if (std::ranges::none_of(rule.expressions, is_xt)) return std::nullopt;
  ProtocolFinder finder;
  for (const auto& expression : rule.expressions) std::visit(finder, expression);
  return finder.found();
}

}  // namespace

UniqueTable make_table(const firewall::Table& table) {
  UniqueTable object(nftnl_table_alloc());
  nftnl_table_set_u32(object.get(), NFTNL_TABLE_FAMILY, family_number(table));
  nftnl_table_set_str(object.get(), NFTNL_TABLE_NAME, table.name.c_str());
  std::uint32_t flags = 0;
  if (table.dormant) flags |= NFT_TABLE_F_DORMANT;
  if (table.owned) flags |= NFT_TABLE_F_OWNER;
  nftnl_table_set_u32(object.get(), NFTNL_TABLE_FLAGS, flags);
  if (!table.userdata.empty()) {
    nftnl_table_set_data(object.get(), NFTNL_TABLE_USERDATA, table.userdata.data(),
                         size_of(table.userdata));
  }
  return object;
}

UniqueChain make_chain(const firewall::Chain& chain, const firewall::Table& table,
                       const BatchIds& ids) {
  UniqueChain object(nftnl_chain_alloc());
  nftnl_chain_set_u32(object.get(), NFTNL_CHAIN_FAMILY, family_number(table));
  nftnl_chain_set_str(object.get(), NFTNL_CHAIN_TABLE, table.name.c_str());
  const auto id = ids.chains.find(chain.name);
  if (id == ids.chains.end()) {
    nftnl_chain_set_str(object.get(), NFTNL_CHAIN_NAME, chain.name.c_str());
  } else {
    nftnl_chain_set_u32(object.get(), NFTNL_CHAIN_ID, id->second);
  }
  if (chain.flags != 0) nftnl_chain_set_u32(object.get(), NFTNL_CHAIN_FLAGS, chain.flags);
  if (!chain.userdata.empty()) {
    nftnl_chain_set_data(object.get(), NFTNL_CHAIN_USERDATA, chain.userdata.data(),
                         size_of(chain.userdata));
  }
  if (chain.base) put_base(object.get(), *chain.base, table.family);
  return object;
}

UniqueRule make_rule(const firewall::Rule& rule, const firewall::Chain& chain,
                     const firewall::Table& table, const BatchIds& ids) {
  UniqueRule object(nftnl_rule_alloc());
  nftnl_rule_set_u32(object.get(), NFTNL_RULE_FAMILY, family_number(table));
  nftnl_rule_set_str(object.get(), NFTNL_RULE_TABLE, table.name.c_str());
  if (!ids.chains.contains(chain.name)) {
    nftnl_rule_set_str(object.get(), NFTNL_RULE_CHAIN, chain.name.c_str());
  }
  if (const auto xt = xt_protocol_of(rule)) {
    nftnl_rule_set_u32(object.get(), NFTNL_RULE_COMPAT_PROTO, xt->protocol);
    nftnl_rule_set_u32(object.get(), NFTNL_RULE_COMPAT_FLAGS, xt->flags);
  }
  for (const auto& expression : rule.expressions) {
    nftnl_rule_add_expr(object.get(), encode(expression, ids).release());
  }
  if (!rule.userdata.empty()) {
    nftnl_rule_set_data(object.get(), NFTNL_RULE_USERDATA, rule.userdata.data(),
                        size_of(rule.userdata));
  }
  return object;
}

}  // namespace topoproof::nft
