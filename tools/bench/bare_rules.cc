// SPDX-License-Identifier: GPL-2.0-or-later
#include "bare_rules.hh"

#include <cstring>
#include <vector>

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <sys/socket.h>

namespace topoproof::bench {
namespace {

constexpr std::size_t kRuleMax = 1024;

nftnl_expr* make_meta(std::uint32_t key) {
  auto* e = nftnl_expr_alloc("meta");
  nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, key);
  nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, NFT_REG_1);
  return e;
}

nftnl_expr* make_payload(std::uint32_t base, std::uint32_t offset, std::uint32_t length) {
  auto* e = nftnl_expr_alloc("payload");
  nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
  nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE, base);
  nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
  nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, length);
  return e;
}

nftnl_expr* make_compare(const void* value, std::uint32_t size) {
  auto* e = nftnl_expr_alloc("cmp");
  nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
  nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, NFT_CMP_EQ);
  nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, value, size);
  return e;
}

void add_accept(nftnl_rule* rule) {
  auto* counter = nftnl_expr_alloc("counter");
  nftnl_expr_set_u64(counter, NFTNL_EXPR_CTR_PACKETS, 0);
  nftnl_expr_set_u64(counter, NFTNL_EXPR_CTR_BYTES, 0);
  nftnl_rule_add_expr(rule, counter);
  auto* verdict = nftnl_expr_alloc("immediate");
  nftnl_expr_set_u32(verdict, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
  nftnl_expr_set_u32(verdict, NFTNL_EXPR_IMM_VERDICT, NF_ACCEPT);
  nftnl_rule_add_expr(rule, verdict);
}

nftnl_rule* make_rule(std::uint32_t number) {
  auto* rule = nftnl_rule_alloc();
  nftnl_rule_set_u32(rule, NFTNL_RULE_FAMILY, NFPROTO_IPV4);
  nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, "bench");
  nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, "forward");
  const std::uint32_t source = htonl(0x0a000000 + number);
  const std::uint16_t ports[] = {htons(static_cast<std::uint16_t>(number)), htons(80)};
  const std::uint8_t tcp = IPPROTO_TCP;
  nftnl_rule_add_expr(rule, make_payload(NFT_PAYLOAD_NETWORK_HEADER, 12, 4));
  nftnl_rule_add_expr(rule, make_compare(&source, sizeof source));
  nftnl_rule_add_expr(rule, make_meta(NFT_META_L4PROTO));
  nftnl_rule_add_expr(rule, make_compare(&tcp, sizeof tcp));
  nftnl_rule_add_expr(rule, make_payload(NFT_PAYLOAD_TRANSPORT_HEADER, 0, 2));
  nftnl_rule_add_expr(rule, make_compare(&ports[0], sizeof ports[0]));
  nftnl_rule_add_expr(rule, make_payload(NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2));
  nftnl_rule_add_expr(rule, make_compare(&ports[1], sizeof ports[1]));
  add_accept(rule);
  return rule;
}

nftnl_table* make_table() {
  auto* table = nftnl_table_alloc();
  nftnl_table_set_u32(table, NFTNL_TABLE_FAMILY, NFPROTO_IPV4);
  nftnl_table_set_str(table, NFTNL_TABLE_NAME, "bench");
  nftnl_table_set_u32(table, NFTNL_TABLE_FLAGS, 0);
  return table;
}

nftnl_chain* make_chain() {
  auto* chain = nftnl_chain_alloc();
  nftnl_chain_set_u32(chain, NFTNL_CHAIN_FAMILY, NFPROTO_IPV4);
  nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, "bench");
  nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, "forward");
  nftnl_chain_set_u32(chain, NFTNL_CHAIN_HOOKNUM, NF_INET_FORWARD);
  nftnl_chain_set_s32(chain, NFTNL_CHAIN_PRIO, 0);
  nftnl_chain_set_str(chain, NFTNL_CHAIN_TYPE, "filter");
  nftnl_chain_set_u32(chain, NFTNL_CHAIN_POLICY, NF_ACCEPT);
  return chain;
}

class Buffer {
 public:
  explicit Buffer(std::uint32_t rules) : bytes_(4096 + rules * kRuleMax) {
    nftnl_batch_begin(bytes_.data(), 0);
    used_ = NLMSG_ALIGN(reinterpret_cast<nlmsghdr*>(bytes_.data())->nlmsg_len);
  }
  nlmsghdr* begin(std::uint16_t type, std::uint16_t flags) {
    return nftnl_nlmsg_build_hdr(bytes_.data() + used_, type, NFPROTO_IPV4, flags, 1);
  }
  void end(const nlmsghdr* header) { used_ += NLMSG_ALIGN(header->nlmsg_len); }
  bool send(int socket) {
    nftnl_batch_end(bytes_.data() + used_, 2);
    used_ += NLMSG_ALIGN(reinterpret_cast<nlmsghdr*>(bytes_.data() + used_)->nlmsg_len);
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    if (::sendto(socket, bytes_.data(), used_, 0, reinterpret_cast<sockaddr*>(&kernel),
                 sizeof kernel) < 0) {
      return false;
    }
    alignas(nlmsghdr) char answer[8192];
    if (::recv(socket, answer, sizeof answer, MSG_DONTWAIT) < 0) return false;
    const auto* header = reinterpret_cast<const nlmsghdr*>(answer);
    return header->nlmsg_type == NLMSG_ERROR &&
           static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(header))->error == 0;
  }

 private:
  std::vector<char> bytes_;
  std::size_t used_ = 0;
};

}  // namespace

bool load_bare(int socket, std::uint32_t first, std::uint32_t count) {
  Buffer buffer(count);
  auto* table = make_table();
  for (const auto& [type, flags] :
       {std::pair{NFT_MSG_NEWTABLE, NLM_F_CREATE}, std::pair{NFT_MSG_DELTABLE, 0},
        std::pair{NFT_MSG_NEWTABLE, NLM_F_CREATE}}) {
    auto* header =
        buffer.begin(static_cast<std::uint16_t>(type), static_cast<std::uint16_t>(flags));
    nftnl_table_nlmsg_build_payload(header, table);
    buffer.end(header);
  }
  nftnl_table_free(table);
  auto* chain = make_chain();
  auto* chain_header = buffer.begin(NFT_MSG_NEWCHAIN, NLM_F_CREATE);
  nftnl_chain_nlmsg_build_payload(chain_header, chain);
  buffer.end(chain_header);
  nftnl_chain_free(chain);
  for (std::uint32_t i = 0; i < count; ++i) {
    auto* rule = make_rule(first + i);
    const bool is_last = i + 1 == count;
    auto* header = buffer.begin(
        NFT_MSG_NEWRULE,
        static_cast<std::uint16_t>(NLM_F_CREATE | NLM_F_APPEND | (is_last ? NLM_F_ACK : 0)));
    nftnl_rule_nlmsg_build_payload(header, rule);
    buffer.end(header);
    nftnl_rule_free(rule);
  }
  return buffer.send(socket);
}

}  // namespace topoproof::bench
