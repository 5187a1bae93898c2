// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/set_codec.hh"

#include <algorithm>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>

#include "base/planted_fault.hh"
#include "nft/expression_codec.hh"

namespace topoproof::nft {
namespace {

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
  if (!element.object.empty()) {
    nftnl_set_elem_set_str(object, NFTNL_SET_ELEM_OBJREF, element.object.c_str());
  }
  for (const auto& expression : element.expressions) {
    nftnl_set_elem_add_expr(object, encode(expression).release());
  }
}

UniqueElement make_element(const firewall::Element& element) {
  UniqueElement object(nftnl_set_elem_alloc());
  const auto put = [&](std::uint16_t attribute, const Bytes& bytes) {
    if (!bytes.empty()) nftnl_set_elem_set(object.get(), attribute, bytes.data(), size_of(bytes));
  };
  const auto put_time = [&](std::uint16_t attribute, std::uint64_t ms) {
    if (ms != 0) nftnl_set_elem_set_u64(object.get(), attribute, ms);
  };
  put(NFTNL_SET_ELEM_KEY, element.key);
  put(NFTNL_SET_ELEM_KEY_END, element.key_high);
  put(NFTNL_SET_ELEM_USERDATA, element.userdata);
  if (element.flags != 0) nftnl_set_elem_set_u32(object.get(), NFTNL_SET_ELEM_FLAGS, element.flags);
  put_time(NFTNL_SET_ELEM_TIMEOUT, element.timeout_ms);
  put_time(NFTNL_SET_ELEM_EXPIRATION, element.expiration_ms);
  put_data(object.get(), element);
  return object;
}

// The name, and for an anonymous set the number by which the rest of the batch means it.
void put_name(nftnl_set* object, const firewall::Set& set, const firewall::Table& table,
              const BatchIds& ids) {
  const auto id = ids.sets.find(set.name);
  const bool is_anonymous = id != ids.sets.end();
  nftnl_set_set_u32(object, NFTNL_SET_FAMILY, std::to_underlying(table.family));
  nftnl_set_set_str(object, NFTNL_SET_TABLE, table.name.c_str());
  nftnl_set_set_str(object, NFTNL_SET_NAME,
                    (is_anonymous ? name_template(set.name) : set.name).c_str());
  // The kernel wants a number for every set; that of a named one is not used.
  nftnl_set_set_u32(object, NFTNL_SET_ID, is_anonymous ? id->second : UINT32_MAX);
}

void put_numbers(nftnl_set* object, const firewall::Set& set) {
  const auto put = [&](std::uint16_t attribute, std::uint32_t value) {
    if (value != 0) nftnl_set_set_u32(object, attribute, value);
  };
  const auto lost = planted("encoder-set-flags") ? firewall::kSetInterval : 0U;
  nftnl_set_set_u32(object, NFTNL_SET_FLAGS, set.flags & ~lost);
  nftnl_set_set_u32(object, NFTNL_SET_KEY_TYPE, set.key_type);
  put(NFTNL_SET_KEY_LEN, set.key_length);
  put(NFTNL_SET_DATA_TYPE, set.data_type);
  if (set.is_map()) nftnl_set_set_u32(object, NFTNL_SET_DATA_LEN, set.data_length);
  put(NFTNL_SET_DESC_SIZE, set.size);
  put(NFTNL_SET_GC_INTERVAL, set.gc_interval_ms);
  if (set.is_object_map()) {
    nftnl_set_set_u32(object, NFTNL_SET_OBJ_TYPE, std::to_underlying(set.object_kind));
  }
  if (set.policy) nftnl_set_set_u32(object, NFTNL_SET_POLICY, std::to_underlying(*set.policy));
  if (set.timeout_ms != 0) nftnl_set_set_u64(object, NFTNL_SET_TIMEOUT, set.timeout_ms);
}

template <class Object>
std::optional<Issue> read_expressions(int (*each)(Object*, int (*)(nftnl_expr*, void*), void*),
                                      Object* object,
                                      std::vector<firewall::StatefulExpression>& expressions) {
  return for_each_child(each, object, [&](nftnl_expr* child) -> std::optional<Issue> {
    auto decoded = decode_stateful(*child);
    if (!decoded) return std::move(decoded).error();
    expressions.push_back(*std::move(decoded));
    return std::nullopt;
  });
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
  if (nftnl_set_elem_is_set(object, NFTNL_SET_ELEM_OBJREF)) {
    element.object = nftnl_set_elem_get_str(object, NFTNL_SET_ELEM_OBJREF);
  }
}

std::expected<firewall::Element, Issue> read_element(nftnl_set_elem* object) {
  const auto get = [&](std::uint16_t attribute) {
    std::uint32_t size = 0;
    if (!nftnl_set_elem_is_set(object, attribute)) return Bytes{};
    const auto* data = nftnl_set_elem_get(object, attribute, &size);
    return bytes_of(data, size);
  };
  const auto get_time = [&](std::uint16_t attribute) {
    return nftnl_set_elem_is_set(object, attribute) ? nftnl_set_elem_get_u64(object, attribute) : 0;
  };
  firewall::Element element{.key = get(NFTNL_SET_ELEM_KEY),
                            .key_high = get(NFTNL_SET_ELEM_KEY_END),
                            .data = {},
                            .timeout_ms = get_time(NFTNL_SET_ELEM_TIMEOUT),
                            .userdata = get(NFTNL_SET_ELEM_USERDATA),
                            .expiration_ms = get_time(NFTNL_SET_ELEM_EXPIRATION)};
  if (nftnl_set_elem_is_set(object, NFTNL_SET_ELEM_FLAGS)) {
    element.flags = nftnl_set_elem_get_u32(object, NFTNL_SET_ELEM_FLAGS);
  }
  read_data(element, object);
  const auto issue = read_expressions(nftnl_set_elem_expr_foreach, object, element.expressions);
  if (issue) return std::unexpected(*issue);
  return element;
}

std::uint32_t number_of(const nftnl_set& object, std::uint16_t attribute) {
  return nftnl_set_is_set(&object, attribute) ? nftnl_set_get_u32(&object, attribute) : 0;
}

std::uint64_t long_number_of(const nftnl_set& object, std::uint16_t attribute) {
  return nftnl_set_is_set(&object, attribute) ? nftnl_set_get_u64(&object, attribute) : 0;
}

Bytes data_of(const nftnl_set& object, std::uint16_t attribute) {
  std::uint32_t size = 0;
  if (!nftnl_set_is_set(&object, attribute)) return {};
  const auto* begin = nftnl_set_get_data(&object, attribute, &size);
  return bytes_of(begin, size);
}

}  // namespace

