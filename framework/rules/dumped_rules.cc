// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/dumped_rules.hh"

#include <array>
#include <map>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include "firewall/describe.hh"
#include "netlink/batch.hh"
#include "netlink/reader.hh"
#include "nft/attributes.hh"
#include "rules/source.hh"
#include "sys/process.hh"

namespace topoproof::rules {
namespace {

using Names = std::map<std::string, std::string, std::less<>>;

Names anonymous_names(const firewall::Ruleset& ruleset) {
  Names names;
  for (const auto& table : ruleset.tables) {
    for (const auto& chain : table.chains) {
      if (chain.is_anonymous()) names.emplace(chain.name, fmt::format("__chain{}", names.size()));
    }
  }
  return names;
}

void append_attribute(Bytes& out, std::uint16_t type, BytesView payload) {
  const nlattr header{.nla_len = static_cast<std::uint16_t>(sizeof(nlattr) + payload.size()),
                      .nla_type = type};
  const auto bytes = std::as_bytes(std::span(&header, 1));
  out.insert(out.end(), bytes.begin(), bytes.end());
  out.insert(out.end(), payload.begin(), payload.end());
  out.resize(netlink::aligned(out.size()));
}

// From the list of expressions down to the chain that a verdict leads to.
constexpr std::array<std::uint16_t, 5> kWayToChain{
    NFTA_LIST_ELEM, NFTA_EXPR_DATA, NFTA_IMMEDIATE_DATA, NFTA_DATA_VERDICT, NFTA_VERDICT_CHAIN};

Bytes renamed(BytesView attributes, const Names& names, std::size_t depth = 0) {
  Bytes out;
  const bool is_other =
      depth == 1 && nft::text_of(nft::child(attributes, NFTA_EXPR_NAME)) != "immediate";
  netlink::AttributeCursor cursor(attributes);
  while (const auto attribute = cursor.next()) {
    if (is_other || attribute->type != kWayToChain.at(depth)) {
      append_attribute(out, attribute->type, attribute->payload);
    } else if (depth + 1 < kWayToChain.size()) {
      append_attribute(out, attribute->type, renamed(attribute->payload, names, depth + 1));
    } else {
      const auto found = names.find(nft::text_of(attribute->payload));
      const auto name = found == names.end() ? attribute->payload : as_view(found->second);
      append_attribute(out, attribute->type, name);
    }
  }
  return out;
}

constexpr netlink::Schema kAnyMessage{.header_size = sizeof(nfgenmsg), .attributes = {}};

}  // namespace

std::vector<Bytes> dumped_expressions(netlink::Socket& socket, const firewall::Ruleset& listed) {
  netlink::Batch batch;
  const auto type = static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETRULE);
  batch.add(0, {.type = type, .flags = NLM_F_REQUEST | NLM_F_DUMP, .schema = &kAnyMessage})
      .put_header(nfgenmsg{.nfgen_family = 0, .version = NFNETLINK_V0, .res_id = 0});
  const Names names = anonymous_names(listed);
  std::vector<Bytes> expressions;
  for (const auto& message : socket.dump(batch, "list the rules")) {
    const auto bytes = nft::with_header(message);
    expressions.push_back(
        renamed(nft::child(nft::attributes_of(bytes), NFTA_RULE_EXPRESSIONS), names));
  }
  return expressions;
}

std::vector<std::string> expressions_of_nft(const sys::Netns& netns) {
  const auto listed = sys::run_process({"nft", "--debug=netlink", "list", "ruleset"}, &netns, {},
                                       sys::Stderr::Apart);
  if (listed.exit_status != 0) throw std::runtime_error(listed.errors);
  std::vector<std::string> expressions;
  for (auto line : lines_of(listed.output)) {
    if (!line.starts_with("  [ ")) continue;
    expressions.emplace_back(line.substr(2));
  }
  return expressions;
}

std::vector<std::string> expressions_of(const firewall::Ruleset& listed) {
  std::vector<std::string> expressions;
  for (const auto& table : listed.tables) {
    for (const auto& chain : table.chains) {
      for (const auto& rule : chain.rules) {
        for (const auto& one : rule.expressions)
          expressions.push_back(fmt::format("[ {} ]", describe(one, firewall::Wording::Listed)));
      }
    }
  }
  return expressions;
}

}  // namespace topoproof::rules
