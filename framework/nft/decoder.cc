// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/decoder.hh"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include <fmt/format.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "netlink/reader.hh"
#include "nft/attributes.hh"
#include "nft/objects.hh"

namespace topoproof::nft {
namespace {

// libnftnl reads through a pointer to a header.
const nlmsghdr* header_of(BytesView message) {
  return reinterpret_cast<const nlmsghdr*>(message.data());
}

Issue unreadable(std::string_view what) {
  return make_issue(fmt::format("the kernel's message about a {} cannot be read", what));
}

bool is_known(std::string_view name) {
  constexpr std::array kNames{
      "payload", "meta",   "ct",    "cmp",    "bitwise",  "byteorder", "range",       "lookup",
      "nat",     "masq",   "redir", "reject", "counter",  "limit",     "quota",       "log",
      "notrack", "queue",  "fib",   "exthdr", "numgen",   "hash",      "rt",          "socket",
      "osf",     "tunnel", "xfrm",  "tproxy", "dup",      "fwd",       "last",        "connlimit",
      "dynset",  "objref", "match", "target", "synproxy", "immediate", "flow_offload"};
  return std::ranges::find(kNames, name) != kNames.end();
}

// libnftnl fails on an expression that it does not know without saying which, and on one without a
// name it crashes.
std::optional<Issue> unknown_expression(BytesView message) {
  std::optional<Issue> issue;
  for_each_expression(message, [&](std::string_view name, BytesView, std::size_t) {
    if (issue || is_known(name)) return;
    issue = make_issue(fmt::format("the expression '{}' is not supported", name));
  });
  return issue;
}

// What the kernel would call the next anonymous set of this kind.
std::string next_name(const firewall::Table& table, std::string_view name) {
  const auto stem = name.substr(0, name.find('%'));
  int number = 0;
  while (find_set(table, fmt::format("{}{}", stem, number)) != nullptr) ++number;
  return fmt::format("{}{}", stem, number);
}

// libnftnl numbers the elements of a list when it writes (as nft does), but takes only such as all
// have the number NFTA_LIST_ELEM (as the kernel's have) when it reads.
Bytes with_plain_elements(BytesView message) {
  Bytes copy(message.begin(), message.end());
  const auto list = child(attributes_of(copy), NFTA_SET_ELEM_LIST_ELEMENTS);
  netlink::AttributeCursor cursor(list);
  while (const auto element = cursor.next()) {
    const auto header = list.data() - copy.data() + static_cast<std::ptrdiff_t>(element->offset);
    constexpr std::uint16_t kType = NFTA_LIST_ELEM | NLA_F_NESTED;
    std::memcpy(copy.data() + header + offsetof(nlattr, nla_type), &kType, sizeof kType);
  }
  return copy;
}

std::string place(const nftnl_rule& rule) {
  return fmt::format("rule {} of {} {}", nftnl_rule_get_u64(&rule, NFTNL_RULE_HANDLE),
                     nftnl_rule_get_str(&rule, NFTNL_RULE_TABLE),
                     nftnl_rule_get_str(&rule, NFTNL_RULE_CHAIN));
}

// libnftnl 1.2.4 writes the name of an object without a final zero, and reads it up to one.
void name_objects(BytesView message, firewall::Rule& rule) {
  std::size_t index = 0;
  for_each_expression(message, [&](std::string_view, BytesView data, std::size_t) {
    auto* reference = std::get_if<firewall::ObjectReference>(&rule.expressions.at(index++));
    if (reference == nullptr) return;
    reference->name = text_of(child(data, NFTA_OBJREF_IMM_NAME));
  });
}

}  // namespace

std::optional<Issue> RulesetDecoder::add(BytesView message) {
  const auto type = header_of(message)->nlmsg_type;
  if (NFNL_SUBSYS_ID(type) != NFNL_SUBSYS_NFTABLES) return std::nullopt;
  switch (NFNL_MSG_TYPE(type)) {
    case NFT_MSG_NEWTABLE:
      return add_table(message);
    case NFT_MSG_NEWCHAIN:
      return add_chain(message);
    case NFT_MSG_NEWSET:
      return add_set(message);
    case NFT_MSG_NEWSETELEM:
      return add_elements(message);
    case NFT_MSG_NEWRULE:
      return add_rule(message);
    default:
      return make_issue(fmt::format("nf_tables message {} is not a ruleset's", type & 0xff));
  }
}

firewall::Table* RulesetDecoder::table(std::uint32_t family, const char* name) {
  const auto found = std::ranges::find_if(ruleset_.tables, [&](const firewall::Table& t) {
    return static_cast<std::uint32_t>(t.family) == family && t.name == name;
  });
  return found == ruleset_.tables.end() ? nullptr : &*found;
}

std::optional<Issue> RulesetDecoder::add_table(BytesView message) {
  const UniqueTable object(nftnl_table_alloc());
  if (nftnl_table_nlmsg_parse(header_of(message), object.get()) < 0) return unreadable("table");
  auto table = read_table(*object);
  if (!table) return std::move(table).error();
  ruleset_.tables.push_back(*std::move(table));
  return std::nullopt;
}

std::optional<Issue> RulesetDecoder::add_chain(BytesView message) {
  const UniqueChain object(nftnl_chain_alloc());
  if (nftnl_chain_nlmsg_parse(header_of(message), object.get()) < 0) return unreadable("chain");
  auto* owner = table(nftnl_chain_get_u32(object.get(), NFTNL_CHAIN_FAMILY),
                      nftnl_chain_get_str(object.get(), NFTNL_CHAIN_TABLE));
  auto chain = read_chain(*object);
  if (!chain) return std::move(chain).error();
  if (owner == nullptr) return unreadable("chain without table");
  owner->chains.push_back(*std::move(chain));
  return std::nullopt;
}

std::optional<Issue> RulesetDecoder::add_set(BytesView message) {
  const UniqueSet object(nftnl_set_alloc());
  if (nftnl_set_nlmsg_parse(header_of(message), object.get()) < 0) return unreadable("set");
  auto* owner = table(nftnl_set_get_u32(object.get(), NFTNL_SET_FAMILY),
                      nftnl_set_get_str(object.get(), NFTNL_SET_TABLE));
  auto set = read_set(*object);
  if (!set) return std::move(set).error();
  if (owner == nullptr) return unreadable("set without table");
  if (set->name.find('%') != std::string::npos) set->name = next_name(*owner, set->name);
  owner->sets.push_back(*std::move(set));
  return std::nullopt;
}

std::optional<Issue> RulesetDecoder::add_elements(BytesView message) {
  const UniqueSet object(nftnl_set_alloc());
  const auto plain = with_plain_elements(message);
  if (nftnl_set_elems_nlmsg_parse(header_of(plain), object.get()) < 0) {
    return unreadable("set's elements");
  }
  auto* owner = table(nftnl_set_get_u32(object.get(), NFTNL_SET_FAMILY),
                      nftnl_set_get_str(object.get(), NFTNL_SET_TABLE));
  if (owner == nullptr || owner->sets.empty()) return unreadable("set without table");
  const std::string name = nftnl_set_get_str(object.get(), NFTNL_SET_NAME);
  // In a batch the elements of an anonymous set follow it.
  auto set = std::ranges::find(owner->sets, name, &firewall::Set::name);
  if (set == owner->sets.end()) set = std::prev(owner->sets.end());
  auto elements = read_elements(*object);
  if (!elements) return std::move(elements).error();
  set->elements.insert(set->elements.end(), elements->begin(), elements->end());
  return std::nullopt;
}

std::optional<Issue> RulesetDecoder::add_rule(BytesView message) {
  if (auto issue = unknown_expression(message)) return issue;
  const UniqueRule object(nftnl_rule_alloc());
  if (nftnl_rule_nlmsg_parse(header_of(message), object.get()) < 0) return unreadable("rule");
  auto* owner = table(nftnl_rule_get_u32(object.get(), NFTNL_RULE_FAMILY),
                      nftnl_rule_get_str(object.get(), NFTNL_RULE_TABLE));
  if (owner == nullptr) return unreadable("rule without table");
  const std::string name = nftnl_rule_get_str(object.get(), NFTNL_RULE_CHAIN);
  const auto chain = std::ranges::find(owner->chains, name, &firewall::Chain::name);
  if (chain == owner->chains.end()) return unreadable("rule without chain");
  auto rule = read_rule(*object, set_ids(*owner));
  if (!rule) return make_issue(fmt::format("{}: {}", place(*object), rule.error().text));
  name_objects(message, *rule);
  chain->rules.push_back(*std::move(rule));
  return std::nullopt;
}

}  // namespace topoproof::nft
