// SPDX-License-Identifier: GPL-2.0-or-later
// The IR's enumerators have the kernel's numbers: the codec relies on it, the compiler checks it.
#include <utility>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "firewall/build.hh"
#include "firewall/ruleset.hh"

namespace topoproof::firewall {
namespace {

template <class E>
constexpr bool is(E value, int number) {
  return static_cast<int>(value) == number;
}

static_assert(is(PayloadBase::Network, NFT_PAYLOAD_NETWORK_HEADER));
static_assert(is(PayloadBase::Inner, NFT_PAYLOAD_INNER_HEADER));
static_assert(is(MetaKey::L4proto, NFT_META_L4PROTO));
static_assert(is(MetaKey::Iifkind, NFT_META_IIFKIND));
static_assert(is(MetaKey::Sdifname, NFT_META_SDIFNAME));
static_assert(is(CtKey::Zone, NFT_CT_ZONE));
static_assert(is(CtKey::Id, NFT_CT_ID));
static_assert(is(CompareOp::GreaterOrEqual, NFT_CMP_GTE));
static_assert(is(ShiftDirection::Right, NFT_BITWISE_RSHIFT));
static_assert(is(ByteOrderOp::ToNetwork, NFT_BYTEORDER_HTON));
static_assert(is(VerdictKind::Drop, NF_DROP) && is(VerdictKind::Accept, NF_ACCEPT));
static_assert(is(VerdictKind::Continue, NFT_CONTINUE) && is(VerdictKind::Return, NFT_RETURN));
static_assert(is(VerdictKind::Jump, NFT_JUMP) && is(VerdictKind::Goto, NFT_GOTO));
static_assert(is(NatKind::Destination, NFT_NAT_DNAT));
static_assert(is(RejectKind::AnyError, NFT_REJECT_ICMPX_UNREACH));
static_assert(is(LimitUnit::Bytes, NFT_LIMIT_PKT_BYTES));
static_assert(is(FibResult::AddressType, NFT_FIB_RESULT_ADDRTYPE));
static_assert(kFibPresent == NFTA_FIB_F_PRESENT && kFibOif == NFTA_FIB_F_OIF);
static_assert(is(TableFamily::Inet, NFPROTO_INET) && is(TableFamily::Netdev, NFPROTO_NETDEV));
static_assert(is(TableFamily::Ip6, NFPROTO_IPV6) && is(TableFamily::Bridge, NFPROTO_BRIDGE));
static_assert(kSetConcat == NFT_SET_CONCAT && kSetObject == NFT_SET_OBJECT);
static_assert(kTypeVerdict == NFT_DATA_VERDICT);
static_assert(kElementCatchall == NFT_SET_ELEM_CATCHALL);

}  // namespace
}  // namespace topoproof::firewall
