// SPDX-License-Identifier: GPL-2.0-or-later
#include "netfilter/kernel_ruleset.hh"

#include <cerrno>

#include <fmt/format.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "firewall/describe.hh"
#include "firewall/jump_loop.hh"
#include "netlink/ack.hh"
#include "netlink/error.hh"
#include "nft/attributes.hh"
#include "nft/decoder.hh"
#include "nft/transaction.hh"

namespace topoproof::netfilter {
namespace {

// The expression that the kernel's extended ack points into.
std::string refused_expression(const nft::Subject& subject, BytesView message,
                               std::uint32_t offset) {
  std::string text;
  std::size_t index = 0;
  nft::for_each_expression(message, [&](std::string_view, BytesView, std::size_t end) {
    if (text.empty() && offset < end) {
      text = fmt::format(", at '{}'", describe(subject.rule->expressions.at(index)));
    }
    ++index;
  });
  return text;
}

// The kernel's no to a message of a transaction, or to the transaction as such.
struct Refused {
  std::optional<std::size_t> message;
  netlink::Ack ack;
};

// The kernel answers every refused message, and the last one in any case, unless it refuses the
// batch as such: then it answers the batch's begin or end, which have the first number.
std::vector<Refused> commit(netlink::Socket& socket, nft::Transaction& transaction) {
  std::vector<Refused> refused;
  if (transaction.size() == 0) return refused;
  const auto count = static_cast<std::uint32_t>(transaction.size());
  const auto first = socket.take_sequence(count + 1);
  const auto note = [&](const netlink::Message& message) {
    const auto ack = netlink::decode_ack(message);
    if (!ack || ack->error == 0) return;
    refused.push_back({.message = std::nullopt, .ack = *ack});
    if (message.sequence != first) refused.back().message = message.sequence - first - 1;
  };
  try {
    socket.exchange(transaction.seal(first), first, first + count, note);
  } catch (const netlink::ExchangeError& error) {
    if (error.failure() != netlink::ExchangeFailure::NoAnswer || refused.empty()) throw;
  }
  return refused;
}

// The element that it points at.
const firewall::Element* refused_element(const nft::Subject& subject, BytesView message,
                                         std::uint32_t offset) {
  const auto attributes = nft::attributes_of(message);
  const auto list = nft::child(attributes, NFTA_SET_ELEM_LIST_ELEMENTS);
  const auto start = static_cast<std::size_t>(list.data() - message.data());
  netlink::AttributeCursor cursor(list);
  for (auto index = subject.first_element; const auto element = cursor.next(); ++index) {
    const auto end = start + element->offset + sizeof(nlattr) + element->payload.size();
    if (offset < end) return &subject.set->elements.at(index);
  }
  return nullptr;
}

Issue refusal(const nft::Transaction& transaction, std::size_t index, const netlink::Ack& ack) {
  const auto& subject = transaction.subject(index);
  const auto message = transaction.message(index);
  auto where = place_of(subject);
  std::string at;
  if (subject.rule != nullptr && ack.offset != 0) {
    at = refused_expression(subject, message, ack.offset);
  }
  if (subject.set != nullptr && ack.offset != 0) {
    const auto* element = refused_element(subject, message, ack.offset);
    if (element != nullptr) at = fmt::format(", at element {}", to_hex(element->key));
    if (element != nullptr && element->where != Location{}) where = element->where;
  }
  const auto said = ack.text.empty() ? "" : ack.text + ": ";
  return make_issue(std::move(where),
                    fmt::format("the kernel refuses {}{}: {}{}", describe(subject), at, said,
                                sys::error_text(ack.error)));
}

Issue jump_refusal(const firewall::JumpLoop& loop, int error) {
  std::string way;
  for (const auto* chain : loop.chains) way += (way.empty() ? "" : " -> ") + chain->name;
  const nft::Subject subject{.table = loop.table, .chain = loop.chains.back(), .rule = loop.rule};
  return make_issue(
      place_of(subject),
      fmt::format("the kernel refuses {}: chains jump in a circle, or deeper than {}"
                  " (the way there: {}): {}",
                  describe(subject), firewall::kJumpDepthMax, way, sys::error_text(error)));
}

// Of jumps the kernel tells the rule of a base chain that leads to them, or nothing at all: it
// follows them from there, or when the batch is complete.
Issue issue_of(const Refused& refused, const nft::Transaction& transaction,
               const firewall::Ruleset& ruleset) {
  const auto& [message, ack] = refused;
  if (ack.error == EMLINK || ack.error == ELOOP) {
    if (const auto loop = find_jump_loop(ruleset)) return jump_refusal(*loop, ack.error);
  }
  if (message) return refusal(transaction, *message, ack);
  return make_issue(fmt::format("the kernel refuses the ruleset: {}", sys::error_text(ack.error)));
}

constexpr netlink::Schema kAnyMessage{.header_size = sizeof(nfgenmsg), .attributes = {}};
constexpr netlink::AttributeSpec kElementListAttributes[] = {
    {NFTA_SET_ELEM_LIST_TABLE, netlink::Kind::String, "NFTA_SET_ELEM_LIST_TABLE"},
    {NFTA_SET_ELEM_LIST_SET, netlink::Kind::String, "NFTA_SET_ELEM_LIST_SET"},
};
constexpr netlink::Schema kElementList{.header_size = sizeof(nfgenmsg),
                                       .attributes = kElementListAttributes};

netlink::MessageWriter& add_request(netlink::Batch& batch, int type, firewall::TableFamily family,
                                    const netlink::Schema& schema) {
  const auto number = static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | type);
  auto& writer =
      batch.add(0, {.type = number, .flags = NLM_F_REQUEST | NLM_F_DUMP, .schema = &schema});
  writer.put_header(nfgenmsg{
      .nfgen_family = static_cast<std::uint8_t>(family), .version = NFNETLINK_V0, .res_id = 0});
  return writer;
}

constexpr auto kAllFamilies = firewall::TableFamily{0};

netlink::Answers dump(netlink::Socket& socket, int type, const char* what) {
  netlink::Batch batch;
  add_request(batch, type, kAllFamilies, kAnyMessage);
  return socket.dump(batch, fmt::format("list the {} of nf_tables", what));
}

netlink::Answers dump_elements(netlink::Socket& socket, const firewall::Table& table,
                               const firewall::Set& set) {
  netlink::Batch batch;
  auto& writer = add_request(batch, NFT_MSG_GETSETELEM, table.family, kElementList);
  writer.put_string(NFTA_SET_ELEM_LIST_TABLE, table.name);
  writer.put_string(NFTA_SET_ELEM_LIST_SET, set.name);
  return socket.dump(batch, fmt::format("list the elements of set {} {}", table.name, set.name));
}

std::optional<Issue> add_all(nft::RulesetDecoder& decoder, const netlink::Answers& answers) {
  for (const auto& message : answers) {
    if (auto issue = decoder.add(nft::with_header(message))) return issue;
  }
  return std::nullopt;
}

std::optional<Issue> add_elements(nft::RulesetDecoder& decoder, netlink::Socket& socket) {
  const auto so_far = decoder.ruleset();
  for (const auto& table : so_far.tables) {
    for (const auto& set : table.sets) {
      if (auto issue = add_all(decoder, dump_elements(socket, table, set))) return issue;
    }
  }
  return std::nullopt;
}

std::uint64_t number_of(BytesView payload) {
  return payload.size() == 8 ? load_be64(payload.data()) : 0;
}

std::optional<RuleCounter> rule_counter(const netlink::Message& message) {
  const auto bytes = nft::with_header(message);
  std::optional<RuleCounter> found;
  nft::for_each_expression(bytes, [&](std::string_view name, BytesView data, std::size_t) {
    if (found || name != "counter") return;
    const auto attributes = nft::attributes_of(bytes);
    found = RuleCounter{.family = static_cast<firewall::TableFamily>(message.payload[0]),
                        .table = std::string(nft::text_of(nft::child(attributes, NFTA_RULE_TABLE))),
                        .chain = std::string(nft::text_of(nft::child(attributes, NFTA_RULE_CHAIN))),
                        .handle = number_of(nft::child(attributes, NFTA_RULE_HANDLE)),
                        .counter = {.packets = number_of(nft::child(data, NFTA_COUNTER_PACKETS)),
                                    .bytes = number_of(nft::child(data, NFTA_COUNTER_BYTES))}};
  });
  return found;
}

}  // namespace

