// SPDX-License-Identifier: GPL-2.0-or-later
// Property: what rtnetlink messages say of a route, rule, address or neighbour is what was asked.
#include "fuzz/make_state.hh"
#include "fuzz/target.hh"
#include "netlink/address.hh"
#include "netlink/batch.hh"
#include "netlink/neighbor.hh"
#include "netlink/route.hh"
#include "netlink/rule.hh"

namespace topoproof::fuzz {
namespace {

// `encode` and `decode` as the codec of the kind has them.
template <class T, class Encode, class Decode>
void check(const T& value, const netlink::Request& request, Encode encode, Decode decode) {
  netlink::Batch batch;
  encode(value, batch.add(0, request));
  const auto messages = netlink::split_messages(batch.bytes());
  TOPOPROOF_CHECK(messages && messages->size() == 1, "one message was written");
  TOPOPROOF_CHECK(decode(messages->front()) == value, "it says what was asked");
}

}  // namespace

void run(BytesView input) {
  ByteSource source(input);
  StateMaker maker(source);
  const auto named = [](const auto& value, netlink::MessageWriter& out) {
    encode(value, names(), out);
  };
  switch (source.below(4)) {
    case 0:
      return check(maker.address(), netlink::kAddAddress, named,
                   [](const netlink::Message& m) { return netlink::decode_address(m, names()); });
    case 1:
      return check(maker.route(), netlink::kAddRoute, named,
                   [](const netlink::Message& m) { return netlink::decode_route(m, names()); });
    case 2:
      return check(
          maker.rule(), netlink::kAddRule,
          [](const auto& rule, netlink::MessageWriter& out) { encode(rule, out); },
          netlink::decode_rule);
    default:
      return check(maker.neighbor(), netlink::kAddNeighbor, named,
                   [](const netlink::Message& m) { return netlink::decode_neighbor(m, names()); });
  }
}

}  // namespace topoproof::fuzz
