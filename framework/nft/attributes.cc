// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/attributes.hh"

#include <algorithm>

#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

namespace topoproof::nft {

Bytes with_header(const netlink::Message& message) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(NLMSG_HDRLEN + message.payload.size());
  header.nlmsg_type = message.type;
  Bytes bytes(header.nlmsg_len);
  const std::span out(bytes);
  std::ranges::copy(std::as_bytes(std::span(&header, 1)), out.begin());
  std::ranges::copy(message.payload, out.subspan(NLMSG_HDRLEN).begin());
  return bytes;
}

BytesView attributes_of(BytesView message) {
  return message.subspan(std::min<std::size_t>(message.size(), NLMSG_LENGTH(sizeof(nfgenmsg))));
}

BytesView child(BytesView attributes, std::uint16_t type) {
  netlink::AttributeCursor cursor(attributes);
  while (const auto attribute = cursor.next()) {
    if (attribute->type == type) return attribute->payload;
  }
  return {};
}

std::string_view text_of(BytesView payload) {
  const auto text = as_text(payload);
  return text.substr(0, text.find('\0'));
}

void for_each_expression(BytesView rule_message, const ExpressionVisitor& f) {
  const auto list = child(attributes_of(rule_message), NFTA_RULE_EXPRESSIONS);
  netlink::AttributeCursor cursor(list);
  while (const auto element = cursor.next()) {
    const auto end = element->payload.data() + element->payload.size() - rule_message.data();
    f(text_of(child(element->payload, NFTA_EXPR_NAME)), child(element->payload, NFTA_EXPR_DATA),
      static_cast<std::size_t>(end));
  }
}

}  // namespace topoproof::nft
