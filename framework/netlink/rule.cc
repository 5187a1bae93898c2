// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/rule.hh"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

#include "netlink/family.hh"

namespace topoproof::netlink {
namespace {

static_assert(static_cast<int>(state::RuleAction::Lookup) == FR_ACT_TO_TBL);
static_assert(static_cast<int>(state::RuleAction::Prohibit) == FR_ACT_PROHIBIT);

constexpr std::array kRuleAttributes{
    AttributeSpec{FRA_DST, Kind::Ip, "FRA_DST"},
    AttributeSpec{FRA_SRC, Kind::Ip, "FRA_SRC"},
    AttributeSpec{FRA_IIFNAME, Kind::String, "FRA_IIFNAME"},
    AttributeSpec{FRA_PRIORITY, Kind::U32, "FRA_PRIORITY"},
    AttributeSpec{FRA_FWMARK, Kind::U32, "FRA_FWMARK"},
    AttributeSpec{FRA_SUPPRESS_PREFIXLEN, Kind::U32, "FRA_SUPPRESS_PREFIXLEN"},
    AttributeSpec{FRA_TABLE, Kind::U32, "FRA_TABLE"},
    AttributeSpec{FRA_FWMASK, Kind::U32, "FRA_FWMASK"},
    AttributeSpec{FRA_OIFNAME, Kind::String, "FRA_OIFNAME"},
};
constexpr Schema kRuleSchema{.header_size = sizeof(fib_rule_hdr), .attributes = kRuleAttributes};
static_assert(kRuleSchema.is_well_formed());

constexpr std::uint16_t kCreateRule = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL;

std::uint8_t length_of(const std::optional<Prefix>& prefix) {
  return static_cast<std::uint8_t>(prefix ? prefix->length() : 0);
}

// "from 0.0.0.0/0" is "from all": the kernel does not tell them apart.
std::optional<Prefix> read_prefix(Family family, const std::optional<IpAddress>& address,
                                  std::uint8_t length, std::string& fault) {
  if (!address) return std::nullopt;
  return make_checked_prefix(family, address, length, fault);
}

}  // namespace

constinit const Request kAddRule{RTM_NEWRULE, kCreateRule, &kRuleSchema};
constinit const Request kRemoveRule{RTM_DELRULE, NLM_F_REQUEST, &kRuleSchema};
constinit const Request kListRules{RTM_GETRULE, NLM_F_REQUEST | NLM_F_DUMP, &kRuleSchema};

void encode(const state::Rule& rule, MessageWriter& writer) {
  fib_rule_hdr header{};
  header.family = family_number(rule.family);
  header.dst_len = length_of(rule.to);
  header.src_len = length_of(rule.from);
  header.table = header_table(rule.table);
  header.action = static_cast<std::uint8_t>(rule.action);
  header.flags = rule.inverted ? FIB_RULE_INVERT : 0;
  writer.put_header(header);
  if (rule.from) writer.put_ip(FRA_SRC, rule.from->address());
  if (rule.to) writer.put_ip(FRA_DST, rule.to->address());
  if (rule.mark) {
    writer.put_u32(FRA_FWMARK, rule.mark->value);
    writer.put_u32(FRA_FWMASK, rule.mark->mask);
  }
  writer.put_u32(FRA_PRIORITY, rule.priority);
  if (rule.suppressed_length) writer.put_u32(FRA_SUPPRESS_PREFIXLEN, *rule.suppressed_length);
  if (rule.table > 255) writer.put_u32(FRA_TABLE, rule.table);
  if (rule.incoming) writer.put_string(FRA_IIFNAME, *rule.incoming);
  if (rule.outgoing) writer.put_string(FRA_OIFNAME, *rule.outgoing);
}

void encode_rule_listing(MessageWriter& writer) { writer.put_header(fib_rule_hdr{}); }

std::expected<state::Rule, Issue> decode_rule(const Message& message) {
  std::string fault;
  const AttributeReader reader(message.payload, kRuleSchema, fault);
  const auto header = read_header<fib_rule_hdr>(message.payload);
  const auto family = header ? family_of_number(header->family) : std::nullopt;
  if (message.type != RTM_NEWRULE || !family) return std::unexpected(make_issue("no IP rule"));
  state::Rule rule{.family = *family,
                   .priority = reader.u32(FRA_PRIORITY).value_or(0),
                   .from = read_prefix(*family, reader.ip(FRA_SRC), header->src_len, fault),
                   .to = read_prefix(*family, reader.ip(FRA_DST), header->dst_len, fault),
                   .incoming = reader.string(FRA_IIFNAME),
                   .outgoing = reader.string(FRA_OIFNAME),
                   .action = state::RuleAction{header->action},
                   .table = reader.u32(FRA_TABLE).value_or(header->table)};
  rule.inverted = (header->flags & FIB_RULE_INVERT) != 0;
  constexpr std::uint32_t kLongest = 128;
  const auto suppressed = reader.u32(FRA_SUPPRESS_PREFIXLEN);  // all ones: not asked for
  if (suppressed && *suppressed <= kLongest) {
    rule.suppressed_length = static_cast<std::uint8_t>(*suppressed);
  }
  const auto mark = reader.u32(FRA_FWMARK);
  const auto mask = reader.u32(FRA_FWMASK);
  if (mark || mask) {
    rule.mark = state::FirewallMark{.value = mark.value_or(0), .mask = mask.value_or(0xffff'ffff)};
  }
  if (!fault.empty()) return std::unexpected(make_issue(describe(rule) + ": " + fault));
  return rule;
}

}  // namespace topoproof::netlink
