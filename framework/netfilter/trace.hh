// SPDX-License-Identifier: GPL-2.0-or-later
// What nf_tables did with a packet, step by step, as the kernel tells it. Packets whose `nftrace`
// is set are told of, by each rule that matched with its verdict, and by each base chain's policy
// that was reached; rules that did not match are silent.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/bytes.hh"
#include "firewall/build.hh"
#include "firewall/ruleset.hh"
#include "netlink/socket.hh"

namespace topoproof::netfilter {

// ChainEnd: the last rule of a chain is past, without a verdict: back to the caller, or on to the
// policy of a base chain, which is told next. (Linux 6.18 sends it as a rule without a handle.)
enum class TraceType { Rule, ChainEnd, Policy };

struct TraceEvent {
  std::optional<std::uint32_t> namespace_id;  // of another namespace: its id in the monitor's
  // The same for all events of a packet in one hook. Another one in the next hook may be as well:
  // join those by addresses and IP id.
  std::uint32_t id = 0;
  TraceType type = TraceType::Rule;
  firewall::TableFamily family = firewall::TableFamily::Ip;
  std::string table;
  std::string chain;
  std::uint64_t rule = 0;     // the handle, of Rule events
  firewall::Verdict verdict;  // Continue at a ChainEnd; of Policy events the policy. A reject: Drop
  std::uint32_t nfproto = 0;  // of the packet: 2 IPv4, 10 IPv6
  std::optional<std::uint32_t> iif;
  std::optional<std::uint32_t> oif;
  std::optional<std::uint32_t> mark;
  // The first bytes of each header, in the first event about the packet in each base chain.
  Bytes link_header;
  Bytes network_header;
  Bytes transport_header;
  friend auto operator<=>(const TraceEvent&, const TraceEvent&) = default;

  bool ends_packet() const;  // dropped here
  bool goes_on() const;      // the packet as it goes on to its route: TraceWish::translated
};

// "rule 7 of ip filter input: drop"
std::string describe(const TraceEvent& event);

// Hears the events of the namespace that the constructor's thread is in; and of all others that it
// has an id of (netlink::number_namespace), if it is asked to.
class TraceMonitor {
 public:
  TraceMonitor();  // THROWS: SystemError
  void hear_other_namespaces() { socket_.hear_other_namespaces(); }

  int fd() const { return socket_.fd(); }  // readable when there are events
  // What has come so far; does not wait. The events of a packet are there when the call that sent
  // it has returned, if nothing delays it on its way. Events of the table that install_trace adds
  // are left out, but those that go_on(). THROWS: ExchangeError, Overrun if events were lost.
  std::vector<TraceEvent> receive();

 private:
  netlink::Socket socket_;
};

// RETURNS: nothing if the message is no trace event.
std::optional<TraceEvent> decode_trace(BytesView message);  // with its netlink header

inline constexpr std::string_view kTraceTableName = "topoproof-trace";

// Which packets are to be told of. Each costs the kernel an event for every base chain that it
// passes, more than the packet itself.
struct TraceWish {
  bool incoming = true;                            // what comes in
  bool outgoing = true;                            // what is sent from here
  bool translated = false;                         // both once more, behind destination NAT
  std::vector<firewall::Statement> matching = {};  // all of these match
};

// The packets that meet a base chain of these rules at all: where none is behind an input hook,
// what is sent from here passes untold. Once more where one translates destinations.
TraceWish packets_that_meet(const firewall::Ruleset& rules);

// A table "inet topoproof-trace" (or of another family) that sets nftrace. It comes before every
// other table.
firewall::Ruleset make_trace_ruleset(const TraceWish& wish = {},
                                     firewall::TableFamily family = firewall::TableFamily::Inet);
[[nodiscard]] Issues install_trace(netlink::Socket& socket, const TraceWish& wish = {});
// Of frames that bridges forward, for the tables of that family.
[[nodiscard]] Issues install_bridge_trace(netlink::Socket& socket);
// Of frames at the hooks of devices themselves, where these rules have chains there: they come
// before all others (or behind them).
[[nodiscard]] Issues install_device_trace(netlink::Socket& socket, const firewall::Ruleset& rules);
void remove_trace(netlink::Socket& socket);       // of install_trace
void remove_all_traces(netlink::Socket& socket);  // that are there

// The rule that an event is about, by handle. REQUIRES: the ruleset (observed, with handles)
// outlives the index, unchanged.
class RuleIndex {
 public:
  explicit RuleIndex(const firewall::Ruleset& ruleset);
  const firewall::Rule* find(const TraceEvent& event) const;  // null if it is not known

 private:
  using Key = std::tuple<firewall::TableFamily, std::string_view, std::uint64_t>;
  std::map<Key, const firewall::Rule*> rules_;
};

}  // namespace topoproof::netfilter
