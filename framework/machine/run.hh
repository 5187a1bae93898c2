// SPDX-License-Identifier: GPL-2.0-or-later
// One packet in one base chain. For the sources of this module: each group of instructions has a
// source file of its own.
#pragma once

#include <array>

#include "machine/machine.hh"
#include "machine/registers.hh"

namespace topoproof::machine {

namespace fw = firewall;

class Run {
 public:
  Run(Program& program, const World& world, conntrack::Random& random, skb::Skb& packet,
      const HookState& at, Records* records)
      : program_(program),
        world_(world),
        random_(random),
        packet_(packet),
        at_(at),
        records_(records),
        headers_(find_headers()) {}

  Decision chain(std::uint32_t base);

 private:
  // run.cc: the walk
  void walk_rules(std::uint32_t chain, std::size_t first, std::size_t& stopped_at);
  void run_rule(const CompiledRule& rule);
  void record(Record::Kind kind, std::uint32_t chain, const fw::Rule* rule,
              const VerdictCode& verdict) {
    if (records_ != nullptr) records_->push_back({kind, chain, rule, verdict});
  }
  Decision conclude(std::uint32_t base, const fw::Rule* rule);
  void fail() { verdict_.next = Next::Break; }
  void drop(std::string_view why);
  void give_up(std::string_view why);
  // True if the answer is known.
  template <class T>
  bool is_known(const Answer<T>& answer) {
    if (!answer) give_up(answer.error().reason);
    return answer.has_value();
  }
  std::size_t length() const;  // skb->len
  StateInput state_input() const { return {packet_, length(), world_.clock.now, world_.tracker}; }
  skb::Headers find_headers() const;

  // run.cc
  void run(const code::CompareWord& i);
  void run(const code::CompareBytes& i);
  void run(const code::MaskWord& i);
  void run(const code::SetWords& i);
  void run(const code::Decide& i) { verdict_ = i.verdict; }
  void run(const code::Count& i);
  void run(const code::Other& i);

  // run_payload.cc
  void run(const code::LoadPayload& i) {
    if (!i.is_fast || !load_fast(i)) load_payload(i);
  }
  bool load_fast(const code::LoadPayload& i);  // run.cc
  void load_payload(const code::LoadPayload& i);
  std::optional<std::size_t> payload_base(fw::PayloadBase base);
  std::optional<std::size_t> inner_offset() const;
  // Whether bytes there are for the kernel to draw (skb::Skb::has_drawn_id, has_drawn_data).
  bool is_placeholder(std::size_t from, std::size_t to) const {
    return (packet_.has_drawn_id || packet_.has_drawn_data) && is_placeholder_part(from, to);
  }
  bool is_placeholder_part(std::size_t from, std::size_t to) const;
  std::array<std::byte, 14> link_header() const;
  void other(const fw::PayloadStore& e, std::uint32_t index);
  bool mend_checksums(const fw::PayloadStore& e, std::size_t base, BytesView before,
                      BytesView after);
  void store_link(const fw::PayloadStore& e);

  // run_meta.cc
  void run(const code::LoadMeta& i);  // run.cc
  void load_meta(const code::LoadMeta& i);
  void load_interface(fw::MetaKey key, std::uint8_t to);
  std::uint32_t draw_number(const code::LoadMeta& i);
  void load_name(std::uint8_t to, std::string_view name);
  void load_owner(fw::MetaKey key, std::uint8_t to);
  void load_time(fw::MetaKey key, std::uint8_t to);
  void load_bridge(fw::MetaKey key, std::uint8_t to);
  void other(const fw::MetaStore& e, std::uint32_t index);

  // run_ct.cc
  void run(const code::LoadCt& i);
  void load_flow(const code::LoadCt& i, const conntrack::Entry& entry);
  void load_tuple(const code::LoadCt& i, const conntrack::Entry& entry);
  void load_traffic(const code::LoadCt& i, const conntrack::Entry& entry);
  void other(const fw::CtStore& e, std::uint32_t index);
  void choose_zone(const fw::CtStore& e);
  void other(const fw::Notrack& e, std::uint32_t index);

  // run_match.cc
  void other(const fw::Compare& e, std::uint32_t index);
  void other(const fw::Range& e, std::uint32_t index);
  void other(const fw::Bitwise& e, std::uint32_t index);
  void other(const fw::Immediate& e, std::uint32_t index);
  void other(const fw::Shift& e, std::uint32_t index);
  void other(const fw::ByteOrder& e, std::uint32_t index);
  std::uint32_t draw_below(std::uint32_t count);
  void other(const fw::NumberGenerator& e, std::uint32_t index);
  void other(const fw::Hash& e, std::uint32_t index);
  void draw_hash(const fw::Hash& e);

