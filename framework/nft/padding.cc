// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/padding.hh"

#include <algorithm>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include "netlink/reader.hh"

namespace topoproof::nft {
namespace {

void clear_padding(Bytes& bytes, std::size_t begin, std::size_t end) {
  while (begin + sizeof(nlattr) <= end) {
    const auto header = *netlink::read_header<nlattr>(BytesView(bytes).subspan(begin));
    if (header.nla_len < sizeof(nlattr)) return;
    const auto stop = std::min(begin + header.nla_len, end);
    if ((header.nla_type & NLA_F_NESTED) != 0) clear_padding(bytes, begin + sizeof(nlattr), stop);
    const auto next = std::min(begin + netlink::aligned(header.nla_len), end);
    for (auto at = stop; at < next; ++at) bytes[at] = std::byte{0};
    begin = next;
  }
}

}  // namespace

Bytes without_padding(BytesView body) {
  Bytes bytes(body.begin(), body.end());
  clear_padding(bytes, sizeof(nfgenmsg), bytes.size());
  return bytes;
}

}  // namespace topoproof::nft
