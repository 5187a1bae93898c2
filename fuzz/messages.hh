// SPDX-License-Identifier: GPL-2.0-or-later
// Rulesets through the messages of nf_tables and back.
#pragma once

#include <expected>

#include "base/check.hh"
#include "nft/decoder.hh"
#include "nft/transaction.hh"

namespace topoproof::fuzz {

// RETURNS: nothing if a part of it is too large for a message.
inline std::expected<firewall::Ruleset, Issues> through_messages(const firewall::Ruleset& ruleset) {
  nft::Transaction transaction;
  for (const auto& table : ruleset.tables) transaction.add(table);
  if (!transaction.issues().empty()) return std::unexpected(transaction.issues());
  nft::RulesetDecoder decoder;
  for (std::size_t i = 0; i < transaction.size(); ++i) {
    const BytesView message = transaction.message(i);
    const Bytes alone(message.begin(), message.end());  // so that no read beyond its end is missed
    TOPOPROOF_CHECK(!decoder.add(alone), "what we write is what we read");
  }
  return decoder.take();
}

}  // namespace topoproof::fuzz
