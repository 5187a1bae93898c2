// SPDX-License-Identifier: GPL-2.0-or-later
#include "flow/fate.hh"

#include <vector>

#include <fmt/format.h>

#include "base/suggest.hh"

namespace topoproof::flow {

std::string_view to_string(FateKind kind) {
  switch (kind) {
    case FateKind::Delivered:
      return "delivered";
    case FateKind::Refused:
      return "refused";
    case FateKind::Rejected:
      return "rejected";
    case FateKind::Dropped:
      return "dropped";
    case FateKind::NoRoute:
      return "no_route";
    case FateKind::NoNeighbor:
      return "no_neighbor";
    case FateKind::TtlExceeded:
      return "ttl_exceeded";
    case FateKind::TooBig:
      return "too_big";
    case FateKind::Martian:
      return "martian";
    case FateKind::NotForwarding:
      return "not_forwarding";
    case FateKind::Lost:
      return "lost";
  }
  return "?";
}

std::expected<FateKind, Issue> parse_fate_kind(std::string_view text) {
  std::vector<std::string_view> known;
  for (const FateKind kind : kAllFates) {
    if (to_string(kind) == text) return kind;
    known.push_back(to_string(kind));
  }
  return std::unexpected(make_issue(fmt::format(
      "'{}' is not a fate ({}){}", text, fmt::join(known, ", "), did_you_mean(text, known))));
}

std::string to_string(const Answer& answer) {
  if (answer.tcp_reset) return fmt::format("tcp reset from {}", to_string(answer.from));
  return fmt::format("{} {}/{} from {}", answer.from.is_v4() ? "icmp" : "icmpv6", answer.icmp_type,
                     answer.icmp_code, to_string(answer.from));
}

}  // namespace topoproof::flow
