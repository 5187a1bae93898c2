// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/transaction.hh"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libmnl/libmnl.h>
#include <libnftnl/common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "base/check.hh"
#include "base/planted_fault.hh"
#include "firewall/describe.hh"
#include "nft/message_size.hh"
#include "nft/object_codec.hh"
#include "nft/objects.hh"
#include "nft/set_codec.hh"

namespace topoproof::nft {
namespace {

// Far below what one attribute holds.
constexpr std::size_t kElementsPortion = 32 << 10;

nlmsghdr header_at(const Bytes& bytes, std::size_t at) {
  nlmsghdr header;
  std::memcpy(&header, bytes.data() + at, sizeof header);
  return header;
}

void put_header(Bytes& bytes, std::size_t at, const nlmsghdr& header) {
  std::memcpy(bytes.data() + at, &header, sizeof header);
}

// How many elements from `first` on go into one message: as many as fit, and one at least.
std::size_t portion_size(const firewall::Set& set, std::size_t first, std::size_t& bound) {
  std::size_t count = 0;
  bound = 0;
  while (first + count < set.elements.size()) {
    const auto one = element_bound(set.elements[first + count]);
    if (count > 0 && bound + one > kElementsPortion) break;
    bound += one;
    ++count;
  }
  return count;
}

// The kernel takes no more rules into an anonymous chain once a rule jumps there: its rules come
// before those of the chain that it belongs to.
class ChainOrder {
 public:
  explicit ChainOrder(const firewall::Table& table) : table_(table) {
    for (const auto& chain : table.chains) has_anonymous_ |= chain.is_anonymous();
    for (const auto& chain : table.chains) visit(chain);
  }
  const std::vector<const firewall::Chain*>& chains() const { return chains_; }

 private:
  void visit(const firewall::Chain& chain) {
    if (has_anonymous_) {
      if (std::ranges::find(visited_, &chain) != visited_.end()) return;
      visited_.push_back(&chain);
      visit_targets(chain);
    }
    chains_.push_back(&chain);
  }
  void visit_targets(const firewall::Chain& chain) {
    for (const auto& rule : chain.rules) {
      for (const auto& expression : rule.expressions) {
        const auto* verdict = std::get_if<firewall::Verdict>(&expression);
        if (verdict == nullptr || verdict->chain.empty()) continue;
        const auto* target = find_chain(table_, verdict->chain);
        if (target != nullptr && target->is_anonymous()) visit(*target);
      }
    }
  }

