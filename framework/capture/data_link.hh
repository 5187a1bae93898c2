// SPDX-License-Identifier: GPL-2.0-or-later
// libpcap's DLT numbers, which differ from those in files for Raw. Only for sources of this module.
#pragma once

#include <optional>

#include <pcap/dlt.h>

#include "capture/frame.hh"

namespace topoproof::capture {

inline int dlt_of(LinkType link_type) {
  switch (link_type) {
    case LinkType::Ethernet:
      return DLT_EN10MB;
    case LinkType::Raw:
      return DLT_RAW;
    case LinkType::LinuxSll2:
      return DLT_LINUX_SLL2;
  }
  return -1;
}

inline std::optional<LinkType> link_type_of_dlt(int dlt) {
  for (const auto known : {LinkType::Ethernet, LinkType::Raw, LinkType::LinuxSll2}) {
    if (dlt_of(known) == dlt) return known;
  }
  return std::nullopt;
}

}  // namespace topoproof::capture
