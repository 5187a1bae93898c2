// SPDX-License-Identifier: GPL-2.0-or-later
// Frames with what the kernel draws or leaves to the device made equal, so that the rest can be
// compared byte for byte. Pure.
#pragma once

#include "base/bytes.hh"

namespace topoproof::campaign {

bool is_arp(BytesView frame);
// Asks for a neighbour, by ARP or by a solicitation (RFC 4861). Who does so waits for an answer
// that nobody gives.
bool asks_for_neighbor(BytesView frame);
// What is no part of an answer: ARP (the answers to fences), and what hosts say by themselves:
// IGMP, and frames to the multicast stations of IPv6.
bool is_noise(BytesView frame);

// * The transport checksum of a packet is 0 where it is right, or where a local sender left it to
//   the device (then it holds the pseudo header's sum); what is wrong stays as it is.
// * The IPv4 identification, and the IPv6 flow label, of what the node may have made itself: an
//   error, the reply to an echo, a reset. The header checksum is then 0 if it was right.
Bytes make_normal(BytesView frame);
// The same for people to read: transport checksums stay as they are, and the header's is right
// again where an identification was taken out.
Bytes without_identity(BytesView frame);

}  // namespace topoproof::campaign
