// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/expression_schema.hh"

#include <algorithm>
#include <array>
#include <iterator>

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink_cttimeout.h>

namespace topoproof::nft {

using netlink::AttributeSpec;
using netlink::Kind;
using netlink::Schema;

namespace {

constexpr std::uint16_t kValueMax = NFT_DATA_VALUE_MAXLEN;
constexpr std::uint16_t kNameMax = NFT_NAME_MAXLEN;
constexpr std::uint16_t kHelperNameMax = 16;  // NF_CT_HELPER_NAME_LEN

constexpr AttributeSpec kVerdict[] = {
    {NFTA_VERDICT_CODE, Kind::Be32, "NFTA_VERDICT_CODE"},
    {NFTA_VERDICT_CHAIN, Kind::String, "NFTA_VERDICT_CHAIN"},
    {NFTA_VERDICT_CHAIN_ID, Kind::Be32, "NFTA_VERDICT_CHAIN_ID"},
};

}  // namespace

constexpr Schema kVerdictSchema{.attributes = kVerdict};

namespace {

constexpr AttributeSpec kData[] = {
    {NFTA_DATA_VALUE, Kind::Binary, "NFTA_DATA_VALUE", nullptr, kValueMax},
    {NFTA_DATA_VERDICT, Kind::Nested, "NFTA_DATA_VERDICT", &kVerdictSchema},
};
constexpr AttributeSpec kExpression[] = {
    {NFTA_EXPR_NAME, Kind::String, "NFTA_EXPR_NAME"},
    {NFTA_EXPR_DATA, Kind::Nested, "NFTA_EXPR_DATA"},
};

}  // namespace

constexpr Schema kDataSchema{.attributes = kData};
constexpr Schema kExpressionSchema{.attributes = kExpression};
constexpr Schema kStatefulSchema{.attributes = kExpression};

namespace {

constexpr AttributeSpec kPayload[] = {
    {NFTA_PAYLOAD_DREG, Kind::Be32, "NFTA_PAYLOAD_DREG"},
    {NFTA_PAYLOAD_BASE, Kind::Be32, "NFTA_PAYLOAD_BASE"},
    {NFTA_PAYLOAD_OFFSET, Kind::Be32, "NFTA_PAYLOAD_OFFSET"},
    {NFTA_PAYLOAD_LEN, Kind::Be32, "NFTA_PAYLOAD_LEN"},
    {NFTA_PAYLOAD_SREG, Kind::Be32, "NFTA_PAYLOAD_SREG"},
    {NFTA_PAYLOAD_CSUM_TYPE, Kind::Be32, "NFTA_PAYLOAD_CSUM_TYPE"},
    {NFTA_PAYLOAD_CSUM_OFFSET, Kind::Be32, "NFTA_PAYLOAD_CSUM_OFFSET"},
    {NFTA_PAYLOAD_CSUM_FLAGS, Kind::Be32, "NFTA_PAYLOAD_CSUM_FLAGS"},
};
constexpr AttributeSpec kMeta[] = {
    {NFTA_META_DREG, Kind::Be32, "NFTA_META_DREG"},
    {NFTA_META_KEY, Kind::Be32, "NFTA_META_KEY"},
    {NFTA_META_SREG, Kind::Be32, "NFTA_META_SREG"},
};
constexpr AttributeSpec kCt[] = {
    {NFTA_CT_DREG, Kind::Be32, "NFTA_CT_DREG"},
    {NFTA_CT_KEY, Kind::Be32, "NFTA_CT_KEY"},
    {NFTA_CT_DIRECTION, Kind::U8, "NFTA_CT_DIRECTION"},
    {NFTA_CT_SREG, Kind::Be32, "NFTA_CT_SREG"},
};
constexpr AttributeSpec kCompare[] = {
    {NFTA_CMP_SREG, Kind::Be32, "NFTA_CMP_SREG"},
    {NFTA_CMP_OP, Kind::Be32, "NFTA_CMP_OP"},
    {NFTA_CMP_DATA, Kind::Nested, "NFTA_CMP_DATA", &kDataSchema},
};
constexpr AttributeSpec kBitwise[] = {
    {NFTA_BITWISE_SREG, Kind::Be32, "NFTA_BITWISE_SREG"},
    {NFTA_BITWISE_DREG, Kind::Be32, "NFTA_BITWISE_DREG"},
    {NFTA_BITWISE_LEN, Kind::Be32, "NFTA_BITWISE_LEN"},
    {NFTA_BITWISE_MASK, Kind::Nested, "NFTA_BITWISE_MASK", &kDataSchema},
    {NFTA_BITWISE_XOR, Kind::Nested, "NFTA_BITWISE_XOR", &kDataSchema},
    {NFTA_BITWISE_OP, Kind::Be32, "NFTA_BITWISE_OP"},
    {NFTA_BITWISE_DATA, Kind::Nested, "NFTA_BITWISE_DATA", &kDataSchema},
};
constexpr AttributeSpec kByteOrder[] = {
    {NFTA_BYTEORDER_SREG, Kind::Be32, "NFTA_BYTEORDER_SREG"},
    {NFTA_BYTEORDER_DREG, Kind::Be32, "NFTA_BYTEORDER_DREG"},
    {NFTA_BYTEORDER_OP, Kind::Be32, "NFTA_BYTEORDER_OP"},
    {NFTA_BYTEORDER_LEN, Kind::Be32, "NFTA_BYTEORDER_LEN"},
    {NFTA_BYTEORDER_SIZE, Kind::Be32, "NFTA_BYTEORDER_SIZE"},
};
constexpr AttributeSpec kRange[] = {
    {NFTA_RANGE_SREG, Kind::Be32, "NFTA_RANGE_SREG"},
    {NFTA_RANGE_OP, Kind::Be32, "NFTA_RANGE_OP"},
    {NFTA_RANGE_FROM_DATA, Kind::Nested, "NFTA_RANGE_FROM_DATA", &kDataSchema},
    {NFTA_RANGE_TO_DATA, Kind::Nested, "NFTA_RANGE_TO_DATA", &kDataSchema},
};
constexpr AttributeSpec kLookup[] = {
    {NFTA_LOOKUP_SET, Kind::String, "NFTA_LOOKUP_SET"},
    {NFTA_LOOKUP_SREG, Kind::Be32, "NFTA_LOOKUP_SREG"},
    {NFTA_LOOKUP_DREG, Kind::Be32, "NFTA_LOOKUP_DREG"},
    {NFTA_LOOKUP_SET_ID, Kind::Be32, "NFTA_LOOKUP_SET_ID"},
    {NFTA_LOOKUP_FLAGS, Kind::Be32, "NFTA_LOOKUP_FLAGS"},
};
constexpr AttributeSpec kImmediate[] = {
    {NFTA_IMMEDIATE_DREG, Kind::Be32, "NFTA_IMMEDIATE_DREG"},
    {NFTA_IMMEDIATE_DATA, Kind::Nested, "NFTA_IMMEDIATE_DATA", &kDataSchema},
};
constexpr AttributeSpec kNat[] = {
    {NFTA_NAT_TYPE, Kind::Be32, "NFTA_NAT_TYPE"},
    {NFTA_NAT_FAMILY, Kind::Be32, "NFTA_NAT_FAMILY"},
    {NFTA_NAT_REG_ADDR_MIN, Kind::Be32, "NFTA_NAT_REG_ADDR_MIN"},
    {NFTA_NAT_REG_ADDR_MAX, Kind::Be32, "NFTA_NAT_REG_ADDR_MAX"},
    {NFTA_NAT_REG_PROTO_MIN, Kind::Be32, "NFTA_NAT_REG_PROTO_MIN"},
    {NFTA_NAT_REG_PROTO_MAX, Kind::Be32, "NFTA_NAT_REG_PROTO_MAX"},
    {NFTA_NAT_FLAGS, Kind::Be32, "NFTA_NAT_FLAGS"},
};
constexpr AttributeSpec kMasquerade[] = {
    {NFTA_MASQ_FLAGS, Kind::Be32, "NFTA_MASQ_FLAGS"},
    {NFTA_MASQ_REG_PROTO_MIN, Kind::Be32, "NFTA_MASQ_REG_PROTO_MIN"},
    {NFTA_MASQ_REG_PROTO_MAX, Kind::Be32, "NFTA_MASQ_REG_PROTO_MAX"},
};
constexpr AttributeSpec kRedirect[] = {
    {NFTA_REDIR_REG_PROTO_MIN, Kind::Be32, "NFTA_REDIR_REG_PROTO_MIN"},
    {NFTA_REDIR_REG_PROTO_MAX, Kind::Be32, "NFTA_REDIR_REG_PROTO_MAX"},
    {NFTA_REDIR_FLAGS, Kind::Be32, "NFTA_REDIR_FLAGS"},
};
constexpr AttributeSpec kReject[] = {
    {NFTA_REJECT_TYPE, Kind::Be32, "NFTA_REJECT_TYPE"},
    {NFTA_REJECT_ICMP_CODE, Kind::U8, "NFTA_REJECT_ICMP_CODE"},
};
constexpr AttributeSpec kCounter[] = {
    {NFTA_COUNTER_BYTES, Kind::Be64, "NFTA_COUNTER_BYTES"},
    {NFTA_COUNTER_PACKETS, Kind::Be64, "NFTA_COUNTER_PACKETS"},
    {NFTA_COUNTER_PAD, Kind::Binary, "NFTA_COUNTER_PAD"},
};
constexpr AttributeSpec kLimit[] = {
    {NFTA_LIMIT_RATE, Kind::Be64, "NFTA_LIMIT_RATE"},
    {NFTA_LIMIT_UNIT, Kind::Be64, "NFTA_LIMIT_UNIT"},
    {NFTA_LIMIT_BURST, Kind::Be32, "NFTA_LIMIT_BURST"},
    {NFTA_LIMIT_TYPE, Kind::Be32, "NFTA_LIMIT_TYPE"},
    {NFTA_LIMIT_FLAGS, Kind::Be32, "NFTA_LIMIT_FLAGS"},
    {NFTA_LIMIT_PAD, Kind::Binary, "NFTA_LIMIT_PAD"},
};
constexpr AttributeSpec kQuota[] = {
    {NFTA_QUOTA_BYTES, Kind::Be64, "NFTA_QUOTA_BYTES"},
    {NFTA_QUOTA_FLAGS, Kind::Be32, "NFTA_QUOTA_FLAGS"},
    {NFTA_QUOTA_PAD, Kind::Binary, "NFTA_QUOTA_PAD"},
    {NFTA_QUOTA_CONSUMED, Kind::Be64, "NFTA_QUOTA_CONSUMED"},
};
constexpr AttributeSpec kLog[] = {
    {NFTA_LOG_GROUP, Kind::Be16, "NFTA_LOG_GROUP"},
    {NFTA_LOG_PREFIX, Kind::String, "NFTA_LOG_PREFIX"},
    {NFTA_LOG_SNAPLEN, Kind::Be32, "NFTA_LOG_SNAPLEN"},
    {NFTA_LOG_QTHRESHOLD, Kind::Be16, "NFTA_LOG_QTHRESHOLD"},
    {NFTA_LOG_LEVEL, Kind::Be32, "NFTA_LOG_LEVEL"},
    {NFTA_LOG_FLAGS, Kind::Be32, "NFTA_LOG_FLAGS"},
};
constexpr AttributeSpec kQueue[] = {
    {NFTA_QUEUE_NUM, Kind::Be16, "NFTA_QUEUE_NUM"},
    {NFTA_QUEUE_TOTAL, Kind::Be16, "NFTA_QUEUE_TOTAL"},
    {NFTA_QUEUE_FLAGS, Kind::Be16, "NFTA_QUEUE_FLAGS"},
    {NFTA_QUEUE_SREG_QNUM, Kind::Be32, "NFTA_QUEUE_SREG_QNUM"},
};
constexpr AttributeSpec kFib[] = {
    {NFTA_FIB_DREG, Kind::Be32, "NFTA_FIB_DREG"},
    {NFTA_FIB_RESULT, Kind::Be32, "NFTA_FIB_RESULT"},
    {NFTA_FIB_FLAGS, Kind::Be32, "NFTA_FIB_FLAGS"},
};
constexpr AttributeSpec kExtension[] = {
    {NFTA_EXTHDR_DREG, Kind::Be32, "NFTA_EXTHDR_DREG"},
    {NFTA_EXTHDR_TYPE, Kind::U8, "NFTA_EXTHDR_TYPE"},
    {NFTA_EXTHDR_OFFSET, Kind::Be32, "NFTA_EXTHDR_OFFSET"},
    {NFTA_EXTHDR_LEN, Kind::Be32, "NFTA_EXTHDR_LEN"},
    {NFTA_EXTHDR_FLAGS, Kind::Be32, "NFTA_EXTHDR_FLAGS"},
    {NFTA_EXTHDR_OP, Kind::Be32, "NFTA_EXTHDR_OP"},
    {NFTA_EXTHDR_SREG, Kind::Be32, "NFTA_EXTHDR_SREG"},
};
constexpr AttributeSpec kNumberGenerator[] = {
    {NFTA_NG_DREG, Kind::Be32, "NFTA_NG_DREG"},
    {NFTA_NG_MODULUS, Kind::Be32, "NFTA_NG_MODULUS"},
    {NFTA_NG_TYPE, Kind::Be32, "NFTA_NG_TYPE"},
    {NFTA_NG_OFFSET, Kind::Be32, "NFTA_NG_OFFSET"},
};
constexpr AttributeSpec kHash[] = {
    {NFTA_HASH_SREG, Kind::Be32, "NFTA_HASH_SREG"},
    {NFTA_HASH_DREG, Kind::Be32, "NFTA_HASH_DREG"},
    {NFTA_HASH_LEN, Kind::Be32, "NFTA_HASH_LEN"},
    {NFTA_HASH_MODULUS, Kind::Be32, "NFTA_HASH_MODULUS"},
    {NFTA_HASH_SEED, Kind::Be32, "NFTA_HASH_SEED"},
    {NFTA_HASH_OFFSET, Kind::Be32, "NFTA_HASH_OFFSET"},
    {NFTA_HASH_TYPE, Kind::Be32, "NFTA_HASH_TYPE"},
};
constexpr AttributeSpec kRoute[] = {
    {NFTA_RT_DREG, Kind::Be32, "NFTA_RT_DREG"},
    {NFTA_RT_KEY, Kind::Be32, "NFTA_RT_KEY"},
};
constexpr AttributeSpec kSocket[] = {
    {NFTA_SOCKET_KEY, Kind::Be32, "NFTA_SOCKET_KEY"},
    {NFTA_SOCKET_DREG, Kind::Be32, "NFTA_SOCKET_DREG"},
    {NFTA_SOCKET_LEVEL, Kind::Be32, "NFTA_SOCKET_LEVEL"},
};
constexpr AttributeSpec kOsf[] = {
    {NFTA_OSF_DREG, Kind::Be32, "NFTA_OSF_DREG"},
    {NFTA_OSF_TTL, Kind::U8, "NFTA_OSF_TTL"},
    {NFTA_OSF_FLAGS, Kind::Be32, "NFTA_OSF_FLAGS"},
};
constexpr AttributeSpec kTunnel[] = {
    {NFTA_TUNNEL_KEY, Kind::Be32, "NFTA_TUNNEL_KEY"},
    {NFTA_TUNNEL_DREG, Kind::Be32, "NFTA_TUNNEL_DREG"},
};
constexpr AttributeSpec kXfrm[] = {
    {NFTA_XFRM_DREG, Kind::Be32, "NFTA_XFRM_DREG"},
    {NFTA_XFRM_KEY, Kind::Be32, "NFTA_XFRM_KEY"},
    {NFTA_XFRM_DIR, Kind::U8, "NFTA_XFRM_DIR"},
    {NFTA_XFRM_SPNUM, Kind::Be32, "NFTA_XFRM_SPNUM"},
};
constexpr AttributeSpec kTproxy[] = {
    {NFTA_TPROXY_FAMILY, Kind::Be32, "NFTA_TPROXY_FAMILY"},
    {NFTA_TPROXY_REG_ADDR, Kind::Be32, "NFTA_TPROXY_REG_ADDR"},
    {NFTA_TPROXY_REG_PORT, Kind::Be32, "NFTA_TPROXY_REG_PORT"},
};
constexpr AttributeSpec kSynproxy[] = {
    {NFTA_SYNPROXY_MSS, Kind::Be16, "NFTA_SYNPROXY_MSS"},
    {NFTA_SYNPROXY_WSCALE, Kind::U8, "NFTA_SYNPROXY_WSCALE"},
    {NFTA_SYNPROXY_FLAGS, Kind::Be32, "NFTA_SYNPROXY_FLAGS"},
};
constexpr AttributeSpec kDuplicate[] = {
    {NFTA_DUP_SREG_ADDR, Kind::Be32, "NFTA_DUP_SREG_ADDR"},
    {NFTA_DUP_SREG_DEV, Kind::Be32, "NFTA_DUP_SREG_DEV"},
};
constexpr AttributeSpec kForward[] = {
    {NFTA_FWD_SREG_DEV, Kind::Be32, "NFTA_FWD_SREG_DEV"},
    {NFTA_FWD_SREG_ADDR, Kind::Be32, "NFTA_FWD_SREG_ADDR"},
    {NFTA_FWD_NFPROTO, Kind::Be32, "NFTA_FWD_NFPROTO"},
};
constexpr AttributeSpec kConnlimit[] = {
    {NFTA_CONNLIMIT_COUNT, Kind::Be32, "NFTA_CONNLIMIT_COUNT"},
    {NFTA_CONNLIMIT_FLAGS, Kind::Be32, "NFTA_CONNLIMIT_FLAGS"},
};
constexpr AttributeSpec kLast[] = {
    {NFTA_LAST_SET, Kind::Be32, "NFTA_LAST_SET"},
    {NFTA_LAST_MSECS, Kind::Be64, "NFTA_LAST_MSECS"},
    {NFTA_LAST_PAD, Kind::Binary, "NFTA_LAST_PAD"},
};
constexpr AttributeSpec kDynamicSet[] = {
    {NFTA_DYNSET_SET_NAME, Kind::String, "NFTA_DYNSET_SET_NAME"},
    {NFTA_DYNSET_SET_ID, Kind::Be32, "NFTA_DYNSET_SET_ID"},
    {NFTA_DYNSET_OP, Kind::Be32, "NFTA_DYNSET_OP"},
    {NFTA_DYNSET_SREG_KEY, Kind::Be32, "NFTA_DYNSET_SREG_KEY"},
    {NFTA_DYNSET_SREG_DATA, Kind::Be32, "NFTA_DYNSET_SREG_DATA"},
    {NFTA_DYNSET_TIMEOUT, Kind::Be64, "NFTA_DYNSET_TIMEOUT"},
    {NFTA_DYNSET_EXPR, Kind::Nested, "NFTA_DYNSET_EXPR", &kStatefulSchema},
    {NFTA_DYNSET_PAD, Kind::Binary, "NFTA_DYNSET_PAD"},
    {NFTA_DYNSET_FLAGS, Kind::Be32, "NFTA_DYNSET_FLAGS"},
    {NFTA_DYNSET_EXPRESSIONS, Kind::List, "NFTA_DYNSET_EXPRESSIONS", &kStatefulSchema},
};
constexpr AttributeSpec kObjectReference[] = {
    {NFTA_OBJREF_IMM_TYPE, Kind::Be32, "NFTA_OBJREF_IMM_TYPE"},
    // libnftnl 1.2.4 writes these two names without their final zero.
    {NFTA_OBJREF_IMM_NAME, Kind::Binary, "NFTA_OBJREF_IMM_NAME", nullptr, kNameMax},
    {NFTA_OBJREF_SET_SREG, Kind::Be32, "NFTA_OBJREF_SET_SREG"},
    {NFTA_OBJREF_SET_NAME, Kind::Binary, "NFTA_OBJREF_SET_NAME", nullptr, kNameMax},
    {NFTA_OBJREF_SET_ID, Kind::Be32, "NFTA_OBJREF_SET_ID"},
};
constexpr AttributeSpec kFlowOffload[] = {
    {NFTA_FLOW_TABLE_NAME, Kind::String, "NFTA_FLOW_TABLE_NAME"},
};
constexpr AttributeSpec kXtMatch[] = {
    {NFTA_MATCH_NAME, Kind::String, "NFTA_MATCH_NAME"},
    {NFTA_MATCH_REV, Kind::Be32, "NFTA_MATCH_REV"},
    {NFTA_MATCH_INFO, Kind::Binary, "NFTA_MATCH_INFO"},
};
constexpr AttributeSpec kXtTarget[] = {
    {NFTA_TARGET_NAME, Kind::String, "NFTA_TARGET_NAME"},
    {NFTA_TARGET_REV, Kind::Be32, "NFTA_TARGET_REV"},
    {NFTA_TARGET_INFO, Kind::Binary, "NFTA_TARGET_INFO"},
};
constexpr AttributeSpec kCtHelper[] = {
    // libnftnl 1.2.4 writes these names without their final zero.
    {NFTA_CT_HELPER_NAME, Kind::Binary, "NFTA_CT_HELPER_NAME", nullptr, kHelperNameMax},
    {NFTA_CT_HELPER_L3PROTO, Kind::Be16, "NFTA_CT_HELPER_L3PROTO"},
    {NFTA_CT_HELPER_L4PROTO, Kind::U8, "NFTA_CT_HELPER_L4PROTO"},
};
constexpr AttributeSpec kCtExpectation[] = {
    {NFTA_CT_EXPECT_L3PROTO, Kind::Be16, "NFTA_CT_EXPECT_L3PROTO"},
    {NFTA_CT_EXPECT_L4PROTO, Kind::U8, "NFTA_CT_EXPECT_L4PROTO"},
    {NFTA_CT_EXPECT_DPORT, Kind::Be16, "NFTA_CT_EXPECT_DPORT"},
    {NFTA_CT_EXPECT_TIMEOUT, Kind::Be32, "NFTA_CT_EXPECT_TIMEOUT"},
    {NFTA_CT_EXPECT_SIZE, Kind::U8, "NFTA_CT_EXPECT_SIZE"},
};
constexpr AttributeSpec kSecmark[] = {
    {NFTA_SECMARK_CTX, Kind::Binary, "NFTA_SECMARK_CTX", nullptr, NFT_SECMARK_CTX_MAXLEN},
};
constexpr AttributeSpec kTimeouts[] = {
    {CTA_TIMEOUT_TCP_SYN_SENT, Kind::Be32, "CTA_TIMEOUT_TCP_SYN_SENT"},
    {CTA_TIMEOUT_TCP_SYN_RECV, Kind::Be32, "CTA_TIMEOUT_TCP_SYN_RECV"},
    {CTA_TIMEOUT_TCP_ESTABLISHED, Kind::Be32, "CTA_TIMEOUT_TCP_ESTABLISHED"},
    {CTA_TIMEOUT_TCP_FIN_WAIT, Kind::Be32, "CTA_TIMEOUT_TCP_FIN_WAIT"},
    {CTA_TIMEOUT_TCP_CLOSE_WAIT, Kind::Be32, "CTA_TIMEOUT_TCP_CLOSE_WAIT"},
    {CTA_TIMEOUT_TCP_LAST_ACK, Kind::Be32, "CTA_TIMEOUT_TCP_LAST_ACK"},
    {CTA_TIMEOUT_TCP_TIME_WAIT, Kind::Be32, "CTA_TIMEOUT_TCP_TIME_WAIT"},
    {CTA_TIMEOUT_TCP_CLOSE, Kind::Be32, "CTA_TIMEOUT_TCP_CLOSE"},
    {CTA_TIMEOUT_TCP_SYN_SENT2, Kind::Be32, "CTA_TIMEOUT_TCP_SYN_SENT2"},
    {CTA_TIMEOUT_TCP_RETRANS, Kind::Be32, "CTA_TIMEOUT_TCP_RETRANS"},
    {CTA_TIMEOUT_TCP_UNACK, Kind::Be32, "CTA_TIMEOUT_TCP_UNACK"},
};
// UDP's and other protocols' have the first of these numbers.
constexpr Schema kTimeoutsSchema{.attributes = kTimeouts};
constexpr AttributeSpec kCtTimeout[] = {
    {NFTA_CT_TIMEOUT_L3PROTO, Kind::Be16, "NFTA_CT_TIMEOUT_L3PROTO"},
    {NFTA_CT_TIMEOUT_L4PROTO, Kind::U8, "NFTA_CT_TIMEOUT_L4PROTO"},
    {NFTA_CT_TIMEOUT_DATA, Kind::Nested, "NFTA_CT_TIMEOUT_DATA", &kTimeoutsSchema},
};

struct Named {
  std::string_view name;
  Schema schema;
};
constexpr std::array kExpressions = std::to_array<Named>({
    {"bitwise", {.attributes = kBitwise}},
    {"byteorder", {.attributes = kByteOrder}},
    {"cmp", {.attributes = kCompare}},
    {"connlimit", {.attributes = kConnlimit}},
    {"counter", {.attributes = kCounter}},
    {"ct", {.attributes = kCt}},
    {"dup", {.attributes = kDuplicate}},
    {"dynset", {.attributes = kDynamicSet}},
    {"exthdr", {.attributes = kExtension}},
    {"fib", {.attributes = kFib}},
    {"flow_offload", {.attributes = kFlowOffload}},
    {"fwd", {.attributes = kForward}},
    {"hash", {.attributes = kHash}},
    {"immediate", {.attributes = kImmediate}},
    {"last", {.attributes = kLast}},
    {"limit", {.attributes = kLimit}},
    {"log", {.attributes = kLog}},
    {"lookup", {.attributes = kLookup}},
    {"masq", {.attributes = kMasquerade}},
    {"match", {.attributes = kXtMatch}},
    {"meta", {.attributes = kMeta}},
    {"nat", {.attributes = kNat}},
    {"notrack", {.attributes = {}}},
    {"numgen", {.attributes = kNumberGenerator}},
    {"objref", {.attributes = kObjectReference}},
    {"osf", {.attributes = kOsf}},
    {"payload", {.attributes = kPayload}},
    {"queue", {.attributes = kQueue}},
    {"quota", {.attributes = kQuota}},
    {"range", {.attributes = kRange}},
    {"redir", {.attributes = kRedirect}},
    {"reject", {.attributes = kReject}},
    {"rt", {.attributes = kRoute}},
    {"socket", {.attributes = kSocket}},
    {"synproxy", {.attributes = kSynproxy}},
    {"target", {.attributes = kXtTarget}},
    {"tproxy", {.attributes = kTproxy}},
    {"tunnel", {.attributes = kTunnel}},
    {"xfrm", {.attributes = kXfrm}},
});
static_assert(std::ranges::all_of(kExpressions,
                                  [](const Named& n) { return n.schema.is_well_formed(); }));
static_assert(std::ranges::is_sorted(kExpressions, {}, &Named::name));

struct Numbered {
  std::uint32_t kind = 0;
  Schema schema;
};
constexpr std::array kObjects = std::to_array<Numbered>({
    {NFT_OBJECT_COUNTER, {.attributes = kCounter}},
    {NFT_OBJECT_QUOTA, {.attributes = kQuota}},
    {NFT_OBJECT_CT_HELPER, {.attributes = kCtHelper}},
    {NFT_OBJECT_LIMIT, {.attributes = kLimit}},
    {NFT_OBJECT_CT_TIMEOUT, {.attributes = kCtTimeout}},
    {NFT_OBJECT_SECMARK, {.attributes = kSecmark}},
    {NFT_OBJECT_CT_EXPECT, {.attributes = kCtExpectation}},
    {NFT_OBJECT_SYNPROXY, {.attributes = kSynproxy}},
});
static_assert(std::ranges::all_of(kObjects,
                                  [](const Numbered& n) { return n.schema.is_well_formed(); }));

}  // namespace

const Schema* expression_schema(std::string_view name) {
  const auto found = std::ranges::lower_bound(kExpressions, name, {}, &Named::name);
  return found != kExpressions.end() && found->name == name ? &found->schema : nullptr;
}

const Schema* object_schema(std::uint32_t kind) {
  const auto found = std::ranges::find(kObjects, kind, &Numbered::kind);
  return found == kObjects.end() ? nullptr : &found->schema;
}

}  // namespace topoproof::nft
