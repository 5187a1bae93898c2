// SPDX-License-Identifier: GPL-2.0-or-later
// Property: a rule that the generator makes reads no register that it has not written, and has its
// verdict last. And, as the input's first byte says, one of these: it reads back from its messages
// as it was; it has a text (but for ports without their protocol); it means the same to the
// simulator's machine and to the plain evaluator. One at a time, for all would take as long as
// four inputs.
#include "fuzz/feedback.hh"
#include "fuzz/messages.hh"
#include "fuzz/registers.hh"
#include "fuzz/rule_properties.hh"
#include "fuzz/target.hh"
#include "generator/generate.hh"
#include "listing/listing.hh"
#include "machine/plain_comparison.hh"
#include "machine/plain_generator.hh"

namespace topoproof::fuzz {
namespace {

void check_messages(const fw::Ruleset& ruleset) {
  const auto again = through_messages(ruleset);
  TOPOPROOF_CHECK(again && *again == ruleset, "it reads back as it was written");
}

void check_meaning(const fw::Table& table, ByteSource& source) {
  machine::plain::Generator packets(source);
  machine::Comparison comparison(table, machine::Plain::KnowsSome);
  for (int count = 0; count < 2; ++count) {
    auto packet = packets.packet();
    const auto difference = comparison.ask(std::move(packet), packets.pause());
    TOPOPROOF_CHECK(difference.empty(), difference.c_str());
    note(comparison.records(), comparison.decision());
  }
}

}  // namespace

void run(BytesView input) {
  ByteSource source(input);
  const auto what = source.below(4);
  const generator::Case made = generator::generate_rule(source);
  note(made.features);
  const fw::Table& table = made.ruleset.tables.front();
  const fw::Rule& rule = table.chains.front().rules.front();
  TOPOPROOF_CHECK(Registers(table).are_sound(rule), "what is read was written");
  TOPOPROOF_CHECK(ends_with_its_verdict(rule), "nothing follows a verdict");
  if (what < 2) return check_messages(made.ruleset);
  if (what == 2) return check_meaning(table, source);
  TOPOPROOF_CHECK(listing::to_text(made.ruleset) || translates_ports(rule), "nft has words for it");
}

}  // namespace topoproof::fuzz
