// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/rules.hh"

#include <algorithm>

#include "sim/registers.hh"
#include "sim/rule_loads.hh"
#include "sim/rule_nat.hh"

namespace topoproof::sim {
namespace {

using namespace firewall;  // NOLINT: the instructions, each by its name
using firewall::VerdictKind;

constexpr std::size_t kMostJumps = 16;  // NFT_JUMP_STACK_SIZE

// What one instruction does to the evaluation of its rule.
enum class Flow : std::uint8_t { On, Break, Verdict, Unknown };

class Evaluation {
 public:
  Evaluation(const HookPlace& at, const Table& table, Packet& packet)
      : at_(at), table_(table), packet_(packet), loads_{at, packet, registers_} {}

  ChainVerdict run(const Chain& base) {
    enter(base);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      if (frame.next == frame.chain->rules.size()) {
        frames_.pop_back();
        continue;
      }
      const Rule& rule = frame.chain->rules[frame.next++];
      if (decide(rule)) return verdict_;
    }
    if (!base.base->drops) return {};
    return {.kind = ChainVerdict::Kind::Drop, .hit = {&table_, &base}};
  }

 private:
  struct Frame {
    const Chain* chain;
    std::size_t next = 0;
  };
  void enter(const Chain& chain) { frames_.push_back({&chain}); }

  // RETURNS: true if the packet's fate in this chain is decided.
  bool decide(const Rule& rule) {
    rule_ = &rule;
    for (const Expression& e : rule.expressions) {
      const Flow flow = std::visit([this](const auto& x) { return step(x); }, e);
      if (flow == Flow::Break) return false;
      if (flow == Flow::Unknown) return true;
      if (flow == Flow::Verdict) return conclude();
    }
    return false;
  }

  // A verdict that was reached: by an immediate, a verdict map, NAT or a reject.
  bool conclude() {
    switch (reached_.kind) {
      case VerdictKind::Accept:
        verdict_ = {.hit = hit()};
        return true;
      case VerdictKind::Drop:
        if (verdict_.kind == ChainVerdict::Kind::Accept) {
          verdict_ = {.kind = ChainVerdict::Kind::Drop, .hit = hit()};
        }
        return true;
      case VerdictKind::Jump:
      case VerdictKind::Goto:
        return jump();
      case VerdictKind::Return:
        frames_.pop_back();
        return false;
      case VerdictKind::Continue:
      case VerdictKind::Break:
        return false;
      case VerdictKind::Stolen:
      case VerdictKind::Queue:
        break;
    }
    give_up("a verdict that hands the packet to somebody else");
    return true;
  }

  // A goto leaves nothing to come back to (fact 6).
  bool jump() {
    const Chain* target = find_chain(table_, reached_.chain);
    if (target == nullptr || frames_.size() > kMostJumps) {
      give_up("a jump to nowhere");
      return true;
    }
    if (reached_.kind == VerdictKind::Goto) frames_.pop_back();
    enter(*target);
    return false;
  }

  RuleHit hit() const { return {&table_, frames_.empty() ? nullptr : frames_.back().chain, rule_}; }
  Flow give_up(std::string_view why) {
    verdict_ = {.kind = ChainVerdict::Kind::Unknown, .hit = hit(), .unknown = why};
    return Flow::Unknown;
  }
  Flow from(Loaded loaded) {
    if (!loaded.unknown.empty()) return give_up(loaded.unknown);
    return loaded.found ? Flow::On : Flow::Break;
  }
  static Flow if_holds(bool holds) { return holds ? Flow::On : Flow::Break; }
  Flow reach(Verdict verdict) {
    reached_ = std::move(verdict);
    return Flow::Verdict;
  }

