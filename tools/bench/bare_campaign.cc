// SPDX-License-Identifier: GPL-2.0-or-later
#include "bare_campaign.hh"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "packet/stack.hh"
#include "plan/planner.hh"
#include "sys/error.hh"

namespace topoproof::bench {
namespace {

struct Request {
  nlmsghdr header;
  nfgenmsg family;
};

constexpr Request make_request(int subsystem, int type, int flags) {
  return {.header = {.nlmsg_len = sizeof(Request),
                     .nlmsg_type = static_cast<std::uint16_t>(subsystem << 8 | type),
                     .nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags),
                     .nlmsg_seq = 1,
                     .nlmsg_pid = 0},
          .family = {}};
}
constexpr Request kFlush = make_request(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE, NLM_F_ACK);
constexpr Request kCounters = make_request(NFNL_SUBSYS_NFTABLES, NFT_MSG_GETRULE, NLM_F_DUMP);

BytesView bytes_of(const Request& request) { return std::as_bytes(std::span(&request, 1)); }

}  // namespace

BareNetwork::BareNetwork(generator::Feature kind)
    : shape_(generator::make_shape(kind)),
      lab_(plan::make_plan(shape_.topology).value()),
      netlink_(lab_.netfilter_socket(shape_.node).fd()) {
  lab_.settle();
  for (std::size_t i = 0; i < campaign::kPorts; ++i) {
    const generator::Port& port = shape_.ports[i];
    lab_.run(port.edge, [&] { ports_[i] = campaign::PacketPort(port.edge_interface); });
  }
}

void BareNetwork::add(campaign::Question question) {
  Asked asked{std::make_unique<campaign::Question>(std::move(question)), nft::Transaction()};
  const auto replace = [&](const firewall::Ruleset& ruleset, bool with) {
    for (const auto& table : ruleset.tables)
      with ? asked.batch.add(table) : asked.batch.remove(table);
  };
  if (!asked_.empty()) replace(asked_.back().question->ruleset, false);
  replace(asked.question->ruleset, false);
  replace(asked.question->ruleset, true);
  asked.batch.seal(1);
  asked_.push_back(std::move(asked));
}

void BareNetwork::say(BytesView message) const {
  if (::send(netlink_, message.data(), message.size(), 0) < 0) sys::throw_errno("send a message");
}

void BareNetwork::hear_until_end() {
  alignas(nlmsghdr) std::array<std::byte, 32 << 10> buffer;  // NOLINT: no need of zeros
  while (true) {
    const auto size = ::recv(netlink_, buffer.data(), buffer.size(), 0);
    if (size < 0) sys::throw_errno("receive a message");
    const auto type = reinterpret_cast<const nlmsghdr*>(buffer.data())->nlmsg_type;
    if (type == NLMSG_ERROR || type == NLMSG_DONE) return;
  }
}

void BareNetwork::ask_next() {
  Asked& asked = asked_[next_++];
  say(asked.batch.seal(1));
  hear_until_end();
  say(bytes_of(kFlush));
  hear_until_end();
  for (const auto& packet : asked.question->packets) ports_[packet.port].send(packet.frame);
  for (campaign::PacketPort& port : ports_) port.receive([](BytesView) {});
  say(bytes_of(kCounters));
  hear_until_end();
}

}  // namespace topoproof::bench
