// SPDX-License-Identifier: GPL-2.0-or-later
// Looks into nf_tables messages where libnftnl does not say enough. For the sources of this module.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/bytes.hh"
#include "netlink/reader.hh"

namespace topoproof::nft {

// The message with a netlink header before it again: libnftnl reads through one.
Bytes with_header(const netlink::Message& message);

// The attributes of a message that has its netlink header.
BytesView attributes_of(BytesView message);
// The payload of the first attribute of this type; empty if there is none.
BytesView child(BytesView attributes, std::uint16_t type);
std::string_view text_of(BytesView payload);  // without the final zero

// Calls f(name, data, offset) for each expression of a NEWRULE message, where `offset` is that of
// the expression's end within the message.
using ExpressionVisitor =
    std::function<void(std::string_view name, BytesView data, std::size_t end)>;
void for_each_expression(BytesView rule_message, const ExpressionVisitor& f);

}  // namespace topoproof::nft