  Flow step(const PayloadLoad& e) { return from(loads_.load(e)); }
  Flow step(const MetaLoad& e) { return from(loads_.load(e)); }
  Flow step(const CtLoad& e) { return from(loads_.load(e)); }
  Flow step(const Fib& e) { return from(loads_.load(e)); }
  Flow step(const MetaStore& e) { return from(loads_.store(e)); }
  Flow step(const CtStore& e) { return from(loads_.store(e)); }
  Flow step(const Compare& e) {
    const int order = registers_.compare(e.from, e.value);
    switch (e.op) {
      case CompareOp::Equal:
        return if_holds(order == 0);
      case CompareOp::NotEqual:
        return if_holds(order != 0);
      case CompareOp::Less:
        return if_holds(order < 0);
      case CompareOp::LessOrEqual:
        return if_holds(order <= 0);
      case CompareOp::Greater:
        return if_holds(order > 0);
      case CompareOp::GreaterOrEqual:
        break;
    }
    return if_holds(order >= 0);
  }
  Flow step(const Range& e) {
    const bool inside =
        registers_.compare(e.from, e.low) >= 0 && registers_.compare(e.from, e.high) <= 0;
    return if_holds(inside != e.inverted);
  }
  Flow step(const Bitwise& e) {
    Bytes value = registers_.read(e.from, e.mask.size());
    for (std::size_t i = 0; i < value.size(); ++i) value[i] = (value[i] & e.mask[i]) ^ e.flip[i];
    registers_.write(e.to, value);
    return Flow::On;
  }
  Flow step(const Shift&) { return give_up("shifts"); }
  Flow step(const ByteOrder& e) {
    if (e.size != 2 && e.size != 4 && e.size != 8) return give_up("this byte order");
    Bytes value = registers_.read(e.from, e.length);
    for (std::size_t at = 0; at + e.size <= value.size(); at += e.size) {
      const auto begin = value.begin() + static_cast<std::ptrdiff_t>(at);
      std::reverse(begin, begin + static_cast<std::ptrdiff_t>(e.size));
    }
    registers_.write(e.to, value);
    return Flow::On;
  }
  Flow step(const Immediate& e) {
    registers_.write(e.to, e.value);
    return Flow::On;
  }
  Flow step(const Verdict& e) { return reach(e); }
  Flow step(const Lookup& e);
  Flow step(const Counter&) { return Flow::On; }
  Flow step(const Log&) { return Flow::On; }
  Flow step(const Notrack&) {
    if (packet_.skb.connection || packet_.skb.ct_info == skb::CtInfo::Untracked) return Flow::On;
    packet_.skb.ct_info = skb::CtInfo::Untracked;
    return Flow::On;
  }
  Flow step(const Reject& e) {
    verdict_ = {.kind = ChainVerdict::Kind::Reject, .hit = hit(), .reject = e};
    return reach({VerdictKind::Drop});
  }
  template <class Translation>
  Flow translate(const Translation& e) {
    const conntrack::Outcome outcome = bind(at_, registers_, e, packet_);
    if (outcome.verdict == conntrack::Verdict::Unknown) return give_up(outcome.why);
    return reach({outcome.accepts() ? VerdictKind::Accept : VerdictKind::Drop});
  }
  Flow step(const Nat& e) { return translate(e); }
  Flow step(const Masquerade& e) { return translate(e); }
  Flow step(const Redirect& e) { return translate(e); }
  template <class Other>
  Flow step(const Other& /*e*/) {
    return give_up("an instruction of this rule");
  }

  const HookPlace& at_;
  const Table& table_;
  Packet& packet_;
  Registers registers_;
  RuleLoads loads_;
  std::vector<Frame> frames_;
  const Rule* rule_ = nullptr;
  Verdict reached_;
  ChainVerdict verdict_;
};

bool ends_interval(const Element& element) { return (element.flags & kElementIntervalEnd) != 0; }

// Of an interval set the greatest element that is not above the key: it begins the interval that
// the key is in, or ends one. Where one interval ends and another begins, the key is in the other.
const Element* find_in_intervals(const Set& set, const Bytes& key) {
  const Element* best = nullptr;
  for (const Element& element : set.elements) {
    if (element.key > key || (element.flags & kElementCatchall) != 0) continue;
    const bool later = best == nullptr || best->key < element.key;
    const bool begins = best != nullptr && best->key == element.key && ends_interval(*best);
    if (later || begins) best = &element;
  }
  return best == nullptr || ends_interval(*best) ? nullptr : best;
}

const Element* find_element(const Set& set, const Bytes& key) {
  const auto is_rest = [](const Element& e) { return (e.flags & kElementCatchall) != 0; };
  const auto has_key = [&](const Element& e) { return e.key == key && !is_rest(e); };
  const Element* found = nullptr;
  if ((set.flags & kSetInterval) != 0) {
    found = find_in_intervals(set, key);
  } else if (const auto at = std::ranges::find_if(set.elements, has_key);
             at != set.elements.end()) {
    found = &*at;
  }
  if (found != nullptr) return found;
  const auto rest = std::ranges::find_if(set.elements, is_rest);
  return rest == set.elements.end() ? nullptr : &*rest;
}

Flow Evaluation::step(const Lookup& e) {
  const Set* set = find_set(table_, e.set);
  const bool plain = set != nullptr && set->field_lengths.empty() && set->timeout_ms == 0 &&
                     (set->flags & (kSetTimeout | kSetDynamic | kSetObject)) == 0;
  if (!plain) return give_up("a set with timeouts, dynamic elements or ranges in concatenations");
  const Element* found = find_element(*set, registers_.read(e.from, set->key_length));
  if ((found != nullptr) == e.inverted) return Flow::Break;
  if (found == nullptr || !e.to) return Flow::On;
  if (const auto* verdict = std::get_if<Verdict>(&found->data)) return reach(*verdict);
  if (const auto* data = std::get_if<Bytes>(&found->data)) registers_.write(*e.to, *data);
  return Flow::On;
}

}  // namespace

conntrack::HookPoint HookPlace::point() const {
  const auto index = [&](Slot slot) { return slot == kNoSlot ? 0 : host.at(slot).index; };
  return {hook, family, index(in), index(out)};
}

ChainVerdict run_chain(const HookPlace& at, const firewall::Table& table,
                       const firewall::Chain& chain, Packet& packet) {
  return Evaluation(at, table, packet).run(chain);
}

}  // namespace topoproof::sim