UniqueSet make_set(const firewall::Set& set, const firewall::Table& table, const BatchIds& ids) {
  UniqueSet object(nftnl_set_alloc());
  put_name(object.get(), set, table, ids);
  put_numbers(object.get(), set);
  if (!set.userdata.empty()) {
    nftnl_set_set_data(object.get(), NFTNL_SET_USERDATA, set.userdata.data(),
                       size_of(set.userdata));
  }
  if (!set.field_lengths.empty()) {
    Bytes lengths;
    for (const auto length : set.field_lengths) lengths.push_back(static_cast<std::byte>(length));
    nftnl_set_set_data(object.get(), NFTNL_SET_DESC_CONCAT, lengths.data(), size_of(lengths));
  }
  for (const auto& expression : set.expressions) {
    nftnl_set_add_expr(object.get(), encode(expression).release());
  }
  return object;
}

// Not by nftnl_set_elems_nlmsg_build_payload: it would want a set with all elements in it, and
// orders the attributes otherwise than nft.
void build_elements(nlmsghdr* header, const firewall::Set& set, const firewall::Table& table,
                    const BatchIds& ids, std::size_t first, std::size_t count) {
  const auto id = ids.sets.find(set.name);
  const bool is_anonymous = id != ids.sets.end();
  mnl_attr_put_strz(header, NFTA_SET_ELEM_LIST_TABLE, table.name.c_str());
  mnl_attr_put_strz(header, NFTA_SET_ELEM_LIST_SET,
                    (is_anonymous ? name_template(set.name) : set.name).c_str());
  if (is_anonymous) mnl_attr_put_u32(header, NFTA_SET_ELEM_LIST_SET_ID, htonl(id->second));
  auto* list = mnl_attr_nest_start(header, NFTA_SET_ELEM_LIST_ELEMENTS);
  const auto last = std::min(set.elements.size(), first + count);
  for (auto i = first; i < last; ++i) {
    nftnl_set_elem_nlmsg_build(header, make_element(set.elements[i]).get(),
                               static_cast<int>(i - first + 1));
  }
  mnl_attr_nest_end(header, list);
}

std::expected<firewall::Set, Issue> read_set(const nftnl_set& object) {
  firewall::Set set{.name = nftnl_set_get_str(&object, NFTNL_SET_NAME),
                    .flags = number_of(object, NFTNL_SET_FLAGS),
                    .key_type = number_of(object, NFTNL_SET_KEY_TYPE),
                    .key_length = number_of(object, NFTNL_SET_KEY_LEN),
                    .data_type = number_of(object, NFTNL_SET_DATA_TYPE),
                    .data_length = number_of(object, NFTNL_SET_DATA_LEN),
                    .timeout_ms = long_number_of(object, NFTNL_SET_TIMEOUT),
                    .size = number_of(object, NFTNL_SET_DESC_SIZE),
                    .userdata = data_of(object, NFTNL_SET_USERDATA),
                    .handle = long_number_of(object, NFTNL_SET_HANDLE),
                    .gc_interval_ms = number_of(object, NFTNL_SET_GC_INTERVAL)};
  for (const auto byte : data_of(object, NFTNL_SET_DESC_CONCAT)) {
    set.field_lengths.push_back(std::to_integer<std::uint32_t>(byte));
  }
  if (set.is_object_map()) {
    set.object_kind = static_cast<firewall::ObjectKind>(number_of(object, NFTNL_SET_OBJ_TYPE));
  }
  if (nftnl_set_is_set(&object, NFTNL_SET_POLICY)) {
    set.policy = static_cast<firewall::SetPolicy>(number_of(object, NFTNL_SET_POLICY));
  }
  const auto issue = read_expressions(nftnl_set_expr_foreach, &object, set.expressions);
  if (issue) return std::unexpected(make_issue(fmt::format("set {}: {}", set.name, issue->text)));
  return set;
}

std::expected<std::vector<firewall::Element>, Issue> read_elements(const nftnl_set& object) {
  std::vector<firewall::Element> elements;
  const auto add = [&](nftnl_set_elem* child) -> std::optional<Issue> {
    auto element = read_element(child);
    if (!element) return std::move(element).error();
    elements.push_back(*std::move(element));
    return std::nullopt;
  };
  // libnftnl's iteration takes a set that may be changed, and does not change it.
  auto* set = const_cast<nftnl_set*>(&object);  // NOLINT
  const auto issue = for_each_child(nftnl_set_elem_foreach, set, add);
  if (issue) return std::unexpected(*issue);
  return elements;
}

}  // namespace topoproof::nft
