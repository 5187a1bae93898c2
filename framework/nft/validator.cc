// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/validator.hh"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "netlink/reader.hh"
#include "nft/attributes.hh"
#include "nft/expression_schema.hh"
#include "nft/message_schema.hh"

namespace topoproof::nft {
namespace {

using netlink::AttributeSpec;
using netlink::AttributeView;
using netlink::Kind;
using netlink::Schema;

using Fault = std::optional<Issue>;

template <class... Args>
Fault fault(fmt::format_string<Args...> format, Args&&... args) {
  return make_issue(fmt::format(format, std::forward<Args>(args)...));
}

// NFT_EXPR_STATEFUL of the kernel.
constexpr std::array<std::string_view, 5> kStateful{"connlimit", "counter", "last", "limit",
                                                    "quota"};

bool is_expression(const Schema& schema) {
  return &schema == &kExpressionSchema || &schema == &kStatefulSchema;
}

Fault check_nest(BytesView attributes, const Schema& schema, const char* place);

// nft numbers the elements of sets. In other lists all have one number: libnftnl 1.2.4 frees a
// set's expressions twice where one of them has another.
Fault check_list(BytesView members, const AttributeSpec& spec) {
  netlink::AttributeCursor cursor(members);
  std::size_t count = 0;
  while (const auto member = cursor.next()) {
    if (member->type != NFTA_LIST_ELEM && spec.nested != &kElementSchema) {
      return fault("{} has a member of number {}", spec.name, member->type);
    }
    if (auto found = check_nest(member->payload, *spec.nested, spec.name)) return found;
    ++count;
  }
  if (cursor.is_broken()) return fault("{}: a length exceeds what is there", spec.name);
  if (spec.max != 0 && count > spec.max) return fault("{} has {} members", spec.name, count);
  return std::nullopt;
}

Fault check_size(const AttributeView& attribute, const AttributeSpec& spec) {
  const auto size = attribute.payload.size();
  const bool is_ended =
      spec.kind != Kind::String || (size > 0 && attribute.payload.back() == std::byte{0});
  if (!netlink::size_fits(spec.kind, size) || !is_ended) {
    return fault("{} has {} bytes that are not of its kind", spec.name, size);
  }
  const bool is_value = spec.max != 0 && spec.kind == Kind::Binary;
  if (is_value && (size == 0 || size > spec.max)) return fault("{} has {} bytes", spec.name, size);
  return std::nullopt;
}

// The schema of a nest whose content depends on an attribute beside it.
const Schema* schema_beside(BytesView attributes, std::uint16_t type, const Schema& schema) {
  if (is_expression(schema)) {
    return expression_schema(text_of(child(attributes, NFTA_EXPR_NAME)));
  }
  const auto kind = child(attributes, NFTA_OBJ_TYPE);
  if (type != NFTA_OBJ_DATA || kind.size() != sizeof(std::uint32_t)) return nullptr;
  return object_schema(load_be32(kind.data()));
}

Fault check_attribute(const AttributeView& attribute, const AttributeSpec& spec,
                      const Schema* nested) {
  if (auto found = check_size(attribute, spec)) return found;
  if (spec.kind == Kind::List) return check_list(attribute.payload, spec);
  if (spec.kind != Kind::Nested) return std::nullopt;
  if (nested == nullptr) return fault("{} is of a kind that is not supported", spec.name);
  return check_nest(attribute.payload, *nested, spec.name);
}

Fault check_attributes(BytesView attributes, const Schema& schema, const char* place) {
  netlink::AttributeCursor cursor(attributes);
  while (const auto attribute = cursor.next()) {
    const auto* spec = schema.find(attribute->type);
    if (spec == nullptr) return fault("{}: attribute {} is not known", place, attribute->type);
    const auto* nested = spec->nested;
    if (spec->kind == Kind::Nested && nested == nullptr) {
      nested = schema_beside(attributes, attribute->type, schema);
    }
    if (auto found = check_attribute(*attribute, *spec, nested)) return found;
  }
  if (cursor.is_broken()) return fault("{}: a length exceeds what is there", place);
  return std::nullopt;
}

// A second one would be another than the schema was chosen by.
bool has_one(BytesView attributes, std::uint16_t type) {
  netlink::AttributeCursor cursor(attributes);
  int count = 0;
  while (const auto attribute = cursor.next()) count += attribute->type == type ? 1 : 0;
  return count == 1;
}

Fault check_expression(BytesView attributes, const Schema& schema, const char* place) {
  if (!has_one(attributes, NFTA_EXPR_NAME)) return fault("{}: an expression has no name", place);
  const auto name = text_of(child(attributes, NFTA_EXPR_NAME));
  if (expression_schema(name) == nullptr) {
    return fault("the expression '{}' is not supported", name);
  }
  if (&schema == &kStatefulSchema && std::ranges::find(kStateful, name) == kStateful.end()) {
    return fault("{}: the expression '{}' cannot stand in a set", place, name);
  }
  return std::nullopt;
}

// libnftnl reads the chain of a jump without looking whether it is there. (The decoder gives it a
// name where it has a number.)
Fault check_verdict(BytesView attributes, const char* place) {
  const auto code = child(attributes, NFTA_VERDICT_CODE);
  if (code.size() != sizeof(std::uint32_t)) return fault("{}: a verdict has no code", place);
  const auto verdict = static_cast<std::int32_t>(load_be32(code.data()));
  const bool is_jump = verdict == NFT_JUMP || verdict == NFT_GOTO;
  if (is_jump && child(attributes, NFTA_VERDICT_CHAIN).empty() &&
      child(attributes, NFTA_VERDICT_CHAIN_ID).empty()) {
    return fault("{}: a jump leads nowhere", place);
  }
  return std::nullopt;
}

Fault check_nest(BytesView attributes, const Schema& schema, const char* place) {
  Fault found;
  if (is_expression(schema)) found = check_expression(attributes, schema, place);
  if (&schema == &kVerdictSchema) found = check_verdict(attributes, place);
  return found ? found : check_attributes(attributes, schema, place);
}

}  // namespace

std::optional<Issue> find_fault(BytesView message) {
  const auto header = netlink::read_header<nlmsghdr>(message);
  constexpr std::size_t kHeaders = NLMSG_HDRLEN + sizeof(nfgenmsg);
  if (!header || message.size() < kHeaders) return fault("a message has {} bytes", message.size());
  if (header->nlmsg_len < kHeaders || header->nlmsg_len > message.size()) {
    return fault("a message of {} bytes says that it has {}", message.size(), header->nlmsg_len);
  }
  const auto* schema = NFNL_SUBSYS_ID(header->nlmsg_type) == NFNL_SUBSYS_NFTABLES
                           ? message_schema(NFNL_MSG_TYPE(header->nlmsg_type))
                           : nullptr;
  if (schema == nullptr) return fault("message {:#x} is not a ruleset's", header->nlmsg_type);
  const auto attributes = attributes_of(message.first(header->nlmsg_len));
  if (auto found = check_attributes(attributes, schema->schema, "message")) return found;
  for (const auto type : schema->required) {
    if (has_one(attributes, type)) continue;
    return fault("{} is not there once", schema->schema.find(type)->name);
  }
  return std::nullopt;
}

}  // namespace topoproof::nft
