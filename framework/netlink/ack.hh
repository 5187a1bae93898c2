// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's yes or no to a message, with its extended acknowledgement.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "netlink/reader.hh"

namespace topoproof::netlink {

struct Ack {
  int error = 0;                   // 0, or a positive errno
  std::string text;                // "ipv4: Invalid prefix length"; often empty
  std::uint32_t offset = 0;        // in the refused message, of the attribute meant; 0: of none
  std::uint16_t missing_type = 0;  // of an attribute that should be there; 0: of none
};

// RETURNS: nothing if the message is no NLMSG_ERROR, is too short to be one, or has a number that
// is no errno.
std::optional<Ack> decode_ack(const Message& message);
// NLMSG_DONE too, which ends a listing and holds an error if it ended halfway. What ends so without
// being sound is the error EPROTO.
std::optional<Ack> decode_end(const Message& message);

// The name of the attribute meant in the message that was sent; empty if there is none.
std::string name_attribute(const Ack& ack, BytesView sent, const Schema* schema);

}  // namespace topoproof::netlink
