// SPDX-License-Identifier: GPL-2.0-or-later
// Sets and maps from short typed forms: what they are looked up by, their values, and the
// statements that look there, as nft compiles them.
//
//   in(by::dport(kTcp), "web")                                   tcp dport @web
//   one_of(table, by::dport(kTcp), {22, PortRange(80, 90)})      tcp dport { 22, 80-90 }
//   vmap(table, by::iifname(), {{"eth0", {VerdictKind::Drop}}})  iifname vmap { "eth0" : drop }
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "firewall/build.hh"

namespace topoproof::firewall {

// One field of a packet, or several that are concatenated.
struct Selector {
  Statement load;                      // from the first register on
  std::uint32_t type = 0;              // nft's number of the type
  std::vector<std::uint32_t> lengths;  // bytes, of each field
  bool is_host_order = false;

  bool is_concatenation() const { return lengths.size() > 1; }
  std::uint32_t key_length() const;  // bytes; fields of a concatenation fill whole words
};

namespace by {
Selector saddr(Family family);
Selector daddr(Family family);
Selector sport(std::uint8_t protocol);
Selector dport(std::uint8_t protocol);
Selector l4proto();
Selector iifname();
Selector oifname();
Selector mark();
Selector ct_state();
}  // namespace by

// REQUIRES: two fields at least, at most 16 registers of 4 bytes, no contradicting protocols.
Selector concatenation(const std::vector<Selector>& fields);

// The values of one field, or of a concatenation, from the first to the last.
struct Interval {
  Bytes first;
  Bytes last;

  Interval(PortRange ports);             // NOLINT: they are written as what they are
  Interval(int port);                    // NOLINT: of 16 bits
  Interval(const Prefix& prefix);        // NOLINT
  Interval(const IpAddress& address);    // NOLINT
  Interval(std::string_view interface);  // NOLINT
  Interval(const char* interface) : Interval(std::string_view(interface)) {}  // NOLINT
  Interval(Bytes from, Bytes to) : first(std::move(from)), last(std::move(to)) {}
  static Interval protocol(std::uint8_t number);
  static Interval host_number(std::uint32_t number);  // a mark, a connection's state
  static Interval joined(const std::vector<Interval>& fields);

  bool is_one() const { return first == last; }
  friend auto operator<=>(const Interval&, const Interval&) = default;
};

struct VerdictFor {
  Interval key;
  Verdict verdict;
};

// REQUIRES: the values are of the selector's lengths, and those of a map do not overlap.
Set make_set(std::string name, const Selector& by, std::vector<Interval> values);
Set make_verdict_map(std::string name, const Selector& by, std::vector<VerdictFor> values);

// By the name of a set of the rule's table.
Statement in(const Selector& by, std::string set, Match match = Match::Is);
Statement vmap(const Selector& by, std::string map);

// With a set of the rule's own, which is added to the table. Values that touch become one.
Statement one_of(Table& table, const Selector& by, std::vector<Interval> values,
                 Match match = Match::Is);
Statement vmap(Table& table, const Selector& by, std::vector<VerdictFor> values);

}  // namespace topoproof::firewall
