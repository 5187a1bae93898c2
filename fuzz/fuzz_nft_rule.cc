// SPDX-License-Identifier: GPL-2.0-or-later
// Property: a rule that the generator makes reads back from its messages as it was, has a text
// (but for ports without their protocol), reads no register that it has not written, has its
// verdict last, and means the same to the simulator's machine and to the plain evaluator.
#include <algorithm>

#include "fuzz/feedback.hh"
#include "fuzz/messages.hh"
#include "fuzz/registers.hh"
#include "fuzz/target.hh"
#include "generator/generate.hh"
#include "listing/listing.hh"
#include "machine/plain_comparison.hh"
#include "machine/plain_generator.hh"

namespace topoproof::fuzz {
namespace {

bool ends_with_its_verdict(const fw::Rule& rule) {
  for (std::size_t i = 0; i < rule.expressions.size(); ++i) {
    const bool is_last = i + 1 == rule.expressions.size();
    if (!is_last && std::holds_alternative<fw::Verdict>(rule.expressions[i])) return false;
  }
  return true;
}

bool translates_ports(const fw::Rule& rule) {
  return std::ranges::any_of(rule.expressions, [](const fw::Expression& e) {
    const auto* nat = std::get_if<fw::Nat>(&e);
    const auto* masquerade = std::get_if<fw::Masquerade>(&e);
    const auto* redirect = std::get_if<fw::Redirect>(&e);
    return (nat && nat->port) || (masquerade && masquerade->port) || (redirect && redirect->port);
  });
}

void evaluate(const fw::Table& table, ByteSource& source) {
  machine::plain::Generator packets(source);
  machine::Comparison comparison(table, machine::Plain::KnowsSome);
  for (int count = 0; count < 3; ++count) {
    auto packet = packets.packet();
    const auto difference = comparison.ask(std::move(packet), packets.pause());
    TOPOPROOF_CHECK(difference.empty(), difference.c_str());
    note(comparison.records(), comparison.decision());
  }
}

}  // namespace

void run(BytesView input) {
  ByteSource source(input);
  const generator::Case made = generator::generate_rule(source);
  note(made.features);
  const fw::Table& table = made.ruleset.tables.front();
  const fw::Rule& rule = table.chains.front().rules.front();
  const auto again = through_messages(made.ruleset);
  TOPOPROOF_CHECK(again && *again == made.ruleset, "it reads back as it was written");
  TOPOPROOF_CHECK(listing::to_text(made.ruleset) || translates_ports(rule), "nft has words for it");
  TOPOPROOF_CHECK(Registers(table).are_sound(rule), "what is read was written");
  TOPOPROOF_CHECK(ends_with_its_verdict(rule), "nothing follows a verdict");
  evaluate(table, source);
}

}  // namespace topoproof::fuzz
