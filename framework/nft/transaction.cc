// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/transaction.hh"

#include <cstring>

#include <fmt/format.h>
#include <libmnl/libmnl.h>
#include <libnftnl/common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "base/check.hh"
#include "firewall/describe.hh"
#include "nft/objects.hh"

namespace topoproof::nft {
namespace {

// Above the largest message: one rule of 128 expressions, or one portion of a set's elements.
constexpr std::size_t kMessageMax = 256 << 10;
// Elements lie in one attribute, which has at most 64 KiB.
constexpr std::size_t kElementsPerMessage = 128;

nlmsghdr header_at(const Bytes& bytes, std::size_t at) {
  nlmsghdr header;
  std::memcpy(&header, bytes.data() + at, sizeof header);
  return header;
}

void put_header(Bytes& bytes, std::size_t at, const nlmsghdr& header) {
  std::memcpy(bytes.data() + at, &header, sizeof header);
}

}  // namespace

// Where libnftnl writes one message. Zeroed after each: libmnl 1.0.4 leaves padding as it was.
class Transaction::Scratch {
 public:
  Scratch() : buffer_(kMessageMax) {}

  template <class Build>
  const Scratch& build(std::uint16_t type, firewall::TableFamily family, std::uint16_t flags,
                       Build build) {
    std::memset(buffer_.data(), 0, used_);
    header_ =
        nftnl_nlmsg_build_hdr(buffer_.data(), type, static_cast<std::uint16_t>(family), flags, 0);
    build(header_);
    used_ = header_->nlmsg_len;
    TOPOPROOF_CHECK(used_ <= buffer_.size(), "a message fits its buffer");
    return *this;
  }
  BytesView bytes() const { return std::as_bytes(std::span(buffer_)).first(NLMSG_ALIGN(used_)); }

 private:
  std::vector<char> buffer_;
  nlmsghdr* header_ = nullptr;
  std::size_t used_ = 0;
};

Transaction::Transaction() {
  char begin[64] = {};
  nftnl_batch_begin(begin, 0);
  const auto view = std::as_bytes(std::span(begin)).first(NLMSG_LENGTH(sizeof(nfgenmsg)));
  bytes_.assign(view.begin(), view.end());
}

void Transaction::append(const Scratch& scratch, const Subject& subject) {
  TOPOPROOF_CHECK(!sealed_, "a sealed transaction is complete");
  starts_.push_back(bytes_.size());
  subjects_.push_back(subject);
  const auto view = scratch.bytes();
  bytes_.insert(bytes_.end(), view.begin(), view.end());
}

void Transaction::remove(const firewall::Table& table) {
  Scratch scratch;
  const auto object = make_table(table);
  const auto build = [&](nlmsghdr* header) {
    nftnl_table_nlmsg_build_payload(header, object.get());
  };
  append(scratch.build(NFT_MSG_NEWTABLE, table.family, NLM_F_CREATE, build), {.table = &table});
  append(scratch.build(NFT_MSG_DELTABLE, table.family, 0, build), {.table = &table});
}

void Transaction::add(const firewall::Table& table) {
  Scratch scratch;
  const auto put = [&](std::uint16_t type, std::uint16_t flags, const Subject& subject,
                       auto build) {
    append(scratch.build(type, table.family, flags, build), subject);
  };
  const auto object = make_table(table);
  put(NFT_MSG_NEWTABLE, NLM_F_CREATE, {.table = &table},
      [&](nlmsghdr* header) { nftnl_table_nlmsg_build_payload(header, object.get()); });
  // Chains before what may jump to them: rules and the elements of verdict maps.
  for (const auto& chain : table.chains) {
    const auto chain_object = make_chain(chain, table);
    put(NFT_MSG_NEWCHAIN, NLM_F_CREATE, {.table = &table, .chain = &chain},
        [&](nlmsghdr* header) { nftnl_chain_nlmsg_build_payload(header, chain_object.get()); });
  }
  const auto ids = set_ids(table);
  for (const auto& set : table.sets) {
    const auto set_object = make_set(set, table, ids);
    const Subject subject{.table = &table, .set = &set};
    put(NFT_MSG_NEWSET, NLM_F_CREATE, subject,
        [&](nlmsghdr* header) { nftnl_set_nlmsg_build_payload(header, set_object.get()); });
    for (std::size_t first = 0; first < set.elements.size(); first += kElementsPerMessage) {
      const auto portion = make_elements(set, table, ids, first, kElementsPerMessage);
      put(NFT_MSG_NEWSETELEM, NLM_F_CREATE, subject,
          [&](nlmsghdr* header) { nftnl_set_elems_nlmsg_build_payload(header, portion.get()); });
    }
  }
  for (const auto& chain : table.chains) {
    for (const auto& rule : chain.rules) {
      const auto rule_object = make_rule(rule, chain, table, ids);
      put(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND,
          {.table = &table, .chain = &chain, .rule = &rule},
          [&](nlmsghdr* header) { nftnl_rule_nlmsg_build_payload(header, rule_object.get()); });
    }
  }
}

BytesView Transaction::seal(std::uint32_t first) {
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
  return "table " + table;
}

}  // namespace topoproof::nft
