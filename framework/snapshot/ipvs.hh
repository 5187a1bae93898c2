// SPDX-License-Identifier: GPL-2.0-or-later
// The services of the kernel's load balancer, as it lists them (/proc/net/ip_vs).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace topoproof::snapshot {

// "TCP 10.0.0.1:80 rr", "FWM 7 wlc"; what is no IPv4 address as it stands there.
std::vector<std::string> ipvs_services(std::string_view listing);

}  // namespace topoproof::snapshot
