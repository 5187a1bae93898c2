// SPDX-License-Identifier: GPL-2.0-or-later
// Property: whatever a broken kernel socket does (overruns, interrupted calls, datagrams cut off,
// wrong numbers, garbage), a batch is a success only if its last message was acknowledged.
#include <algorithm>
#include <memory>
#include <vector>

#include <linux/netlink.h>

#include "fuzz/broken_kernel.hh"
#include "fuzz/target.hh"
#include "netlink/socket.hh"

namespace topoproof::fuzz {
namespace {

constexpr std::uint32_t kLast = 3;
const netlink::Schema kSchema{.header_size = 4, .attributes = {}};
constexpr netlink::Request kRequest{.type = 0x20, .flags = NLM_F_REQUEST, .schema = &kSchema};

bool acknowledges(BytesView datagram) {
  const auto messages = netlink::split_messages(datagram);
  return messages && std::ranges::any_of(*messages, [](const netlink::Message& message) {
           const auto error = netlink::read_header<int>(message.payload);
           return message.type == NLMSG_ERROR && message.sequence == kLast && error == 0;
         });
}

}  // namespace

void run(BytesView input) {
  ByteSource source(input);
  std::vector<Bytes> delivered;
  netlink::Socket socket(std::make_unique<BrokenKernel>(source, kLast, delivered));
  netlink::Batch batch;
  for (std::uint32_t i = 1; i <= kLast; ++i) batch.add(i, kRequest).put_header(i);
  try {
    if (!socket.refusals(batch).empty()) return;
  } catch (const netlink::ExchangeError&) {
    return;
  }
  TOPOPROOF_CHECK(std::ranges::any_of(delivered, acknowledges), "a success was acknowledged");
}

}  // namespace topoproof::fuzz
