// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes into a Stack, exactly. Never fails: what is not understood becomes raw payload. Thorough,
// not fast: for many packets a second there is view.hh.
#pragma once

#include "packet/stack.hh"

namespace topoproof::packet {

enum class LinkType {
  Ethernet,
  Ip,  // begins with the IPv4 or IPv6 header
};

// build(dissect(bytes)) == bytes, for all bytes.
//
// A computed field is set only where its value is not the one that build would compute: a valid
// packet dissects into headers without any, and a wrong checksum stands out. So
// dissect(build(stack)) == stack holds for every stack in the form that dissect gives: redundant
// fields empty, options and extension data of whole words, no empty payload, layers in an order
// that the numbers in their headers announce, and nothing behind the first header of a later
// fragment. What an ICMP error quotes stays payload (dissect that with LinkType::Ip).
Stack dissect(BytesView bytes, LinkType link = LinkType::Ethernet);

}  // namespace topoproof::packet
