// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a program over packets, chain by chain, as the kernel's nft_do_chain() does. What is not
// modelled gives Unknown with a reason, when a packet comes to it and not before.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conntrack/nat.hh"
#include "conntrack/random.hh"
#include "conntrack/tracker.hh"
#include "machine/choices.hh"
#include "machine/environment.hh"
#include "machine/program.hh"

namespace topoproof::machine {

// Why nothing is said where a rule looks at them.
inline constexpr std::string_view kDrawnBytes =
    "bytes of the packet that the kernel draws at random";

// Where a packet is (struct nf_hook_state). `family` is that of the hook: Ip, Ip6, Arp, Bridge,
// Netdev. No interface: the kernel gives none at this hook.
struct HookState {
  firewall::Hook hook = firewall::Hook::Prerouting;
  TableFamily family = TableFamily::Ip;
  const Interface* in = nullptr;
  const Interface* out = nullptr;
  // A packet that met hooks of IP in a bridge (br_netfilter); then the ports, as far as they are
  // known.
  bool is_bridged = false;
  const Interface* physical_in = nullptr;
  const Interface* physical_out = nullptr;

  Family ip_family() const { return family == TableFamily::Ip6 ? Family::Ipv6 : Family::Ipv4; }
};

// An answer that a reject rule wants to be sent to the packet's source; the packet is dropped.
struct RejectAnswer {
  bool tcp_reset = false;
  std::uint8_t icmp_type = 0;
  std::uint8_t icmp_code = 0;
  friend auto operator<=>(const RejectAnswer&, const RejectAnswer&) = default;
};

// A packet that a rule sends elsewhere than it would go.
struct Detour {
  skb::Skb packet;
  std::uint32_t interface = 0;             // 0: by the route to the next hop
  std::optional<IpAddress> next_hop = {};  // none: the frame as it is
};

struct Decision {
  enum class Kind : std::uint8_t { Accept, Drop, Unknown };
  Kind kind = Kind::Accept;
  // The rule that decided; null: the chain's policy.
  const firewall::Rule* rule = nullptr;
  std::optional<RejectAnswer> answer = {};
  std::string_view why = {};     // of Unknown, and of a Drop that is no verdict of a rule
  std::uint32_t forward_to = 0;  // of a Drop: the frame goes out by this interface instead,
  std::optional<IpAddress> forward_hop = {};  // to this neighbour there
  std::vector<Detour> copies = {};  // that rules sent (dup), whatever became of the packet
  // A rule drew a random number: with another draw the decision could be another.
  bool is_random = false;

  bool accepts() const { return kind == Kind::Accept; }
};

// What the kernel's nftrace would tell, event by event.
struct Record {
  enum class Kind : std::uint8_t { Rule, Return, Policy };
  Kind kind = Kind::Rule;
  std::uint32_t chain = 0;               // index in Program::chains()
  const firewall::Rule* rule = nullptr;  // null: of Policy, and of Return at the end of a chain
  VerdictCode verdict;                   // of the rule, or of the policy
};
using Records = std::vector<Record>;

// What a machine works with; all of it outlives the machine. Tracker and nat are null in a
// namespace that does not track: no rule there can ask for them.
struct World {
  Environment& environment;
  const conntrack::Clock& clock;
  conntrack::Tracker* tracker = nullptr;
  conntrack::Nat* nat = nullptr;
  // Null, or closed: random numbers are drawn, and decisions say that they were.
  Choices* choices = nullptr;
  std::uint64_t seed = 1;

  bool can_choose() const { return choices != nullptr && choices->is_open(); }
};

class Machine {
 public:
  Machine(Program program, const World& world)
      : program_(std::move(program)), world_(world), random_(world.seed) {}

  // Runs one base chain. The packet may be changed, and its connection as well.
  // `records`: null costs nothing.
  Decision run(std::uint32_t base_chain, skb::Skb& packet, const HookState& at,
               Records* records = nullptr);

  Program& program() { return program_; }
  const Program& program() const { return program_; }
  // For who makes up their mind: what rules have counted and kept is again as it was.
  Program remember() const { return program_.copy(); }
  void restore(const Program& remembered) { program_ = remembered.copy(); }

 private:
  Program program_;
  World world_;
  conntrack::Random random_;
};

}  // namespace topoproof::machine
