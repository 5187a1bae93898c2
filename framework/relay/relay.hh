// SPDX-License-Identifier: GPL-2.0-or-later
// Carries the frames of impaired links: between two interfaces of a namespace of its own, each the
// far end of a veth, with what impair::Direction says of each frame. One thread, which waits for
// frames and for the moments when delayed ones arrive.
//
//   red:eth0 ==veth== left   right ==veth== eth0:blue
//                     `---relay---´
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "impair/impairment.hh"
#include "sys/event_loop.hh"
#include "sys/netns.hh"

namespace topoproof::relay {

// Names a link of a relay.
using LinkNumber = std::size_t;

class Relay {
 public:
  Relay();   // THROWS: sys::SystemError
  ~Relay();  // what is under way is lost
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  // From now on carries frames between two interfaces of the namespace; without an impairment as
  // fast as it can. THROWS: sys::SystemError
  LinkNumber add(const sys::Netns& netns, const std::array<std::string, 2>& interfaces);
  void remove(LinkNumber link);
  // Of what comes in by one of the two interfaces. From here on it counts anew.
  void impair(LinkNumber link, std::size_t from, const impair::Impairment& impairment);

  // Waits until nothing is under way: whatever was sent into a link before has arrived, or is lost.
  // RETURNS: false if that is not so by the deadline.
  bool wait_until_idle(sys::Clock::time_point deadline);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace topoproof::relay
