// SPDX-License-Identifier: GPL-2.0-or-later
// Connection tracking of one namespace: what the kernel's hooks at priorities -200 (track) and
// INT_MAX (confirm) do. Whether they are there at all is the caller's to know: a namespace without
// any rule that needs them tracks nothing.
#pragma once

#include <optional>

#include "conntrack/entry.hh"
#include "conntrack/outcome.hh"
#include "conntrack/settings.hh"
#include "conntrack/table.hh"
#include "skb/skb.hh"

namespace topoproof::conntrack {

class Tracker {
 public:
  // REQUIRES: `clock` outlives the tracker.
  explicit Tracker(const Clock& clock, Settings settings = {});

  // PREROUTING and OUTPUT at -200, nf_conntrack_in(). Gives the packet its connection; without one
  // and not Untracked it is invalid, which is no reason to drop it. REQUIRES: an IP packet whose
  // header the stack has accepted; no fragment (defragmentation comes before).
  Outcome track(skb::Skb& packet, const HookPoint& at);

  // POSTROUTING and INPUT, last, nf_confirm(): only now a new flow enters the table.
  Outcome confirm(skb::Skb& packet);

  Table& table() { return table_; }
  const Table& table() const { return table_; }
  const Clock& clock() const { return clock_; }
  Settings& settings() { return settings_; }
  const Settings& settings() const { return settings_; }

  // The flow that packets of this tuple belong to, as original or as reply; null if there is none.
  const Entry* find(const Tuple& tuple, const Zone& zone = {});

  // As `ct zone set` in a raw chain: the flow will be looked for, or made, in this zone. Without
  // effect on a packet that has a connection (or a zone) already.
  void choose_zone(skb::Skb& packet, const Zone& zone);

  // As the kernel gives a packet that it makes in answer to another (a reset, an ICMP error) that
  // one's flow, as related in the other direction (nf_ct_attach).
  static void attach(skb::Skb& answer, const skb::Skb& to);

 private:
  Outcome track_flow(skb::Skb& packet, const HookPoint& at, const Zone& zone);
  Outcome resolve(skb::Skb& packet, const Transport& transport, const HookPoint& at,
                  const Zone& zone);
  Outcome add_flow(skb::Skb& packet, const Tuple& tuple, const Zone& zone);
  Outcome make_room();
  Outcome insert(skb::Skb& packet, Entry& entry);
  Outcome resolve_clash(skb::Skb& packet, Entry& loser, const Entry::Side& winner);

  const Clock& clock_;
  Settings settings_;
  Table table_;
  std::uint32_t next_id_ = 1;
};

}  // namespace topoproof::conntrack
