// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <utility>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "nft/hooks.hh"
#include "nft/objects.hh"

namespace topoproof::nft {
namespace {

std::uint32_t family_number(const firewall::Table& table) {
  return std::to_underlying(table.family);
}

std::uint32_t size_of(const Bytes& bytes) { return static_cast<std::uint32_t>(bytes.size()); }

void put_base(nftnl_chain* object, const firewall::BaseChain& base, firewall::TableFamily family) {
  nftnl_chain_set_u32(object, NFTNL_CHAIN_HOOKNUM, hook_number(base.hook, family));
  nftnl_chain_set_s32(object, NFTNL_CHAIN_PRIO, base.priority);
  nftnl_chain_set_str(object, NFTNL_CHAIN_TYPE, std::string(to_string(base.type)).c_str());
  nftnl_chain_set_u32(object, NFTNL_CHAIN_POLICY, base.drops ? NF_DROP : NF_ACCEPT);
  if (base.devices.empty()) return;
  std::vector<const char*> names;
  for (const auto& device : base.devices) names.push_back(device.c_str());
  names.push_back(nullptr);
  nftnl_chain_set_array(object, NFTNL_CHAIN_DEVICES, names.data());
}

void put_data(nftnl_set_elem* object, const firewall::Element& element) {
  if (const auto* data = std::get_if<Bytes>(&element.data)) {
    nftnl_set_elem_set(object, NFTNL_SET_ELEM_DATA, data->data(), size_of(*data));
  }
  if (const auto* verdict = std::get_if<firewall::Verdict>(&element.data)) {
    nftnl_set_elem_set_u32(object, NFTNL_SET_ELEM_VERDICT,
                           static_cast<std::uint32_t>(verdict->kind));
    if (!verdict->chain.empty()) {
      nftnl_set_elem_set_str(object, NFTNL_SET_ELEM_CHAIN, verdict->chain.c_str());
    }
  }
}

UniqueElement make_element(const firewall::Element& element) {
  UniqueElement object(nftnl_set_elem_alloc());
  const auto put = [&](std::uint16_t attribute, const Bytes& bytes) {
    if (!bytes.empty()) nftnl_set_elem_set(object.get(), attribute, bytes.data(), size_of(bytes));
  };
  put(NFTNL_SET_ELEM_KEY, element.key);
  put(NFTNL_SET_ELEM_KEY_END, element.key_high);
  put(NFTNL_SET_ELEM_USERDATA, element.userdata);
  if (element.flags != 0) nftnl_set_elem_set_u32(object.get(), NFTNL_SET_ELEM_FLAGS, element.flags);
  if (element.timeout_ms != 0) {
    nftnl_set_elem_set_u64(object.get(), NFTNL_SET_ELEM_TIMEOUT, element.timeout_ms);
  }
  put_data(object.get(), element);
  return object;
}

// The name, and for an anonymous set the number by which the rest of the batch means it.
void put_name(nftnl_set* object, const firewall::Set& set, const firewall::Table& table,
              const SetIds& ids) {
  const auto id = ids.find(set.name);
  nftnl_set_set_u32(object, NFTNL_SET_FAMILY, family_number(table));
  nftnl_set_set_str(object, NFTNL_SET_TABLE, table.name.c_str());
  nftnl_set_set_str(object, NFTNL_SET_NAME,
                    (id == ids.end() ? set.name : name_template(set.name)).c_str());
  // The kernel wants a number for every set; that of a named one is not used.
  nftnl_set_set_u32(object, NFTNL_SET_ID, id == ids.end() ? UINT32_MAX : id->second);
}

}  // namespace

SetIds set_ids(const firewall::Table& table) {
  SetIds ids;
  for (const auto& set : table.sets) {
    if (set.is_anonymous()) ids.emplace(set.name, static_cast<std::uint32_t>(ids.size() + 1));
  }
  return ids;
}

UniqueTable make_table(const firewall::Table& table) {
  UniqueTable object(nftnl_table_alloc());
  nftnl_table_set_u32(object.get(), NFTNL_TABLE_FAMILY, family_number(table));
  nftnl_table_set_str(object.get(), NFTNL_TABLE_NAME, table.name.c_str());
  nftnl_table_set_u32(object.get(), NFTNL_TABLE_FLAGS, table.dormant ? NFT_TABLE_F_DORMANT : 0);
  return object;
}

UniqueChain make_chain(const firewall::Chain& chain, const firewall::Table& table) {
  UniqueChain object(nftnl_chain_alloc());
  nftnl_chain_set_u32(object.get(), NFTNL_CHAIN_FAMILY, family_number(table));
  nftnl_chain_set_str(object.get(), NFTNL_CHAIN_TABLE, table.name.c_str());
  nftnl_chain_set_str(object.get(), NFTNL_CHAIN_NAME, chain.name.c_str());
  if (chain.base) put_base(object.get(), *chain.base, table.family);
  return object;
}

UniqueSet make_set(const firewall::Set& set, const firewall::Table& table, const SetIds& ids) {
  UniqueSet object(nftnl_set_alloc());
  put_name(object.get(), set, table, ids);
  const auto put = [&](std::uint16_t attribute, std::uint32_t value) {
    if (value != 0) nftnl_set_set_u32(object.get(), attribute, value);
  };
  nftnl_set_set_u32(object.get(), NFTNL_SET_FLAGS, set.flags);
  nftnl_set_set_u32(object.get(), NFTNL_SET_KEY_TYPE, set.key_type);
  put(NFTNL_SET_KEY_LEN, set.key_length);
  put(NFTNL_SET_DATA_TYPE, set.data_type);
  put(NFTNL_SET_DATA_LEN, set.data_length);
  put(NFTNL_SET_DESC_SIZE, set.size);
  if (set.timeout_ms != 0) nftnl_set_set_u64(object.get(), NFTNL_SET_TIMEOUT, set.timeout_ms);
  if (!set.userdata.empty()) {
    nftnl_set_set_data(object.get(), NFTNL_SET_USERDATA, set.userdata.data(),
                       size_of(set.userdata));
  }
  if (!set.field_lengths.empty()) {
    Bytes lengths;
    for (const auto length : set.field_lengths) lengths.push_back(static_cast<std::byte>(length));
    nftnl_set_set_data(object.get(), NFTNL_SET_DESC_CONCAT, lengths.data(), size_of(lengths));
  }
  return object;
}

UniqueSet make_elements(const firewall::Set& set, const firewall::Table& table, const SetIds& ids,
                        std::size_t first, std::size_t count) {
  UniqueSet object(nftnl_set_alloc());
  put_name(object.get(), set, table, ids);
  const auto last = std::min(set.elements.size(), first + count);
  for (auto i = first; i < last; ++i) {
    nftnl_set_elem_add(object.get(), make_element(set.elements[i]).release());
  }
  return object;
}

UniqueRule make_rule(const firewall::Rule& rule, const firewall::Chain& chain,
                     const firewall::Table& table, const SetIds& ids) {
  UniqueRule object(nftnl_rule_alloc());
  nftnl_rule_set_u32(object.get(), NFTNL_RULE_FAMILY, family_number(table));
  nftnl_rule_set_str(object.get(), NFTNL_RULE_TABLE, table.name.c_str());
  nftnl_rule_set_str(object.get(), NFTNL_RULE_CHAIN, chain.name.c_str());
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
