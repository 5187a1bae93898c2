// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/attribute_lines.hh"

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

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
        lines_.said.push_back(here + ": " + to_hex(attribute->payload));
        continue;
      }
      const auto first = lines_.said.size();
      add(attribute->payload, here);
      if (attribute->type == NFTA_EXPR_DATA) {
        find_implied(text_of(child(bytes, NFTA_EXPR_NAME)), attribute->payload, here, first);
      }
    }
  }
  AttributeLines take() { return std::move(lines_); }

 private:
  // Those since `first` that begin so are not counted as said.
  void imply(std::size_t first, const std::string& beginning, std::string_view name) {
    auto& said = lines_.said;
    for (std::size_t i = first; i < said.size();) {
      if (!said[i].starts_with(beginning)) {
        ++i;
        continue;
      }
      lines_.implied.push_back(fmt::format("{} {}", name, said[i]));
      said.erase(said.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  void find_implied(std::string_view expression, BytesView data, const std::string& path,
                    std::size_t first) {
    struct SetId {
      std::string_view expression;
      std::uint16_t name;
      int id;
      std::string_view text;
    };
    constexpr std::array kSetIds{
        SetId{"lookup", NFTA_LOOKUP_SET, NFTA_LOOKUP_SET_ID, "NFTA_LOOKUP_SET_ID"},
        SetId{"dynset", NFTA_DYNSET_SET_NAME, NFTA_DYNSET_SET_ID, "NFTA_DYNSET_SET_ID"},
        SetId{"objref", NFTA_OBJREF_SET_NAME, NFTA_OBJREF_SET_ID, "NFTA_OBJREF_SET_ID"}};
    if (expression == "bitwise")
      imply(first, fmt::format("{}/{}: 00 00 00 00", path, int{NFTA_BITWISE_OP}),
            "NFTA_BITWISE_OP");
    for (const auto& [of, name, id, text] : kSetIds) {
      const bool is_named = text_of(child(data, name)).find('%') == std::string_view::npos;
      if (expression == of && is_named) imply(first, fmt::format("{}/{}: ", path, id), text);
    }
  }

  AttributeLines lines_;
};

}  // namespace

AttributeLines attribute_lines(BytesView message) {
  LineWriter lines;
  lines.add(attributes_of(message), "");
  return lines.take();
}

}  // namespace topoproof::nft
