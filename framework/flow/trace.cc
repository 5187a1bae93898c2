// SPDX-License-Identifier: GPL-2.0-or-later
#include "flow/trace.hh"

namespace topoproof::flow {

std::string_view to_string(StepKind kind) {
  switch (kind) {
    case StepKind::Sent:
      return "sent";
    case StepKind::Received:
      return "received";
    case StepKind::Forwarded:
      return "forwarded";
    case StepKind::Translated:
      return "translated";
    case StepKind::Rule:
      return "rule";
    case StepKind::Route:
      return "route";
    case StepKind::Neighbor:
      return "neighbor";
    case StepKind::Answered:
      return "answered";
    case StepKind::Delivered:
      return "delivered";
    case StepKind::Died:
      return "died";
  }
  return "?";
}

std::vector<NodeId> path_of(const Trace& trace) {
  std::vector<NodeId> path;
  for (const Step& step : trace) {
    if (path.empty() || path.back() != step.node) path.push_back(step.node);
  }
  return path;
}

}  // namespace topoproof::flow
