// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/attribute_lines.hh"

#include <algorithm>

#include <fmt/format.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>

#include "netlink/reader.hh"
#include "nft/attributes.hh"

namespace topoproof::nft {
namespace {

class LineWriter {
 public:
  void add(BytesView bytes, const std::string& path) {
    netlink::AttributeCursor cursor(bytes);
    while (const auto attribute = cursor.next()) {
      const auto header = netlink::read_header<nlattr>(bytes.subspan(attribute->offset));
      const auto here = fmt::format("{}/{}", path, attribute->type);
      if ((header->nla_type & NLA_F_NESTED) == 0) {
        lines_.push_back(here + ": " + to_hex(attribute->payload));
        continue;
      }
      const auto first = lines_.size();
      add(attribute->payload, here);
      if (attribute->type == NFTA_EXPR_DATA) {
        drop_implied(text_of(child(bytes, NFTA_EXPR_NAME)), attribute->payload, here, first);
      }
    }
  }
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  void drop(std::size_t first, const std::string& beginning) {
    const auto is_so = [&](const std::string& line) { return line.starts_with(beginning); };
    const auto from = lines_.begin() + static_cast<std::ptrdiff_t>(first);
    lines_.erase(std::remove_if(from, lines_.end(), is_so), lines_.end());
  }
  void drop_set_id(BytesView data, std::uint16_t name, int id, const std::string& path,
                   std::size_t first) {
    const bool is_named = text_of(child(data, name)).find('%') == std::string_view::npos;
    if (is_named) drop(first, fmt::format("{}/{}: ", path, id));
  }
  void drop_implied(std::string_view expression, BytesView data, const std::string& path,
                    std::size_t first) {
    if (expression == "bitwise") {
      drop(first, fmt::format("{}/{}: 00 00 00 00", path, int{NFTA_BITWISE_OP}));
    }
    if (expression == "nat") {
      drop(first, fmt::format("{}/{}: 00 00 00 02", path, int{NFTA_NAT_FLAGS}));
    }
    if (expression == "lookup") drop_set_id(data, NFTA_LOOKUP_SET, NFTA_LOOKUP_SET_ID, path, first);
    if (expression == "dynset") {
      drop_set_id(data, NFTA_DYNSET_SET_NAME, NFTA_DYNSET_SET_ID, path, first);
    }
    if (expression == "objref") {
      drop_set_id(data, NFTA_OBJREF_SET_NAME, NFTA_OBJREF_SET_ID, path, first);
    }
  }

  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> attribute_lines(BytesView message) {
  LineWriter lines;
  lines.add(attributes_of(message), "");
  return lines.take();
}

}  // namespace topoproof::nft