Issues load_ruleset(netlink::Socket& socket, const firewall::Ruleset& ruleset,
                    std::span<const TableName> replaced) {
  std::vector<firewall::Table> gone;  // the transaction refers to them
  for (const auto& [family, name] : replaced) {
    if (find_table(ruleset, family, name) == nullptr) {
      gone.push_back({.family = family, .name = name, .sets = {}, .chains = {}});
    }
  }
  nft::Transaction transaction;
  for (const auto& table : gone) transaction.remove(table);
  for (const auto& table : ruleset.tables) {
    transaction.remove(table);
    transaction.add(table);
  }
  if (!transaction.issues().empty()) return transaction.issues();
  Issues issues;
  for (const auto& refused : commit(socket, transaction)) {
    issues.push_back(issue_of(refused, transaction, ruleset));
  }
  return issues;
}

void remove_table(netlink::Socket& socket, firewall::TableFamily family, std::string_view name) {
  const firewall::Table table{.family = family, .name = std::string(name)};
  nft::Transaction transaction;
  transaction.remove(table);
  const auto refused = commit(socket, transaction);
  if (refused.empty()) return;
  const auto& ack = refused.front().ack;
  throw netlink::NetlinkError(fmt::format("remove table {} {}", to_string(family), name),
                              {.about = 0, .error = ack.error, .text = ack.text, .attribute = {}});
}

std::expected<firewall::Ruleset, Issue> observe_ruleset(netlink::Socket& socket) {
  nft::RulesetDecoder decoder;
  const auto tables = dump(socket, NFT_MSG_GETTABLE, "tables");
  if (tables.size() == 0) return firewall::Ruleset{};  // all else is in one
  auto issue = add_all(decoder, tables);
  if (!issue) issue = add_all(decoder, dump(socket, NFT_MSG_GETCHAIN, "chains"));
  if (!issue) issue = add_all(decoder, dump(socket, NFT_MSG_GETOBJ, "objects"));
  if (!issue) issue = add_all(decoder, dump(socket, NFT_MSG_GETFLOWTABLE, "flowtables"));
  if (!issue) issue = add_all(decoder, dump(socket, NFT_MSG_GETSET, "sets"));
  if (!issue) issue = add_elements(decoder, socket);
  if (!issue) issue = add_all(decoder, dump(socket, NFT_MSG_GETRULE, "rules"));
  if (issue) return std::unexpected(*issue);
  return decoder.take();
}

std::optional<firewall::Counter> counter_of(const firewall::Rule& rule) {
  for (const auto& expression : rule.expressions) {
    if (const auto* counter = std::get_if<firewall::Counter>(&expression)) return *counter;
  }
  return std::nullopt;
}

std::vector<RuleCounter> observe_counters(netlink::Socket& socket) {
  std::vector<RuleCounter> counters;
  for (const auto& message : dump(socket, NFT_MSG_GETRULE, "rules")) {
    if (const auto counter = rule_counter(message)) counters.push_back(*counter);
  }
  return counters;
}

}  // namespace topoproof::netfilter
