// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/netfilter.hh"

#include <algorithm>
#include <limits>

#include "base/planted_fault.hh"
#include "conntrack/settings.hh"

namespace topoproof::sim {
namespace {

using firewall::Hook;
using firewall::TableFamily;
using machine::Program;
using Kind = Netfilter::Station::Kind;

constexpr std::int32_t kDefragment = -400;
constexpr std::int32_t kTrack = -200;
constexpr std::int32_t kConfirm = std::numeric_limits<std::int32_t>::max();
constexpr std::array kHooks{Hook::Prerouting, Hook::Input, Hook::Forward, Hook::Output,
                            Hook::Postrouting};

conntrack::Settings tracking_settings(const routing::NodeSettings& settings) {
  conntrack::Settings out;
  out.tcp_loose = settings.tcp_loose;
  out.tcp_be_liberal = settings.tcp_be_liberal;
  using Seconds = std::chrono::seconds;
  const routing::TrackingTimeouts& times = settings.timeouts;
  out.tcp = {.syn_sent = Seconds(times.tcp_syn_sent),
             .syn_received = Seconds(times.tcp_syn_received),
             .established = Seconds(times.tcp_established),
             .fin_wait = Seconds(times.tcp_fin_wait),
             .close_wait = Seconds(times.tcp_close_wait),
             .last_ack = Seconds(times.tcp_last_ack),
             .time_wait = Seconds(times.tcp_time_wait),
             .close = Seconds(times.tcp_close),
             .retransmitting = Seconds(times.tcp_max_retrans),
             .unacknowledged = Seconds(times.tcp_unacknowledged)};
  out.udp = Seconds(times.udp);
  out.udp_stream = Seconds(times.udp_stream);
  out.icmp = Seconds(times.icmp);
  out.icmpv6 = Seconds(times.icmpv6);
  out.gre = Seconds(times.gre);
  out.gre_stream = Seconds(times.gre_stream);
  out.generic = Seconds(times.generic);
  out.fragments_ipv4 = Seconds(times.fragments_ipv4);
  out.fragments_ipv6 = Seconds(times.fragments_ipv6);
  return out;
}

std::string kind_of(state::LinkKind kind) {
  if (kind == state::LinkKind::Veth) return "veth";
  return kind == state::LinkKind::Bridge ? "bridge" : "";
}

machine::Interface make_interface(const Host& host, Slot slot) {
  constexpr std::uint16_t kEther = 1;  // ARPHRD_*
  constexpr std::uint16_t kLoopbackType = 772;
  const Interface& from = host.at(slot);
  machine::Interface out{.index = from.index,
                         .name = from.name,
                         .type = slot == kLoopback ? kLoopbackType : kEther,
                         .kind = kind_of(from.kind)};
  if (from.master != kNoSlot) out.bridge_name = host.at(from.master).name;
  return out;
}

}  // namespace

Netfilter::Netfilter(World& world, Host& host, firewall::Ruleset ruleset)
    : environment_(world, host.id) {
  const conntrack::Settings settings = tracking_settings(*host.settings);
  if (!host.tracking) host.tracking = std::make_unique<Tracking>(world.clock, settings);
  tracking_ = host.tracking.get();
  tracker().settings() = settings;
  for (Slot slot = 0; slot < host.interfaces.size(); ++slot) {
    interfaces_.push_back(make_interface(host, slot));
  }
  machine_ = std::make_unique<machine::Machine>(Program(std::move(ruleset)),
                                                machine::World{.environment = environment_,
                                                               .clock = world.clock,
                                                               .tracker = &tracker(),
                                                               .nat = &nat(),
                                                               .choices = &world.choices});
  for (const TableFamily family :
       {TableFamily::Ip, TableFamily::Ip6, TableFamily::Bridge, TableFamily::Arp}) {
    add_chains(family);
  }
  add_device_chains(host);
  for (const TableFamily family : {TableFamily::Ip, TableFamily::Ip6}) {
    const Family ip = family == TableFamily::Ip ? Family::Ipv4 : Family::Ipv6;
    if (program().needs_nat(ip)) add_nat(family);
    if (program().needs_tracking(ip)) add_tracking(family);
    if (program().needs_tracking(ip) || program().needs_defragmentation(ip)) {
      add_defragmentation(family);
    }
  }
  add_bridge_netfilter();
}

void Netfilter::add_chains(TableFamily family) {
  for (const Hook hook : kHooks) {
    for (const std::uint32_t chain : program().base_chains(family, hook, Program::Which::Others)) {
      stations_[index(family)][static_cast<std::size_t>(hook)].push_back(
          {program().base(chain).priority, Kind::Chain, chain});
    }
    nat_chains_[index(family)][static_cast<std::size_t>(hook)] =
        program().base_chains(family, hook, Program::Which::Nat);
  }
}

void Netfilter::add_device_chains(const Host& host) {
  constexpr std::array kOfDevices{Hook::Ingress, Hook::Egress};
  std::vector<std::array<Stations, 2>> devices(host.interfaces.size());
  bool any = false;
  for (Slot slot = 0; slot < host.interfaces.size(); ++slot) {
    for (std::size_t i = 0; i < kOfDevices.size(); ++i) {
      for (const std::uint32_t chain : program().device_chains(host.at(slot).name, kOfDevices[i])) {
        devices[slot][i].push_back({program().base(chain).priority, Kind::Chain, chain});
        any = true;
      }
    }
  }
  if (any) devices_ = std::move(devices);
}

// A rule brings connection tracking with it, after the chains of its table were registered: so it
// comes before those of the same priority (fact 2).
void Netfilter::add(TableFamily family, Hook hook, Station station) {
  Stations& stations = stations_[index(family)][static_cast<std::size_t>(hook)];
  const auto place = std::ranges::lower_bound(stations, station.priority, {}, &Station::priority);
  stations.insert(place, station);
}

void Netfilter::add_defragmentation(TableFamily family) {
  for (const Hook hook : {Hook::Prerouting, Hook::Output}) {
    add(family, hook, {kDefragment, Kind::Defragment});
  }
}

void Netfilter::add_tracking(TableFamily family) {
  for (const Hook hook : {Hook::Prerouting, Hook::Output}) {
    add(family, hook, {kTrack, Kind::Track});
  }
  for (const Hook hook : {Hook::Input, Hook::Postrouting}) {
    add(family, hook, {kConfirm, Kind::Confirm});
  }
}

void Netfilter::add_nat(TableFamily family) {
  translates_ = true;
  const auto first = planted("simulator-hook-priority") ? -firewall::kDestinationNatPriority
                                                        : firewall::kDestinationNatPriority;
  add(family, Hook::Prerouting, {first, Kind::Translate});
  add(family, Hook::Output, {firewall::kDestinationNatPriority, Kind::Translate});
  add(family, Hook::Postrouting, {firewall::kSourceNatPriority, Kind::Translate});
  add(family, Hook::Input, {firewall::kSourceNatPriority, Kind::Translate});
}

// NF_BR_PRI_BRNF and the like; it is there before any rule, so it comes last of equals (fact 2).
void Netfilter::add_bridge_netfilter() {
  constexpr std::int32_t kLast = std::numeric_limits<std::int32_t>::max();
  const auto add_last = [&](Hook hook, std::int32_t priority) {
    Stations& stations = stations_[index(TableFamily::Bridge)][static_cast<std::size_t>(hook)];
    const auto place = std::ranges::upper_bound(stations, priority, {}, &Station::priority);
    stations.insert(place, {priority, Kind::IpHooks});
  };
  add_last(Hook::Prerouting, 0);
  add_last(Hook::Forward, -1);
  add_last(Hook::Postrouting, kLast);
}

void Netfilter::go_on(const Netfilter& older) {
  const Program& before = older.machine_->program();
  if (before.ruleset() == machine_->program().ruleset()) machine_->restore(before);
}

Netfilter::Memory Netfilter::remember() const {
  Memory memory{machine_->remember(),
                std::make_unique<conntrack::Table>(tracking_->tracker.clock())};
  memory.connections->copy_from(tracking_->tracker.table());
  return memory;
}

void Netfilter::restore(const Memory& memory) {
  machine_->restore(memory.program);
  tracker().table().copy_from(*memory.connections);
}

bool Netfilter::sees_frames() const {
  const auto is_chain = [](const Station& station) { return station.kind == Kind::Chain; };
  return !devices_.empty() ||
         std::ranges::any_of(stations_[index(TableFamily::Bridge)], [&](const Stations& stations) {
           return std::ranges::any_of(stations, is_chain);
         });
}

machine::HookState Netfilter::state_of(const HookPlace& at, const Packet& packet) const {
  machine::HookState state{
      .hook = at.hook, .family = at.family, .in = interface(at.in), .out = interface(at.out)};
  if (!packet.bridged) return state;
  state.is_bridged = true;
  state.physical_in = interface(packet.bridged->in);
  state.physical_out = interface(packet.bridged->out);
  return state;
}

machine::Decision Netfilter::run(const HookPlace& at, std::uint32_t chain, Packet& packet,
                                 RuleHit& hit) {
  const bool traces = at.world.trace.keeps_trace();
  environment_.look_at(packet);
  records_.clear();
  const machine::HookState state = state_of(at, packet);
  const machine::Decision decision =
      machine_->run(chain, packet.skb, state, traces ? &records_ : nullptr);
  const machine::CompiledChain* where = &program().chains()[chain];
  if (decision.rule != nullptr && !records_.empty()) {
    where = &program().chains()[records_.back().chain];
  }
  hit = {where->table, where->source, decision.rule, decision.why};
  return decision;
}

}  // namespace topoproof::sim
