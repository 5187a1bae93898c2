// SPDX-License-Identifier: GPL-2.0-or-later
// Two ways in which talking to the kernel fails: it refuses a message (NetlinkError), or the
// conversation itself breaks and nothing is known (ExchangeError). Neither is ever a success.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "sys/error.hh"

namespace topoproof::netlink {

// The kernel's no to one message.
struct Refusal {
  std::size_t about = 0;  // as given to Batch::add
  int error = 0;          // errno, positive
  std::string text;       // extended ack: "ipv4: Invalid prefix length"; often empty
  std::string attribute;  // the one it points at: "IFLA_MTU"; often empty
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

class NetlinkError : public sys::SystemError {
 public:
  // `attempt` is a phrase with the object in it: "add address 10.0.0.1/40 to eth0 in r1".
  // what(): "ATTEMPT: ipv4: Invalid prefix length (IFA_LOCAL): Invalid argument"
  NetlinkError(const std::string& attempt, Refusal refusal);

  const std::string& attempt() const { return attempt_; }
  const Refusal& refusal() const { return refusal_; }

 private:
  std::string attempt_;
  Refusal refusal_;
};

enum class ExchangeFailure {
  Transport,    // the system refused to send or receive; error() says why
  Overrun,      // answers were lost: the receive buffer was full (ENOBUFS)
  Truncated,    // an answer was longer than the buffer
  Malformed,    // an answer's lengths do not add up
  Unexpected,   // an answer to something that was not asked
  NoAnswer,     // the kernel fell silent before the last answer
  Interrupted,  // what was listed kept changing, in every one of several tries
};
std::string_view to_string(ExchangeFailure failure);

class ExchangeError : public sys::SystemError {
 public:
  ExchangeError(ExchangeFailure failure, int error);
  ExchangeFailure failure() const { return failure_; }

 private:
  ExchangeFailure failure_;
};

}  // namespace topoproof::netlink
