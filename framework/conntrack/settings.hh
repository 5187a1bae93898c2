// SPDX-License-Identifier: GPL-2.0-or-later
// What sysctls say about connection tracking in a namespace (net.netfilter.nf_conntrack_*), with
// the kernel's defaults (Documentation/networking/nf_conntrack-sysctl.rst).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace topoproof::conntrack {

// Virtual time since the simulation began.
using Time = std::chrono::nanoseconds;

// One for all that shares a simulation; whoever owns it moves it.
struct Clock {
  Time now{0};
};

using namespace std::chrono_literals;  // NOLINT: literals only

struct TcpTimeouts {
  Time syn_sent = 120s;
  Time syn_received = 60s;
  Time established = 432000s;
  Time fin_wait = 120s;
  Time close_wait = 60s;
  Time last_ack = 30s;
  Time time_wait = 120s;
  Time close = 10s;
  Time retransmitting = 300s;  // nf_conntrack_tcp_timeout_max_retrans
  Time unacknowledged = 300s;
};

struct Settings {
  bool checksum = true;
  std::uint32_t max_entries = 262144;  // global in the kernel, not of a namespace
  bool tcp_loose = true;
  bool tcp_be_liberal = false;
  bool tcp_ignore_invalid_rst = false;
  std::uint8_t tcp_max_retransmits = 3;
  TcpTimeouts tcp;
  Time udp = 30s;
  Time udp_stream = 120s;
  Time icmp = 30s;
  Time icmpv6 = 30s;
  Time gre = 30s;
  Time gre_stream = 180s;
  Time generic = 600s;
  Time fragments_ipv4 = 30s;  // net.ipv4.ipfrag_time
  Time fragments_ipv6 = 60s;  // net.netfilter.nf_conntrack_frag6_timeout
};

}  // namespace topoproof::conntrack
