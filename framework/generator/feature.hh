// SPDX-License-Identifier: GPL-2.0-or-later
// What a generated case can contain, and what can become of its packets. A campaign counts these
// features and their pairs, steers towards those that have not been seen, and lets the user switch
// them on and off by name.
#pragma once

#include <bitset>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/issue.hh"

namespace topoproof::generator {

// clang-format off
enum class Feature : std::uint8_t {
  // Topologies.
  Router, Router6, Container,
  // Tables and chains.
  InetTable, BridgeTable, SecondTable, Subchain, DropPolicy, EarlyChain, LateChain,
  FilterPrerouting, FilterInput, FilterForward, FilterOutput, FilterPostrouting,
  NatPrerouting, NatInput, NatOutput, NatPostrouting,
  // Matches.
  SourceAddress, DestinationAddress, SourcePort, DestinationPort, TransportProtocol, IcmpType,
  InputInterface, OutputInterface, Mark, CtState, CtMark, CtStatus, TcpFlags, NoWayBack,
  Negation, PortInterval, NetworkPrefix,
  AnonymousSet, NamedSet, IntervalSet, Concatenation, VerdictMap,
  // What rules do.
  Accept, Drop, Jump, Goto, Return, RejectByIcmp, RejectByReset, SetMark, SetCtMark, SaveMark,
  RestoreMark, Untrack, RateLimit, ByteQuota, ClampMss,
  SourceNat, SourceNatPorts, DestinationNat, DestinationNatPort, Masquerade, Redirect,
  // Packets.
  Udp, TcpSyn, TcpAck, TcpReset, TcpSynAck, Echo, OtherProtocol, Reply, SamePacketAgain,
  ErrorAboutIt, LastHop, LateFragment, BadChecksum, TooLong, ToTheNode, NoRouteThere,
  SpoofedSource, NeighborOfAConstant,
  // What became of them.
  Forwarded, SourceTranslated, DestinationTranslated, Answered, Vanished,
  Count,
};
// clang-format on
inline constexpr std::size_t kFeatures = static_cast<std::size_t>(Feature::Count);

class FeatureSet {
 public:
  static FeatureSet all();
  void add(Feature feature) { bits_.set(static_cast<std::size_t>(feature)); }
  void remove(Feature feature) { bits_.reset(static_cast<std::size_t>(feature)); }
  void add(const FeatureSet& other) { bits_ |= other.bits_; }
  void remove(const FeatureSet& others) { bits_ &= ~others.bits_; }
  bool has(Feature feature) const { return bits_.test(static_cast<std::size_t>(feature)); }
  std::size_t size() const { return bits_.count(); }
  friend bool operator==(const FeatureSet&, const FeatureSet&) = default;

 private:
  std::bitset<kFeatures> bits_;
};

std::string_view to_string(Feature feature);  // "drop-policy"
// What becomes of packets cannot be asked for.
bool is_observed(Feature feature);

// "all", "all,-bridge-table", "router,udp,accept": names are taken from left to right; a list that
// begins with a name that is switched on begins with nothing else. RETURNS: or what is wrong.
std::expected<FeatureSet, Issue> parse_features(std::string_view text);

}  // namespace topoproof::generator