  const firewall::Table& table_;
  bool has_anonymous_ = false;
  std::vector<const firewall::Chain*> visited_;
  std::vector<const firewall::Chain*> chains_;
};

}  // namespace

Transaction::Transaction(std::uint32_t first_id) : next_id_(first_id) {
  char begin[64] = {};
  nftnl_batch_begin(begin, 0);
  const auto view = std::as_bytes(std::span(begin)).first(NLMSG_LENGTH(sizeof(nfgenmsg)));
  bytes_.assign(view.begin(), view.end());
}

// The message is written where it is to be. The room for it is filled with zeros before: libmnl
// 1.0.4 leaves padding as it was.
template <class Build>
void Transaction::append(Kind kind, const Subject& subject, std::size_t bound, Build build) {
  TOPOPROOF_CHECK(!sealed_, "a sealed transaction is complete");
  if (bound > kAttributeMax) {
    issues_.push_back(make_issue(
        place_of(subject),
        fmt::format("{} is too large for a message, or has a value of more than {} bytes",
                    describe(subject), NFT_DATA_VALUE_MAXLEN)));
    return;
  }
  const auto start = bytes_.size();
  bytes_.resize(start + bound);
  auto* header =
      nftnl_nlmsg_build_hdr(reinterpret_cast<char*>(bytes_.data() + start), kind.type,
                            static_cast<std::uint16_t>(subject.table->family), kind.flags, 0);
  build(header);
  const std::size_t used = NLMSG_ALIGN(header->nlmsg_len);
  TOPOPROOF_CHECK(used <= bound, "a message fits the room for it");
  bytes_.resize(start + used);
  starts_.push_back(start);
  subjects_.push_back(subject);
}

void Transaction::remove(const firewall::Table& table) {
  const auto object = make_table(table);
  const auto build = [&](nlmsghdr* header) {
    nftnl_table_nlmsg_build_payload(header, object.get());
  };
  append({NFT_MSG_NEWTABLE, NLM_F_CREATE}, {.table = &table}, message_bound(table), build);
  append({NFT_MSG_DELTABLE, 0}, {.table = &table}, message_bound(table), build);
}

void Transaction::add(const firewall::Table& table) {
  const auto ids = number_anonymous(table, next_id_);
  append(
      {NFT_MSG_NEWTABLE, NLM_F_CREATE}, {.table = &table}, message_bound(table),
      [&](nlmsghdr* header) { nftnl_table_nlmsg_build_payload(header, make_table(table).get()); });
  // Chains before what may jump to them: rules and the elements of verdict maps.
  for (const auto& chain : table.chains) {
    append({NFT_MSG_NEWCHAIN, NLM_F_CREATE}, {.table = &table, .chain = &chain},
           message_bound(chain, table), [&](nlmsghdr* header) {
             nftnl_chain_nlmsg_build_payload(header, make_chain(chain, table, ids).get());
           });
  }
  // And objects before the elements of object maps.
  for (const auto& object : table.objects) {
    append({NFT_MSG_NEWOBJ, NLM_F_CREATE}, {.table = &table, .object = &object},
           message_bound(object, table), [&](nlmsghdr* header) {
             nftnl_obj_nlmsg_build_payload(header, make_object(object, table).get());
           });
  }
  for (const auto& flowtable : table.flowtables) {
    append({NFT_MSG_NEWFLOWTABLE, NLM_F_CREATE}, {.table = &table, .flowtable = &flowtable},
           message_bound(flowtable, table), [&](nlmsghdr* header) {
             nftnl_flowtable_nlmsg_build_payload(header, make_flowtable(flowtable, table).get());
           });
  }
  add_sets(table, ids);
  add_rules(table, ids);
}

void Transaction::add_sets(const firewall::Table& table, const BatchIds& ids) {
  for (const auto& set : table.sets) {
    append({NFT_MSG_NEWSET, NLM_F_CREATE}, {.table = &table, .set = &set},
           message_bound(set, table), [&](nlmsghdr* header) {
             nftnl_set_nlmsg_build_payload(header, make_set(set, table, ids).get());
           });
    add_elements(table, set, ids);
  }
}

void Transaction::add_elements(const firewall::Table& table, const firewall::Set& set,
                               const BatchIds& ids) {
  const auto fixed = message_bound(firewall::Set{.name = set.name}, table);
  for (std::size_t first = 0; first < set.elements.size();) {
    std::size_t bound = 0;
    const auto count = portion_size(set, first, bound);
    append({NFT_MSG_NEWSETELEM, NLM_F_CREATE},
           {.table = &table, .set = &set, .first_element = first}, fixed + bound,
           [&](nlmsghdr* header) { build_elements(header, set, table, ids, first, count); });
    first += count;
  }
}

void Transaction::add_rules(const firewall::Table& table, const BatchIds& ids) {
  const ChainOrder order(table);
  for (const auto* chain : order.chains()) add_rules(*chain, table, ids);
}

void Transaction::add_rules(const firewall::Chain& chain, const firewall::Table& table,
                            const BatchIds& ids) {
  const auto id = ids.chains.find(chain.name);
  Kind kind{NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND};
  if (planted("encoder-append")) kind.flags = NLM_F_CREATE;
  for (const auto& rule : chain.rules) {
    append(kind, {.table = &table, .chain = &chain, .rule = &rule},
           message_bound(rule, chain, table), [&](nlmsghdr* header) {
             nftnl_rule_nlmsg_build_payload(header, make_rule(rule, chain, table, ids).get());
             if (id == ids.chains.end()) return;
             mnl_attr_put_u32(header, NFTA_RULE_CHAIN_ID, htonl(id->second));
           });
  }
}

BytesView Transaction::seal(std::uint32_t first) {
  TOPOPROOF_CHECK(issues_.empty(), "a batch without some of its messages is not sent");
  if (!sealed_) {
    char end[64] = {};
    nftnl_batch_end(end, 0);
    const auto view = std::as_bytes(std::span(end)).first(NLMSG_LENGTH(sizeof(nfgenmsg)));
    bytes_.insert(bytes_.end(), view.begin(), view.end());
    sealed_ = true;
  }
  auto begin = header_at(bytes_, 0);
  begin.nlmsg_seq = first;
  put_header(bytes_, 0, begin);
  const auto end_at = bytes_.size() - begin.nlmsg_len;
  auto end = header_at(bytes_, end_at);
  end.nlmsg_seq = first;
  put_header(bytes_, end_at, end);
  for (std::size_t i = 0; i < starts_.size(); ++i) {
    auto header = header_at(bytes_, starts_[i]);
    header.nlmsg_seq = first + 1 + static_cast<std::uint32_t>(i);
    if (i + 1 == starts_.size()) header.nlmsg_flags |= NLM_F_ACK;
    put_header(bytes_, starts_[i], header);
  }
  return bytes_;
}

BytesView Transaction::message(std::size_t index) const {
  const auto start = starts_.at(index);
  return BytesView(bytes_).subspan(start, header_at(bytes_, start).nlmsg_len);
}

std::string describe(const Subject& subject) {
  const auto table = fmt::format("{} {}", to_string(subject.table->family), subject.table->name);
  if (subject.rule != nullptr) {
    auto text = subject.rule->origin.text;
    for (const auto& expression : subject.rule->expressions) {
      if (!subject.rule->origin.text.empty()) break;
      text += (text.empty() ? "" : ", ") + firewall::describe(expression);
    }
    return fmt::format("rule '{}' of {} {}", text, table, subject.chain->name);
  }
  if (subject.chain != nullptr) return fmt::format("chain {} {}", table, subject.chain->name);
  if (subject.set != nullptr) return fmt::format("set {} {}", table, subject.set->name);
  if (subject.object != nullptr) return fmt::format("object {} {}", table, subject.object->name);
  if (subject.flowtable != nullptr) {
    return fmt::format("flowtable {} {}", table, subject.flowtable->name);
  }
  return "table " + table;
}

Location place_of(const Subject& subject) {
  for (const auto* origin : {subject.rule != nullptr ? &subject.rule->origin : nullptr,
                             subject.chain != nullptr ? &subject.chain->origin : nullptr,
                             subject.set != nullptr ? &subject.set->origin : nullptr,
                             subject.object != nullptr ? &subject.object->origin : nullptr,
                             subject.flowtable != nullptr ? &subject.flowtable->origin : nullptr,
                             &subject.table->origin}) {
    if (origin != nullptr && origin->where != Location{}) return origin->where;
  }
  return {};
}

}  // namespace topoproof::nft
