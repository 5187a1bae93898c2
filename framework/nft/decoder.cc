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
#include "nft/object_codec.hh"
#include "nft/objects.hh"
#include "nft/set_codec.hh"

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

// The kernel counts anonymous chains of all tables; in a batch it has not yet.
std::string next_chain_name(const firewall::Table& table) {
  std::size_t number = 1;
  while (find_chain(table, fmt::format("__chain{}", number)) != nullptr) ++number;
  return fmt::format("__chain{}", number);
}

// The number of the anonymous chain that the verdict in this data leads to.
std::optional<std::uint32_t> chain_id(BytesView data) {
  const auto id = child(child(data, NFTA_DATA_VERDICT), NFTA_VERDICT_CHAIN_ID);
  if (id.size() != sizeof(std::uint32_t)) return std::nullopt;
  return load_be32(id.data());
}

// libnftnl numbers the elements of a list when it writes (as nft does), but takes only such as all
// have the number NFTA_LIST_ELEM (as the kernel's have) when it reads.
std::expected<Bytes, Issue> with_plain_elements(BytesView message) {
  Bytes copy(message.begin(), message.end());
  const auto list = child(attributes_of(copy), NFTA_SET_ELEM_LIST_ELEMENTS);
  netlink::AttributeCursor cursor(list);
  while (const auto element = cursor.next()) {
    // And it would crash on this, see readable_rule.
    if (chain_id(child(element->payload, NFTA_SET_ELEM_DATA))) {
      return std::unexpected(make_issue("a jump of a map to an anonymous chain is not supported"));
    }
    const auto header = list.data() - copy.data() + static_cast<std::ptrdiff_t>(element->offset);
    constexpr std::uint16_t kType = NFTA_LIST_ELEM | NLA_F_NESTED;
    std::memcpy(copy.data() + header + offsetof(nlattr, nla_type), &kType, sizeof kType);
  }
  return copy;
}

std::string place(const nftnl_rule& rule, const firewall::Chain& chain) {
  return fmt::format("rule {} of {} {}", nftnl_rule_get_u64(&rule, NFTNL_RULE_HANDLE),
                     nftnl_rule_get_str(&rule, NFTNL_RULE_TABLE), chain.name);
}

// libnftnl reads names up to their final zero, but writes some without one.
Bytes with_zeros_behind(BytesView message) {
  constexpr std::size_t kZeros = 8;
  Bytes copy(message.begin(), message.end());
  copy.resize(message.size() + kZeros);
  return copy;
}

// The same for the names in objects.
void mend_names(BytesView message, firewall::Object& object) {
  const auto data = child(attributes_of(message), NFTA_OBJ_DATA);
  if (auto* helper = std::get_if<firewall::CtHelper>(&object.value)) {
    helper->helper = text_of(child(data, NFTA_CT_HELPER_NAME));
  }
  if (auto* mark = std::get_if<firewall::Secmark>(&object.value)) {
    mark->context = text_of(child(data, NFTA_SECMARK_CTX));
  }
}

// libnftnl 1.2.4 crashes on a jump to a chain that has a number instead of a name: in what it reads
// such a chain has a name, any one. And it reads on behind a name of an object, which it wrote
// itself without a final zero: there are zeros at the end. mend_names() gives both their own names.
Bytes readable_rule(BytesView message) {
  auto copy = with_zeros_behind(message);
  for_each_expression(copy, [&](std::string_view, BytesView data, std::size_t) {
    const auto verdict = child(child(data, NFTA_IMMEDIATE_DATA), NFTA_DATA_VERDICT);
    netlink::AttributeCursor cursor(verdict);
    while (const auto attribute = cursor.next()) {
      if (attribute->type != NFTA_VERDICT_CHAIN_ID || attribute->payload.empty()) continue;
      const auto at = attribute->payload.data() - copy.data();
      constexpr std::uint16_t kType = NFTA_VERDICT_CHAIN;
      std::memcpy(copy.data() + at - sizeof kType, &kType, sizeof kType);
      std::ranges::fill(
          std::span(copy).subspan(static_cast<std::size_t>(at), attribute->payload.size()),
          std::byte{0});
    }
  });
  return copy;
}

// Puts names that libnftnl does not read, or not to their end, into an expression.
class NameMender {
 public:
  NameMender(BytesView data, const BatchNames& names) : data_(data), names_(names) {}

  bool operator()(firewall::Verdict& e) const {
    const auto id = chain_id(child(data_, NFTA_IMMEDIATE_DATA));
    if (!id) return true;
    const auto known = names_.chains.find(*id);
    if (known != names_.chains.end()) e.chain = known->second;
    return known != names_.chains.end();
  }
  bool operator()(firewall::ObjectReference& e) const {
    e.name = text_of(child(data_, NFTA_OBJREF_IMM_NAME));
    return true;
  }
  bool operator()(firewall::ObjectLookup& e) const {
    const auto name = text_of(child(data_, NFTA_OBJREF_SET_NAME));
    if (name.find('%') == std::string_view::npos) e.set = name;
    return true;
  }
  template <class Other>
  bool operator()(Other& /*e*/) const {
    return true;
  }