  // run_set.cc
  void run(const code::Find& i);
  void run_states(const std::vector<std::uint32_t>& states);
  void run_state(std::uint32_t index);
  void other(const fw::DynamicSet& e, std::uint32_t index);
  void add_element(const fw::DynamicSet& e, Set& set, BytesView key);
  void finish_change(const fw::DynamicSet& e, SetElement& element);
  void other(const fw::ObjectReference& e, std::uint32_t index);
  void other(const fw::ObjectLookup& e, std::uint32_t index);
  void run_object(std::uint32_t index);
  void other(const fw::Limit&, std::uint32_t index) { run_state(index); }
  void other(const fw::Quota&, std::uint32_t index) { run_state(index); }
  void other(const fw::Connlimit&, std::uint32_t index) { run_state(index); }
  void other(const fw::Last&, std::uint32_t index) { run_state(index); }

  // run_action.cc
  void other(const fw::Nat& e, std::uint32_t index);
  void other(const fw::Masquerade& e, std::uint32_t index);
  void other(const fw::Redirect& e, std::uint32_t index);
  bool can_bind();
  void take(const conntrack::Outcome& outcome);
  conntrack::NatRange port_range(const std::optional<fw::Register>& low,
                                 const std::optional<fw::Register>& high,
                                 std::uint32_t flags) const;
  void other(const fw::Reject& e, std::uint32_t index);
  void other(const fw::Log&, std::uint32_t) {}
  void other(const fw::Queue& e, std::uint32_t index);
  void other(const fw::Tproxy& e, std::uint32_t index);
  void other(const fw::Synproxy&, std::uint32_t) { give_up("synproxy"); }
  void other(const fw::Duplicate& e, std::uint32_t index);
  void other(const fw::Forward& e, std::uint32_t index);
  bool prepare_for_neighbor(const fw::Forward& e);
  void other(const fw::FlowOffload&, std::uint32_t) { give_up("flow offload"); }

  // run_route.cc
  void other(const fw::Fib& e, std::uint32_t index);
  void load_fib_interface(const fw::Fib& e);
  void store_fib(const fw::Fib& e, std::uint32_t interface);
  void other(const fw::RouteLoad& e, std::uint32_t index);
  void other(const fw::SocketLoad&, std::uint32_t) { give_up("a socket lookup by a rule"); }
  void other(const fw::OsfLoad&, std::uint32_t) { give_up("passive fingerprints"); }
  void other(const fw::TunnelLoad& e, std::uint32_t index);
  // Nothing here transforms packets with IPsec.
  void other(const fw::XfrmLoad&, std::uint32_t) { fail(); }

  // run_extension.cc
  void other(const fw::ExtensionLoad& e, std::uint32_t index);
  void other(const fw::ExtensionStore& e, std::uint32_t index);
  void other(const fw::ExtensionReset& e, std::uint32_t index);

  // run_xt.cc
  void other(const fw::XtMatch& e, std::uint32_t index);
  void other(const fw::XtTarget& e, std::uint32_t index);
  void target(const xtables::Extension& t);
  void target(const xtables::RejectTarget& t);
  void target(const xtables::LogTarget&) {}
  void target(const xtables::NflogTarget&) {}
  void target(const xtables::MarkTarget& t);
  void target(const xtables::ConnmarkTarget& t);
  void target(const xtables::TcpMssTarget& t);
  void target(const xtables::NatTarget& t);
  void target(const xtables::CtTarget& t);
  void target(const xtables::TproxyTarget&) { give_up("TPROXY"); }
  void target(const xtables::ClassifyTarget& t) { packet_.priority = t.priority; }
  void target(const xtables::DscpTarget& t);
  void target(const xtables::TosTarget& t);
  void target(const xtables::ChecksumTarget&) { skb::complete_checksum(packet_); }
  void target(const xtables::HopLimitTarget& t);
  void target(const xtables::QueueTarget& t);
  void set_hop_limit(std::uint8_t value);
  void change_ecn(BytesView info);
  void strip_options(BytesView kinds);
  void change_traffic_class(std::uint8_t mask, std::uint8_t value);
  void queue(std::uint16_t number, bool bypass);

  // These have instructions of their own.
  void other(const fw::PayloadLoad&, std::uint32_t) {}
  void other(const fw::MetaLoad&, std::uint32_t) {}
  void other(const fw::CtLoad&, std::uint32_t) {}
  void other(const fw::Lookup&, std::uint32_t) {}
  void other(const fw::Verdict&, std::uint32_t) {}
  void other(const fw::Counter&, std::uint32_t) {}

  Program& program_;
  const World& world_;
  conntrack::Random& random_;
  skb::Skb& packet_;
  const HookState& at_;
  Records* records_;
  skb::Headers headers_;
  Registers registers_;
  VerdictCode verdict_;
  std::optional<RejectAnswer> answer_;
  std::uint32_t forward_to_ = 0;
  std::optional<IpAddress> forward_hop_;
  std::vector<Detour> copies_;
  std::string_view why_;
  bool is_random_ = false;
};

}  // namespace topoproof::machine
