// SPDX-License-Identifier: GPL-2.0-or-later
// libpcap's functions, of pcap(3pcap), loaded with the first tap or file. Debian's libpcap brings
// nine more libraries (D-Bus, systemd, what these compress and encrypt with): half of what it
// costs to start a program that never captures. Internal to the module.
#pragma once

#include <pcap/pcap.h>

#include "sys/shared_library.hh"

namespace topoproof::capture {

struct Libpcap {
  explicit Libpcap(const sys::SharedLibrary& library);

  decltype(&::pcap_activate) activate;
  decltype(&::pcap_breakloop) breakloop;
  decltype(&::pcap_close) close;
  decltype(&::pcap_compile) compile;
  decltype(&::pcap_create) create;
  decltype(&::pcap_datalink) datalink;
  decltype(&::pcap_dispatch) dispatch;
  decltype(&::pcap_fopen_offline_with_tstamp_precision) fopen_offline_with_tstamp_precision;
  decltype(&::pcap_freecode) freecode;
  decltype(&::pcap_get_selectable_fd) get_selectable_fd;
  decltype(&::pcap_geterr) geterr;
  decltype(&::pcap_next_ex) next_ex;
  decltype(&::pcap_open_dead) open_dead;
  decltype(&::pcap_set_buffer_size) set_buffer_size;
  decltype(&::pcap_set_datalink) set_datalink;
  decltype(&::pcap_set_immediate_mode) set_immediate_mode;
  decltype(&::pcap_set_promisc) set_promisc;
  decltype(&::pcap_set_snaplen) set_snaplen;
  decltype(&::pcap_set_tstamp_precision) set_tstamp_precision;
  decltype(&::pcap_setdirection) setdirection;
  decltype(&::pcap_setfilter) setfilter;
  decltype(&::pcap_setnonblock) setnonblock;
  decltype(&::pcap_stats) stats;
};

const Libpcap& libpcap();  // THROWS: SystemError if it cannot be loaded

}  // namespace topoproof::capture
