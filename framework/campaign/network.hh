// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's side of a campaign: the network of a shape, built once, with a packet socket in each
// edge. Rulesets are replaced by one batch, frames go out and come in by the sockets.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "base/issue.hh"
#include "campaign/question.hh"
#include "generator/shape.hh"
#include "lab/lab.hh"
#include "sys/fd.hh"

namespace topoproof::campaign {

// How the answer is waited for. On veth links everything has happened when the send returns; a case
// that seems to differ is asked again with patience, until that is certain.
struct Patience {
  std::chrono::milliseconds after_each = {};
};

class Network {
 public:
  // REQUIRES: the process is in a sandbox; the plan is that of the shape, which outlives this.
  // THROWS: as lab::Lab.
  Network(const generator::Shape& shape, const plan::Plan& plan);
  ~Network();
  Network(Network&&) noexcept;
  Network& operator=(Network&&) noexcept = delete;

  // RETURNS: what the kernel refuses of the ruleset. THROWS: netlink::ExchangeError, SystemError.
  Issues load(const firewall::Ruleset& ruleset);
  Answer ask(const Question& question, const Patience& patience = {});

 private:
  static void outwait_reports();
  sys::Fd open_port(const generator::Port& port);
  void discard();
  void send(const Packet& packet);
  void receive(Answer& answer);
  void wait(std::chrono::milliseconds time);

  const generator::Shape& shape_;
  std::unique_ptr<lab::Lab> lab_;
  std::array<sys::Fd, kPorts> sockets_;
  std::set<std::pair<firewall::TableFamily, std::string>> tables_;
  bool tracks_ = false;
  Bytes buffer_ = Bytes(65'536);
};

}  // namespace topoproof::campaign
