// SPDX-License-Identifier: GPL-2.0-or-later
// What nft sends to the kernel for a text, byte by byte. For tests.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hh"
#include "sys/netns.hh"

namespace topoproof::netfilter {

struct SentMessage {
  std::uint16_t type = 0;  // of netlink
  Bytes body;              // from the nfnetlink header on
};

// The sets, elements and rules of the batch. Runs in the namespace, and changes it.
// THROWS: std::runtime_error, with nft's words, where it refuses the text.
std::vector<SentMessage> sent_by_nft(const sys::Netns& netns, const std::string& command);

}  // namespace topoproof::netfilter
