// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/queueing.hh"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include "netlink/error.hh"
#include "netlink/reader.hh"

namespace topoproof::netlink {
namespace {

constexpr std::array kAttributes{AttributeSpec{TCA_KIND, Kind::String, "TCA_KIND"}};
constexpr Schema kSchema{.header_size = sizeof(tcmsg), .attributes = kAttributes};
static_assert(kSchema.is_well_formed());
constinit const Request kListQueueing{RTM_GETQDISC, NLM_F_REQUEST | NLM_F_DUMP, &kSchema};
constinit const Request kListFilters{RTM_GETTFILTER, NLM_F_REQUEST | NLM_F_DUMP, &kSchema};

// As net.core.default_qdisc says, or the device has none. They keep the order of a flow's packets.
constexpr std::array<std::string_view, 6> kUsual{"noqueue", "noop",     "pfifo_fast",
                                                 "mq",      "fq_codel", "fq"};

// Where the filters of a discipline hang: those that see all packets of an interface have one
// place for each direction.
std::vector<std::uint32_t> places_of_filters(std::string_view kind, std::uint32_t handle) {
  if (kind == "clsact") {
    return {TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS)};
  }
  return handle != 0 ? std::vector{handle} : std::vector<std::uint32_t>();
}

std::vector<std::string> filters_at(Socket& socket, int interface, std::uint32_t place) {
  Batch request;
  tcmsg header{};
  header.tcm_ifindex = interface;
  header.tcm_parent = place;
  request.add(0, kListFilters).put_header(header);
  std::vector<std::string> kinds;
  for (const Message& message : socket.dump(request, "list filters of tc")) {
    std::string fault;
    auto kind = AttributeReader(message.payload, kSchema, fault).string(TCA_KIND);
    if (kind) kinds.push_back(*std::move(kind));
  }
  return kinds;
}

// A kernel without classifiers has none.
std::vector<std::string> filters_of(Socket& socket, const tcmsg& header, std::string_view kind) {
  std::set<std::string> kinds;
  try {
    for (const std::uint32_t place : places_of_filters(kind, header.tcm_handle)) {
      std::ranges::move(filters_at(socket, header.tcm_ifindex, place),
                        std::inserter(kinds, kinds.end()));
    }
  } catch (const NetlinkError&) {
    return {};
  }
  return {kinds.begin(), kinds.end()};
}

}  // namespace

std::vector<Queueing> observe_queueing(Socket& socket) {
  Batch request;
  request.add(0, kListQueueing).put_header(tcmsg{});
  std::vector<Queueing> found;
  for (const Message& message : socket.dump(request, "list queueing disciplines")) {
    const auto header = read_header<tcmsg>(message.payload);
    std::string fault;
    const auto kind = AttributeReader(message.payload, kSchema, fault).string(TCA_KIND);
    if (!header || !kind) continue;
    const bool is_usual = std::ranges::find(kUsual, *kind) != kUsual.end();
    auto filters = filters_of(socket, *header, *kind);
    if (is_usual && filters.empty()) continue;
    found.push_back({static_cast<std::uint32_t>(header->tcm_ifindex), *kind, std::move(filters)});
  }
  return found;
}

}  // namespace topoproof::netlink
