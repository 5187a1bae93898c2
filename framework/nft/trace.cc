// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/trace.hh"

#include <fmt/format.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "firewall/describe.hh"
#include "nft/attributes.hh"
#include "nft/kernel_ruleset.hh"
#include "nft/nftnl.hh"

namespace topoproof::nft {
namespace {

constexpr std::int32_t kBeforeAll = INT32_MIN;

// A verdict to queue carries the queue's number above its lower half.
firewall::VerdictKind kind_of(std::uint32_t number) {
  const auto verdict = static_cast<std::int32_t>(number);
  return static_cast<firewall::VerdictKind>(verdict < 0 ? verdict : verdict & NF_VERDICT_MASK);
}

std::string text(const nftnl_trace& trace, std::uint16_t attribute) {
  const auto* value = nftnl_trace_get_str(&trace, attribute);
  return value == nullptr ? "" : value;
}

std::optional<std::uint32_t> number(const nftnl_trace& trace, std::uint16_t attribute) {
  if (!nftnl_trace_is_set(&trace, attribute)) return std::nullopt;
  return nftnl_trace_get_u32(&trace, attribute);
}

Bytes data(const nftnl_trace& trace, std::uint16_t attribute) {
  std::uint32_t size = 0;
  const auto* begin =
      nftnl_trace_is_set(&trace, attribute)
          ? static_cast<const std::byte*>(nftnl_trace_get_data(&trace, attribute, &size))
          : nullptr;
  return begin == nullptr ? Bytes{} : Bytes(begin, begin + size);
}

firewall::Verdict verdict_of(const nftnl_trace& trace) {
  if (const auto policy = number(trace, NFTNL_TRACE_POLICY)) return {kind_of(*policy), {}};
  const auto verdict = number(trace, NFTNL_TRACE_VERDICT);
  if (!verdict) return {firewall::VerdictKind::Continue, {}};
  return {kind_of(*verdict), text(trace, NFTNL_TRACE_JUMP_TARGET)};
}

TraceType type_of(const nftnl_trace& trace) {
  if (number(trace, NFTNL_TRACE_TYPE) == NFT_TRACETYPE_POLICY) return TraceType::Policy;
  return nftnl_trace_is_set(&trace, NFTNL_TRACE_RULE_HANDLE) ? TraceType::Rule
                                                             : TraceType::ChainEnd;
}

firewall::Chain trace_chain(firewall::TableFamily family, std::string name, firewall::Hook hook,
                            std::span<const firewall::Statement> matching) {
  auto chain =
      firewall::make_base_chain(std::move(name), firewall::ChainType::Filter, hook, kBeforeAll);
  std::vector<firewall::Statement> statements(matching.begin(), matching.end());
  statements.push_back(firewall::set_nftrace());
  chain.rules.push_back(make_rule(family, statements));
  return chain;
}

}  // namespace

bool TraceEvent::ends_packet() const {
  return verdict.kind == firewall::VerdictKind::Drop ||
         verdict.kind == firewall::VerdictKind::Stolen;
}

std::string describe(const TraceEvent& event) {
  const auto place = fmt::format("{} {} {}", to_string(event.family), event.table, event.chain);
  const auto verdict = firewall::describe(event.verdict);
  switch (event.type) {
    case TraceType::Rule:
      return fmt::format("rule {} of {}: {}", event.rule, place, verdict);
    case TraceType::ChainEnd:
      return fmt::format("end of {}", place);
    case TraceType::Policy:
      return fmt::format("policy of {}: {}", place, verdict);
  }
  return "?";
}

TraceMonitor::TraceMonitor() : socket_(netlink::Protocol::Netfilter) {
  socket_.subscribe(NFNLGRP_NFTRACE);
}

std::vector<TraceEvent> TraceMonitor::receive() {
  std::vector<TraceEvent> events;
  const auto add = [&](const netlink::Message& message) {
    auto event = decode_trace(with_header(message));
    if (event && event->table != kTraceTableName) events.push_back(*std::move(event));
  };
  while (socket_.receive_events(add)) continue;
  return events;
}

std::optional<TraceEvent> decode_trace(BytesView message) {
  const auto* header = reinterpret_cast<const nlmsghdr*>(message.data());
  if (header->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_TRACE)) return std::nullopt;
  const UniqueTrace object(nftnl_trace_alloc());
  if (nftnl_trace_nlmsg_parse(header, object.get()) < 0) return std::nullopt;
  const auto& trace = *object;
  TraceEvent event{
      .id = number(trace, NFTNL_TRACE_ID).value_or(0),
      .type = type_of(trace),
      .family = static_cast<firewall::TableFamily>(number(trace, NFTNL_TRACE_FAMILY).value_or(0)),
      .table = text(trace, NFTNL_TRACE_TABLE),
      .chain = text(trace, NFTNL_TRACE_CHAIN),
      .verdict = verdict_of(trace),
      .nfproto = number(trace, NFTNL_TRACE_NFPROTO).value_or(0),
      .iif = number(trace, NFTNL_TRACE_IIF),
      .oif = number(trace, NFTNL_TRACE_OIF),
      .mark = number(trace, NFTNL_TRACE_MARK),
      .link_header = data(trace, NFTNL_TRACE_LL_HEADER),
      .network_header = data(trace, NFTNL_TRACE_NETWORK_HEADER),
      .transport_header = data(trace, NFTNL_TRACE_TRANSPORT_HEADER)};
  if (nftnl_trace_is_set(&trace, NFTNL_TRACE_RULE_HANDLE)) {
    event.rule = nftnl_trace_get_u64(&trace, NFTNL_TRACE_RULE_HANDLE);
  }
  return event;
}

firewall::Ruleset make_trace_ruleset(std::span<const firewall::Statement> matching,
                                     firewall::TableFamily family) {
  using firewall::Hook;
  return {{firewall::Table{.family = family,
                           .name = std::string(kTraceTableName),
                           .chains = {trace_chain(family, "prerouting", Hook::Prerouting, matching),
                                      trace_chain(family, "output", Hook::Output, matching)}}}};
}

Issues install_trace(netlink::Socket& socket, std::span<const firewall::Statement> matching) {
  return load_ruleset(socket, make_trace_ruleset(matching));
}

Issues install_bridge_trace(netlink::Socket& socket) {
  return load_ruleset(socket, make_trace_ruleset({}, firewall::TableFamily::Bridge));
}

void remove_trace(netlink::Socket& socket) {
  remove_table(socket, firewall::TableFamily::Inet, kTraceTableName);
}

RuleIndex::RuleIndex(const firewall::Ruleset& ruleset) {
  for (const auto& table : ruleset.tables) {
    for (const auto& chain : table.chains) {
      for (const auto& rule : chain.rules) {
        rules_.emplace(Key{table.family, table.name, rule.handle}, &rule);
      }
    }
  }
}

const firewall::Rule* RuleIndex::find(const TraceEvent& event) const {
  const auto found = rules_.find(Key{event.family, event.table, event.rule});
  return found == rules_.end() ? nullptr : found->second;
}

}  // namespace topoproof::nft
