// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/message_schema.hh"

#include <algorithm>
#include <array>

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "nft/expression_schema.hh"

namespace topoproof::nft {
namespace {

using netlink::AttributeSpec;
using netlink::Kind;
using netlink::Schema;

constexpr std::size_t kHeader = sizeof(nfgenmsg);
// libnftnl 1.2.4 has room for as many fields of a concatenation as there are registers.
constexpr std::uint16_t kFieldsMax = NFT_REG32_COUNT;

constexpr AttributeSpec kTable[] = {
    {NFTA_TABLE_NAME, Kind::String, "NFTA_TABLE_NAME"},
    {NFTA_TABLE_FLAGS, Kind::Be32, "NFTA_TABLE_FLAGS"},
    {NFTA_TABLE_USE, Kind::Be32, "NFTA_TABLE_USE"},
    {NFTA_TABLE_HANDLE, Kind::Be64, "NFTA_TABLE_HANDLE"},
    {NFTA_TABLE_PAD, Kind::Binary, "NFTA_TABLE_PAD"},
    {NFTA_TABLE_USERDATA, Kind::Binary, "NFTA_TABLE_USERDATA"},
    {NFTA_TABLE_OWNER, Kind::Be32, "NFTA_TABLE_OWNER"},
};

constexpr AttributeSpec kDevices[] = {
    {NFTA_DEVICE_NAME, Kind::String, "NFTA_DEVICE_NAME"},
};
constexpr Schema kDevicesSchema{.attributes = kDevices};
constexpr AttributeSpec kHook[] = {
    {NFTA_HOOK_HOOKNUM, Kind::Be32, "NFTA_HOOK_HOOKNUM"},
    {NFTA_HOOK_PRIORITY, Kind::Be32, "NFTA_HOOK_PRIORITY"},
    {NFTA_HOOK_DEV, Kind::String, "NFTA_HOOK_DEV"},
    {NFTA_HOOK_DEVS, Kind::Nested, "NFTA_HOOK_DEVS", &kDevicesSchema},
};
constexpr Schema kHookSchema{.attributes = kHook};
constexpr AttributeSpec kCounters[] = {
    {NFTA_COUNTER_BYTES, Kind::Be64, "NFTA_COUNTER_BYTES"},
    {NFTA_COUNTER_PACKETS, Kind::Be64, "NFTA_COUNTER_PACKETS"},
    {NFTA_COUNTER_PAD, Kind::Binary, "NFTA_COUNTER_PAD"},
};
constexpr Schema kCountersSchema{.attributes = kCounters};
constexpr AttributeSpec kChain[] = {
    {NFTA_CHAIN_TABLE, Kind::String, "NFTA_CHAIN_TABLE"},
    {NFTA_CHAIN_HANDLE, Kind::Be64, "NFTA_CHAIN_HANDLE"},
    {NFTA_CHAIN_NAME, Kind::String, "NFTA_CHAIN_NAME"},
    {NFTA_CHAIN_HOOK, Kind::Nested, "NFTA_CHAIN_HOOK", &kHookSchema},
    {NFTA_CHAIN_POLICY, Kind::Be32, "NFTA_CHAIN_POLICY"},
    {NFTA_CHAIN_USE, Kind::Be32, "NFTA_CHAIN_USE"},
    {NFTA_CHAIN_TYPE, Kind::String, "NFTA_CHAIN_TYPE"},
    {NFTA_CHAIN_COUNTERS, Kind::Nested, "NFTA_CHAIN_COUNTERS", &kCountersSchema},
    {NFTA_CHAIN_PAD, Kind::Binary, "NFTA_CHAIN_PAD"},
    {NFTA_CHAIN_FLAGS, Kind::Be32, "NFTA_CHAIN_FLAGS"},
    {NFTA_CHAIN_ID, Kind::Be32, "NFTA_CHAIN_ID"},
    {NFTA_CHAIN_USERDATA, Kind::Binary, "NFTA_CHAIN_USERDATA"},
};

constexpr AttributeSpec kCompat[] = {
    {NFTA_RULE_COMPAT_PROTO, Kind::Be32, "NFTA_RULE_COMPAT_PROTO"},
    {NFTA_RULE_COMPAT_FLAGS, Kind::Be32, "NFTA_RULE_COMPAT_FLAGS"},
};
constexpr Schema kCompatSchema{.attributes = kCompat};
constexpr AttributeSpec kRule[] = {
    {NFTA_RULE_TABLE, Kind::String, "NFTA_RULE_TABLE"},
    {NFTA_RULE_CHAIN, Kind::String, "NFTA_RULE_CHAIN"},
    {NFTA_RULE_HANDLE, Kind::Be64, "NFTA_RULE_HANDLE"},
    {NFTA_RULE_EXPRESSIONS, Kind::List, "NFTA_RULE_EXPRESSIONS", &kExpressionSchema},
    {NFTA_RULE_COMPAT, Kind::Nested, "NFTA_RULE_COMPAT", &kCompatSchema},
    {NFTA_RULE_POSITION, Kind::Be64, "NFTA_RULE_POSITION"},
    {NFTA_RULE_USERDATA, Kind::Binary, "NFTA_RULE_USERDATA"},
    {NFTA_RULE_PAD, Kind::Binary, "NFTA_RULE_PAD"},
    {NFTA_RULE_ID, Kind::Be32, "NFTA_RULE_ID"},
    {NFTA_RULE_POSITION_ID, Kind::Be32, "NFTA_RULE_POSITION_ID"},
    {NFTA_RULE_CHAIN_ID, Kind::Be32, "NFTA_RULE_CHAIN_ID"},
};

constexpr AttributeSpec kField[] = {
    {NFTA_SET_FIELD_LEN, Kind::Be32, "NFTA_SET_FIELD_LEN"},
};
constexpr Schema kFieldSchema{.attributes = kField};
constexpr AttributeSpec kDescription[] = {
    {NFTA_SET_DESC_SIZE, Kind::Be32, "NFTA_SET_DESC_SIZE"},
    {NFTA_SET_DESC_CONCAT, Kind::List, "NFTA_SET_DESC_CONCAT", &kFieldSchema, kFieldsMax},
};
constexpr Schema kDescriptionSchema{.attributes = kDescription};
constexpr AttributeSpec kSet[] = {
    {NFTA_SET_TABLE, Kind::String, "NFTA_SET_TABLE"},
    {NFTA_SET_NAME, Kind::String, "NFTA_SET_NAME"},
    {NFTA_SET_FLAGS, Kind::Be32, "NFTA_SET_FLAGS"},
    {NFTA_SET_KEY_TYPE, Kind::Be32, "NFTA_SET_KEY_TYPE"},
    {NFTA_SET_KEY_LEN, Kind::Be32, "NFTA_SET_KEY_LEN"},
    {NFTA_SET_DATA_TYPE, Kind::Be32, "NFTA_SET_DATA_TYPE"},
    {NFTA_SET_DATA_LEN, Kind::Be32, "NFTA_SET_DATA_LEN"},
    {NFTA_SET_POLICY, Kind::Be32, "NFTA_SET_POLICY"},
    {NFTA_SET_DESC, Kind::Nested, "NFTA_SET_DESC", &kDescriptionSchema},
    {NFTA_SET_ID, Kind::Be32, "NFTA_SET_ID"},
    {NFTA_SET_TIMEOUT, Kind::Be64, "NFTA_SET_TIMEOUT"},
    {NFTA_SET_GC_INTERVAL, Kind::Be32, "NFTA_SET_GC_INTERVAL"},
    {NFTA_SET_USERDATA, Kind::Binary, "NFTA_SET_USERDATA"},
    {NFTA_SET_PAD, Kind::Binary, "NFTA_SET_PAD"},
    {NFTA_SET_OBJ_TYPE, Kind::Be32, "NFTA_SET_OBJ_TYPE"},
    {NFTA_SET_HANDLE, Kind::Be64, "NFTA_SET_HANDLE"},
    {NFTA_SET_EXPR, Kind::Nested, "NFTA_SET_EXPR", &kStatefulSchema},
    {NFTA_SET_EXPRESSIONS, Kind::List, "NFTA_SET_EXPRESSIONS", &kStatefulSchema},
};

constexpr AttributeSpec kElement[] = {
    {NFTA_SET_ELEM_KEY, Kind::Nested, "NFTA_SET_ELEM_KEY", &kDataSchema},
    {NFTA_SET_ELEM_DATA, Kind::Nested, "NFTA_SET_ELEM_DATA", &kDataSchema},
    {NFTA_SET_ELEM_FLAGS, Kind::Be32, "NFTA_SET_ELEM_FLAGS"},
    {NFTA_SET_ELEM_TIMEOUT, Kind::Be64, "NFTA_SET_ELEM_TIMEOUT"},
    {NFTA_SET_ELEM_EXPIRATION, Kind::Be64, "NFTA_SET_ELEM_EXPIRATION"},
    {NFTA_SET_ELEM_USERDATA, Kind::Binary, "NFTA_SET_ELEM_USERDATA"},
    {NFTA_SET_ELEM_EXPR, Kind::Nested, "NFTA_SET_ELEM_EXPR", &kStatefulSchema},
    {NFTA_SET_ELEM_PAD, Kind::Binary, "NFTA_SET_ELEM_PAD"},
    {NFTA_SET_ELEM_OBJREF, Kind::String, "NFTA_SET_ELEM_OBJREF"},
    {NFTA_SET_ELEM_KEY_END, Kind::Nested, "NFTA_SET_ELEM_KEY_END", &kDataSchema},
    {NFTA_SET_ELEM_EXPRESSIONS, Kind::List, "NFTA_SET_ELEM_EXPRESSIONS", &kStatefulSchema},
};

}  // namespace

constexpr Schema kElementSchema{.attributes = kElement};

namespace {

constexpr AttributeSpec kElementListed[] = {
    {NFTA_SET_ELEM_LIST_TABLE, Kind::String, "NFTA_SET_ELEM_LIST_TABLE"},
    {NFTA_SET_ELEM_LIST_SET, Kind::String, "NFTA_SET_ELEM_LIST_SET"},
    {NFTA_SET_ELEM_LIST_ELEMENTS, Kind::List, "NFTA_SET_ELEM_LIST_ELEMENTS", &kElementSchema},
    {NFTA_SET_ELEM_LIST_SET_ID, Kind::Be32, "NFTA_SET_ELEM_LIST_SET_ID"},
};

constexpr AttributeSpec kObject[] = {
    {NFTA_OBJ_TABLE, Kind::String, "NFTA_OBJ_TABLE"},
    {NFTA_OBJ_NAME, Kind::String, "NFTA_OBJ_NAME"},
    {NFTA_OBJ_TYPE, Kind::Be32, "NFTA_OBJ_TYPE"},
    {NFTA_OBJ_DATA, Kind::Nested, "NFTA_OBJ_DATA"},
    {NFTA_OBJ_USE, Kind::Be32, "NFTA_OBJ_USE"},
    {NFTA_OBJ_HANDLE, Kind::Be64, "NFTA_OBJ_HANDLE"},
    {NFTA_OBJ_PAD, Kind::Binary, "NFTA_OBJ_PAD"},
    {NFTA_OBJ_USERDATA, Kind::Binary, "NFTA_OBJ_USERDATA"},
};

constexpr AttributeSpec kFlowtableHook[] = {
    {NFTA_FLOWTABLE_HOOK_NUM, Kind::Be32, "NFTA_FLOWTABLE_HOOK_NUM"},
    {NFTA_FLOWTABLE_HOOK_PRIORITY, Kind::Be32, "NFTA_FLOWTABLE_HOOK_PRIORITY"},
    {NFTA_FLOWTABLE_HOOK_DEVS, Kind::Nested, "NFTA_FLOWTABLE_HOOK_DEVS", &kDevicesSchema},
};
constexpr Schema kFlowtableHookSchema{.attributes = kFlowtableHook};
constexpr AttributeSpec kFlowtable[] = {
    {NFTA_FLOWTABLE_TABLE, Kind::String, "NFTA_FLOWTABLE_TABLE"},
    {NFTA_FLOWTABLE_NAME, Kind::String, "NFTA_FLOWTABLE_NAME"},
    {NFTA_FLOWTABLE_HOOK, Kind::Nested, "NFTA_FLOWTABLE_HOOK", &kFlowtableHookSchema},
    {NFTA_FLOWTABLE_USE, Kind::Be32, "NFTA_FLOWTABLE_USE"},
    {NFTA_FLOWTABLE_HANDLE, Kind::Be64, "NFTA_FLOWTABLE_HANDLE"},
    {NFTA_FLOWTABLE_PAD, Kind::Binary, "NFTA_FLOWTABLE_PAD"},
    {NFTA_FLOWTABLE_FLAGS, Kind::Be32, "NFTA_FLOWTABLE_FLAGS"},
};

// Anonymous chains have no name yet, their rules no chain's name.
constexpr std::uint16_t kTableRequired[] = {NFTA_TABLE_NAME};
constexpr std::uint16_t kChainRequired[] = {NFTA_CHAIN_TABLE};
constexpr std::uint16_t kRuleRequired[] = {NFTA_RULE_TABLE};
constexpr std::uint16_t kSetRequired[] = {NFTA_SET_TABLE, NFTA_SET_NAME};
constexpr std::uint16_t kElementsRequired[] = {NFTA_SET_ELEM_LIST_TABLE, NFTA_SET_ELEM_LIST_SET};
constexpr std::uint16_t kObjectRequired[] = {NFTA_OBJ_TABLE, NFTA_OBJ_NAME, NFTA_OBJ_TYPE,
                                             NFTA_OBJ_DATA};
constexpr std::uint16_t kFlowtableRequired[] = {NFTA_FLOWTABLE_TABLE, NFTA_FLOWTABLE_NAME,
                                                NFTA_FLOWTABLE_HOOK};

constexpr std::array kMessages = std::to_array<MessageSchema>({
    {NFT_MSG_NEWTABLE, {kHeader, kTable}, kTableRequired},
    {NFT_MSG_NEWCHAIN, {kHeader, kChain}, kChainRequired},
    {NFT_MSG_NEWRULE, {kHeader, kRule}, kRuleRequired},
    {NFT_MSG_NEWSET, {kHeader, kSet}, kSetRequired},
    {NFT_MSG_NEWSETELEM, {kHeader, kElementListed}, kElementsRequired},
    {NFT_MSG_NEWOBJ, {kHeader, kObject}, kObjectRequired},
    {NFT_MSG_NEWFLOWTABLE, {kHeader, kFlowtable}, kFlowtableRequired},
});
static_assert(std::ranges::all_of(kMessages, [](const MessageSchema& m) {
  return m.schema.is_well_formed();
}));

}  // namespace

const MessageSchema* message_schema(std::uint16_t message) {
  const auto* found = std::ranges::find(kMessages, message, &MessageSchema::message);
  return found == kMessages.end() ? nullptr : found;
}

}  // namespace topoproof::nft
