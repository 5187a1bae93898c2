// SPDX-License-Identifier: GPL-2.0-or-later
// What RTM_*ROUTE messages carry, for routes and for lookups.
#pragma once

#include "netlink/schema.hh"

namespace topoproof::netlink {

extern const Schema kRouteSchema;

}  // namespace topoproof::netlink
