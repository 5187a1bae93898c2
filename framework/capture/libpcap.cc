// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/libpcap.hh"

namespace topoproof::capture {
Libpcap::Libpcap(const sys::SharedLibrary& library) {
  library.load(activate, "pcap_activate");
  library.load(breakloop, "pcap_breakloop");
  library.load(close, "pcap_close");
  library.load(compile, "pcap_compile");
  library.load(create, "pcap_create");
  library.load(datalink, "pcap_datalink");
  library.load(dispatch, "pcap_dispatch");
  library.load(fopen_offline_with_tstamp_precision, "pcap_fopen_offline_with_tstamp_precision");
  library.load(freecode, "pcap_freecode");
  library.load(get_selectable_fd, "pcap_get_selectable_fd");
  library.load(geterr, "pcap_geterr");
  library.load(next_ex, "pcap_next_ex");
  library.load(open_dead, "pcap_open_dead");
  library.load(set_buffer_size, "pcap_set_buffer_size");
  library.load(set_datalink, "pcap_set_datalink");
  library.load(set_immediate_mode, "pcap_set_immediate_mode");
  library.load(set_promisc, "pcap_set_promisc");
  library.load(set_snaplen, "pcap_set_snaplen");
  library.load(set_tstamp_precision, "pcap_set_tstamp_precision");
  library.load(setdirection, "pcap_setdirection");
  library.load(setfilter, "pcap_setfilter");
  library.load(setnonblock, "pcap_setnonblock");
  library.load(stats, "pcap_stats");
}

const Libpcap& libpcap() {
  static const Libpcap functions(sys::SharedLibrary("libpcap.so.0.8"));
  return functions;
}

}  // namespace topoproof::capture
