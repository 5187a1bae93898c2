// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/route_schema.hh"

#include <linux/rtnetlink.h>

namespace topoproof::netlink {
namespace {

constexpr std::array kMetricsAttributes{AttributeSpec{RTAX_MTU, Kind::U32, "RTAX_MTU"}};
constexpr Schema kMetrics{.header_size = 0, .attributes = kMetricsAttributes};

constexpr std::array kRouteAttributes{
    AttributeSpec{RTA_DST, Kind::Ip, "RTA_DST"},
    AttributeSpec{RTA_SRC, Kind::Ip, "RTA_SRC"},
    AttributeSpec{RTA_IIF, Kind::U32, "RTA_IIF"},
    AttributeSpec{RTA_OIF, Kind::U32, "RTA_OIF"},
    AttributeSpec{RTA_GATEWAY, Kind::Ip, "RTA_GATEWAY"},
    AttributeSpec{RTA_PRIORITY, Kind::U32, "RTA_PRIORITY"},
    AttributeSpec{RTA_PREFSRC, Kind::Ip, "RTA_PREFSRC"},
    AttributeSpec{RTA_METRICS, Kind::Nested, "RTA_METRICS", &kMetrics},
    AttributeSpec{RTA_MULTIPATH, Kind::Binary, "RTA_MULTIPATH"},
    AttributeSpec{RTA_TABLE, Kind::U32, "RTA_TABLE"},
    AttributeSpec{RTA_MARK, Kind::U32, "RTA_MARK"},
    AttributeSpec{RTA_VIA, Kind::Binary, "RTA_VIA"},
    AttributeSpec{RTA_IP_PROTO, Kind::U8, "RTA_IP_PROTO"},
    AttributeSpec{RTA_SPORT, Kind::Be16, "RTA_SPORT"},
    AttributeSpec{RTA_DPORT, Kind::Be16, "RTA_DPORT"},
};

}  // namespace

constexpr Schema kRoute{.header_size = sizeof(rtmsg), .attributes = kRouteAttributes};
static_assert(kMetrics.is_well_formed() && kRoute.is_well_formed());
constinit const Schema kRouteSchema = kRoute;

}  // namespace topoproof::netlink
