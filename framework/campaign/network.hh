// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's side of a campaign: the network of a shape, built once, with a packet socket in each
// edge. Rulesets are replaced by one batch, frames go out and come in by the sockets.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "base/issue.hh"
#include "campaign/packet_port.hh"
#include "campaign/question.hh"
#include "generator/shape.hh"
#include "lab/lab.hh"
#include "netfilter/kernel_ruleset.hh"
#include "netfilter/trace.hh"

namespace topoproof::campaign {

// Where fences go: frames that the node answers whatever its rules are, so that their answer tells
// that all before it has been dealt with. On veth links all has happened when a send returns; a
// case that seems to differ is asked again with a fence behind each packet.
enum class Fences { BehindAll, BehindEach };

class Network {
 public:
  // REQUIRES: the process is in a sandbox; the plan is that of the shape, which outlives this.
  // THROWS: as lab::Lab.
  Network(const generator::Shape& shape, const plan::Plan& plan);

  // RETURNS: what the kernel refuses of the ruleset. THROWS: netlink::ExchangeError, SystemError.
  Issues load(const firewall::Ruleset& ruleset);
  // THROWS: netlink::ExchangeError, SystemError: with ETIMEDOUT if a fence is not answered.
  Answer ask(const Question& question, Fences fences = Fences::BehindAll);

  // For who looks into a difference. What the kernel lists of its rules, with their handles; how
  // the node is not as planned, in lines; and, of a question whose rules are loaded, what rules its
  // packets meet. The next question finds the network as before. THROWS: as ask,
  // std::runtime_error.
  firewall::Ruleset listed();
  std::string environment();
  std::vector<netfilter::TraceEvent> trace(const Question& question);

 private:
  void stop_tracking();
  void discard();
  void receive(std::size_t port, Answer& answer);
  void receive(Answer& answer);
  void pass_fence(Answer& answer);

  const generator::Shape& shape_;
  std::unique_ptr<lab::Lab> lab_;
  std::array<PacketPort, kPorts> ports_;
  std::vector<netfilter::TableName> tables_;  // of the last ruleset
  bool tracks_ = false;                       // connections, for the last ruleset
  Bytes fence_;
  bool fence_is_back_ = false;
};

}  // namespace topoproof::campaign
