// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/queueing.hh"

#include <algorithm>
#include <array>
#include <string_view>

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include "netlink/reader.hh"

namespace topoproof::netlink {
namespace {

constexpr std::array kAttributes{AttributeSpec{TCA_KIND, Kind::String, "TCA_KIND"}};
constexpr Schema kSchema{.header_size = sizeof(tcmsg), .attributes = kAttributes};
static_assert(kSchema.is_well_formed());
constinit const Request kListQueueing{RTM_GETQDISC, NLM_F_REQUEST | NLM_F_DUMP, &kSchema};

// As net.core.default_qdisc says, or the device has none. They keep the order of a flow's packets.
constexpr std::array<std::string_view, 6> kUsual{"noqueue", "noop",     "pfifo_fast",
                                                 "mq",      "fq_codel", "fq"};

}  // namespace

std::vector<Queueing> observe_queueing(Socket& socket) {
  Batch request;
  request.add(0, kListQueueing).put_header(tcmsg{});
  std::vector<Queueing> found;
  for (const Message& message : socket.dump(request, "list queueing disciplines")) {
    const auto header = read_header<tcmsg>(message.payload);
    std::string fault;
    const auto kind = AttributeReader(message.payload, kSchema, fault).string(TCA_KIND);
    if (!header || !kind || std::ranges::find(kUsual, *kind) != kUsual.end()) continue;
    found.push_back({static_cast<std::uint32_t>(header->tcm_ifindex), *kind});
  }
  return found;
}

}  // namespace topoproof::netlink
