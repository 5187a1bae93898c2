// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/error.hh"

namespace topoproof::netlink {
namespace {

std::string sentence(const std::string& attempt, const Refusal& refusal) {
  std::string text = attempt;
  if (!refusal.text.empty()) text += ": " + refusal.text;
  if (!refusal.attribute.empty()) text += " (" + refusal.attribute + ")";
  return text;
}

}  // namespace

NetlinkError::NetlinkError(const std::string& attempt, Refusal refusal)
    : SystemError(refusal.error, sentence(attempt, refusal)),
      attempt_(attempt),
      refusal_(std::move(refusal)) {}

std::string_view to_string(ExchangeFailure failure) {
  switch (failure) {
    case ExchangeFailure::Transport:
      return "the netlink socket failed";
    case ExchangeFailure::Overrun:
      return "netlink answers were lost";
    case ExchangeFailure::Truncated:
      return "a netlink answer was cut off";
    case ExchangeFailure::Malformed:
      return "a netlink answer is malformed";
    case ExchangeFailure::Unexpected:
      return "a netlink answer to something else came";
    case ExchangeFailure::NoAnswer:
      return "a netlink answer is missing";
    case ExchangeFailure::Interrupted:
      return "a netlink listing kept changing";
  }
  return "netlink failed";
}

ExchangeError::ExchangeError(ExchangeFailure failure, int error)
    : SystemError(error, std::string(to_string(failure))), failure_(failure) {}

}  // namespace topoproof::netlink
