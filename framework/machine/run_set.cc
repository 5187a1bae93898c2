// SPDX-License-Identifier: GPL-2.0-or-later
// Lookups, sets that rules change, named objects (nft_lookup.c, nft_dynset.c, nft_objref.c).
#include <algorithm>

#include "machine/run.hh"

namespace topoproof::machine {

void Run::run(const code::Find& i) {
  const auto& set = program_.sets()[i.set];
  const auto* element =
      set.find_or_catchall(registers_.view(i.from, set.key_length()), world_.clock.now);
  if ((element != nullptr) == i.inverted) return fail();
  if (element == nullptr) return;
  if (set.is_map()) {
    if (i.to == fw::kVerdictRegister.word) {
      verdict_ = element->verdict;
    } else {
      registers_.store(i.to, element->data);
    }
  }
  if (!element->states.empty()) run_states(element->states);
}

// A verdict of the map stands, unless a state of the element breaks the rule.
void Run::run_states(const std::vector<std::uint32_t>& states) {
  for (const auto state : states) {
    run_state(state);
    if (verdict_.next == Next::Break) return;
  }
}

void Run::run_state(std::uint32_t index) {
  const auto next = update(program_.states()[index], state_input());
  if (next == Next::Unknown) return give_up("ct count of a packet without a flow");
  if (next != Next::Continue) verdict_ = {.next = next};
}

void Run::other(const fw::DynamicSet& e, std::uint32_t index) {
  auto& set = program_.sets()[index];
  const auto key = registers_.view(e.key.word, set.key_length());
  if (e.change == fw::SetChange::Delete) return set.remove(key);
  auto* element = set.find_to_change(key, world_.clock.now);
  if (element == nullptr) return add_element(e, set, key);
  const auto lifetime = e.timeout_ms != 0 ? e.timeout_ms : set.source().timeout_ms;
  if (e.change == fw::SetChange::Update && element->expires) {
    element->expires = world_.clock.now + std::chrono::milliseconds(lifetime);
  }
  finish_change(e, *element);
}

void Run::add_element(const fw::DynamicSet& e, Set& set, BytesView key) {
  const auto room = set.room(world_.clock.now);
  if (room == Set::Room::Unknown) return give_up("a full set whose old elements await collection");
  if (room == Set::Room::Full) {
    if (!e.inverted) fail();
    return;
  }
  SetElement element{.key = Bytes(key.begin(), key.end())};
  if (e.data) {
    const auto data = registers_.view(e.data->word, set.source().data_length);
    element.data.assign(data.begin(), data.end());
  }
  const auto lifetime = e.timeout_ms != 0 ? e.timeout_ms : set.source().timeout_ms;
  if (lifetime != 0) element.expires = world_.clock.now + std::chrono::milliseconds(lifetime);
  const auto& statements = e.statements.empty() ? set.source().expressions : e.statements;
  for (const auto& statement : statements) {
    element.states.push_back(static_cast<std::uint32_t>(program_.states().size()));
    program_.states().push_back(make_state(statement, world_.clock.now));
  }
  finish_change(e, set.add(std::move(element)));
}

void Run::finish_change(const fw::DynamicSet& e, SetElement& element) {
  run_states(element.states);
  if (e.inverted && verdict_.next == Next::Continue) fail();
}

void Run::other(const fw::ObjectReference& /*e*/, std::uint32_t index) { run_object(index); }

void Run::other(const fw::ObjectLookup& e, std::uint32_t index) {
  const auto& set = program_.sets()[index];
  const auto key = registers_.view(e.from.word, set.key_length());
  const auto* element = set.find_or_catchall(key, world_.clock.now);
  if (element == nullptr) return fail();
  run_object(element->object);
}

void Run::run_object(std::uint32_t index) {
  const auto& object = program_.objects()[index];
  if (!object.state) return give_up("a named object of this kind");
  run_state(*object.state);
}

}  // namespace topoproof::machine
