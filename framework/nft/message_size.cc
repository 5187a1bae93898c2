// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/message_size.hh"

#include <functional>
#include <numeric>

#include <linux/netfilter/nf_tables.h>

namespace topoproof::nft {
namespace {

namespace fw = firewall;

// Headers of netlink and nfnetlink, and all attributes of a fixed size that a kind of message can
// have, with room to spare; names, data and nests come on top.
constexpr std::size_t kFixedPart = 512;
// The same of one expression or element: ten attributes of twelve bytes, and three nests.
constexpr std::size_t kFixedPartOfExpression = 160;

std::size_t size(const Bytes& bytes) { return bytes.size() + 8; }
std::size_t size(const std::string& text) { return text.size() + 8; }

// libnftnl 1.2.4 has room for so many bytes, and writes over its end where there are more: such a
// value counts as more than a message holds.
std::size_t value_size(const Bytes& value) {
  return value.size() > NFT_DATA_VALUE_MAXLEN ? kAttributeMax : size(value);
}

// Names for which it has a fixed room, and which it would cut off.
constexpr std::size_t kHelperNameSize = 15;  // NF_CT_HELPER_NAME_LEN
constexpr std::size_t kXtNameMax = 28;       // XT_EXTENSION_MAXNAMELEN
std::size_t name_size(const std::string& name, std::size_t max) {
  return name.size() > max ? kAttributeMax : size(name);
}

// Of the members that have no fixed size.
std::size_t variable_part(const fw::Compare& e) { return value_size(e.value); }
std::size_t variable_part(const fw::Bitwise& e) { return value_size(e.mask) + value_size(e.flip); }
std::size_t variable_part(const fw::Range& e) { return value_size(e.low) + value_size(e.high); }
std::size_t variable_part(const fw::Immediate& e) { return value_size(e.value); }
std::size_t variable_part(const fw::Verdict& e) { return size(e.chain); }
std::size_t variable_part(const fw::Lookup& e) { return size(e.set); }
std::size_t variable_part(const fw::Log& e) { return size(e.prefix); }
std::size_t variable_part(const fw::ObjectReference& e) { return size(e.name); }
std::size_t variable_part(const fw::ObjectLookup& e) { return size(e.set); }
std::size_t variable_part(const fw::FlowOffload& e) { return size(e.flowtable); }
std::size_t variable_part(const fw::XtMatch& e) {
  return name_size(e.name, kXtNameMax) + size(e.info);
}
std::size_t variable_part(const fw::XtTarget& e) {
  return name_size(e.name, kXtNameMax) + size(e.info);
}
std::size_t variable_part(const fw::DynamicSet& e) {
  return size(e.set) + e.statements.size() * kFixedPartOfExpression;
}
template <class Other>
std::size_t variable_part(const Other& /*e*/) {
  return 0;
}

std::size_t expression_bound(const fw::Expression& expression) {
  return kFixedPartOfExpression +
         std::visit([](const auto& e) { return variable_part(e); }, expression);
}

std::size_t names_bound(const std::vector<std::string>& names) {
  return std::transform_reduce(names.begin(), names.end(), std::size_t{0}, std::plus<>(),
                               [](const std::string& name) { return size(name); });
}

std::size_t object_text(const fw::Object& object) {
  if (const auto* helper = std::get_if<fw::CtHelper>(&object.value))
    return name_size(helper->helper, kHelperNameSize);
  if (const auto* mark = std::get_if<fw::Secmark>(&object.value)) return size(mark->context);
  return 0;
}

}  // namespace

std::size_t message_bound(const fw::Table& table) {
  return kFixedPart + size(table.name) + size(table.userdata);
}

std::size_t message_bound(const fw::Chain& chain, const fw::Table& table) {
  const auto devices = chain.base ? names_bound(chain.base->devices) : 0;
  return kFixedPart + size(table.name) + size(chain.name) + size(chain.userdata) + devices;
}

std::size_t message_bound(const fw::Object& object, const fw::Table& table) {
  return kFixedPart + size(table.name) + size(object.name) + size(object.userdata) +
         object_text(object);
}

std::size_t message_bound(const fw::Flowtable& flowtable, const fw::Table& table) {
  return kFixedPart + size(table.name) + size(flowtable.name) + names_bound(flowtable.devices);
}

std::size_t message_bound(const fw::Set& set, const fw::Table& table) {
  constexpr std::size_t kField = 16;  // a nest with one number
  return kFixedPart + size(table.name) + size(set.name) + size(set.userdata) +
         (set.field_lengths.size() > NFT_REG32_COUNT ? kAttributeMax : 0) +
         set.field_lengths.size() * kField + set.expressions.size() * kFixedPartOfExpression;
}

std::size_t message_bound(const fw::Rule& rule, const fw::Chain& chain, const fw::Table& table) {
  auto bound = kFixedPart + size(table.name) + size(chain.name) + size(rule.userdata);
  for (const auto& expression : rule.expressions) bound += expression_bound(expression);
  return bound;
}

std::size_t element_bound(const fw::Element& element) {
  auto bound = kFixedPartOfExpression + value_size(element.key) + value_size(element.key_high) +
               size(element.userdata) + size(element.object) +
               element.expressions.size() * kFixedPartOfExpression;
  if (const auto* data = std::get_if<Bytes>(&element.data)) bound += value_size(*data);
  if (const auto* verdict = std::get_if<fw::Verdict>(&element.data)) bound += size(verdict->chain);
  return bound;
}

}  // namespace topoproof::nft
