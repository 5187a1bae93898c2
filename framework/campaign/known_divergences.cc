// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/known_divergences.hh"

#include <algorithm>

#include <fmt/format.h>

#include "packet/view.hh"

namespace topoproof::campaign {
namespace {

std::string describe(const firewall::Table& table, const firewall::Chain& chain) {
  std::string text = fmt::format("; {}", to_string(table.family));
  if (chain.base) {
    text += fmt::format(" {} {} {}", static_cast<int>(chain.base->type),
                        to_string(chain.base->hook), chain.base->drops ? "drop" : "accept");
  }
  for (const auto& rule : chain.rules) {
    text += " |";
    for (const auto& expression : rule.expressions) text += fmt::format(" {}", expression.index());
  }
  return text;
}

}  // namespace

const std::vector<KnownDivergence>& known_divergences() {
  static const std::vector<KnownDivergence> kKnown;
  return kKnown;
}

std::string fingerprint(const Question& question, DifferenceKind kind) {
  std::string text = fmt::format("{} {}", to_string(question.shape), to_string(kind));
  for (const auto& table : question.ruleset.tables) {
    for (const auto& chain : table.chains) text += describe(table, chain);
  }
  for (const Packet& packet : question.packets) {
    const auto view = packet::parse_frame_view(packet.frame);
    const auto network = view ? packet::parse_view(view->network) : std::nullopt;
    text += fmt::format("; packet {}", network ? int{network->protocol} : -1);
  }
  return text;
}

const KnownDivergence* find_known(const Question& small, DifferenceKind kind) {
  const auto& all = known_divergences();
  const auto found = std::ranges::find_if(all, [&](const KnownDivergence& known) {
    return known.kind == kind && fingerprint(known.question, kind) == fingerprint(small, kind);
  });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace topoproof::campaign