 private:
  BytesView data_;
  const BatchNames& names_;
};

// RETURNS: false where a chain has a number that none has.
bool mend_names(BytesView message, const BatchNames& names, firewall::Rule& rule) {
  bool all_known = true;
  std::size_t index = 0;
  for_each_expression(message, [&](std::string_view, BytesView data, std::size_t) {
    const bool known = std::visit(NameMender(data, names), rule.expressions.at(index++));
    all_known = all_known && known;
  });
  return all_known;
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
    case NFT_MSG_NEWOBJ:
      return add_object(message);
    case NFT_MSG_NEWFLOWTABLE:
      return add_flowtable(message);
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
  if (chain->name.empty()) {
    chain->name = next_chain_name(*owner);
    names_.chains[nftnl_chain_get_u32(object.get(), NFTNL_CHAIN_ID)] = chain->name;
  }
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
  if (set->name.find('%') != std::string::npos) {
    set->name = next_name(*owner, set->name);
    names_.sets[nftnl_set_get_u32(object.get(), NFTNL_SET_ID)] = set->name;
  }
  owner->sets.push_back(*std::move(set));
  return std::nullopt;
}

std::optional<Issue> RulesetDecoder::add_elements(BytesView message) {
  const UniqueSet object(nftnl_set_alloc());
  const auto plain = with_plain_elements(message);
  if (!plain) return plain.error();
  if (nftnl_set_elems_nlmsg_parse(header_of(*plain), object.get()) < 0) {
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
  const auto readable = readable_rule(message);
  if (nftnl_rule_nlmsg_parse(header_of(readable), object.get()) < 0) return unreadable("rule");
  auto* owner = table(nftnl_rule_get_u32(object.get(), NFTNL_RULE_FAMILY),
                      nftnl_rule_get_str(object.get(), NFTNL_RULE_TABLE));
  if (owner == nullptr) return unreadable("rule without table");
  auto* chain = chain_of(*owner, message);
  if (chain == nullptr) return unreadable("rule without chain");
  auto rule = read_rule(*object, names_);
  if (!rule) return make_issue(fmt::format("{}: {}", place(*object, *chain), rule.error().text));
  if (!mend_names(message, names_, *rule)) return unreadable("rule without chain");
  chain->rules.push_back(*std::move(rule));
  return std::nullopt;
}

// libnftnl does not have the number by which a batch means an anonymous chain.
firewall::Chain* RulesetDecoder::chain_of(firewall::Table& table, BytesView rule_message) {
  const auto attributes = attributes_of(rule_message);
  std::string name(text_of(child(attributes, NFTA_RULE_CHAIN)));
  const auto id = child(attributes, NFTA_RULE_CHAIN_ID);
  if (name.empty() && id.size() == sizeof(std::uint32_t)) {
    const auto known = names_.chains.find(load_be32(id.data()));
    if (known != names_.chains.end()) name = known->second;
  }
  const auto chain = std::ranges::find(table.chains, name, &firewall::Chain::name);
  return chain == table.chains.end() ? nullptr : &*chain;
}

std::optional<Issue> RulesetDecoder::add_object(BytesView message) {
  const UniqueObject object(nftnl_obj_alloc());
  const auto readable = with_zeros_behind(message);
  if (nftnl_obj_nlmsg_parse(header_of(readable), object.get()) < 0) return unreadable("object");
  auto* owner = table(nftnl_obj_get_u32(object.get(), NFTNL_OBJ_FAMILY),
                      nftnl_obj_get_str(object.get(), NFTNL_OBJ_TABLE));
  auto read = read_object(*object);
  if (!read) return std::move(read).error();
  if (owner == nullptr) return unreadable("object without table");
  mend_names(message, *read);
  owner->objects.push_back(*std::move(read));
  return std::nullopt;
}

std::optional<Issue> RulesetDecoder::add_flowtable(BytesView message) {
  const UniqueFlowtable object(nftnl_flowtable_alloc());
  if (nftnl_flowtable_nlmsg_parse(header_of(message), object.get()) < 0) {
    return unreadable("flowtable");
  }
  auto* owner = table(nftnl_flowtable_get_u32(object.get(), NFTNL_FLOWTABLE_FAMILY),
                      nftnl_flowtable_get_str(object.get(), NFTNL_FLOWTABLE_TABLE));
  auto read = read_flowtable(*object);
  if (!read) return std::move(read).error();
  if (owner == nullptr) return unreadable("flowtable without table");
  owner->flowtables.push_back(*std::move(read));
  return std::nullopt;
}

}  // namespace topoproof::nft
