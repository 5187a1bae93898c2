// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/run.hh"

#include <cstring>

#include "base/planted_fault.hh"

namespace topoproof::machine {
namespace {

constexpr std::size_t kDeepest = 16;  // NFT_JUMP_STACK_SIZE

struct Frame {
  std::uint32_t chain = 0;
  std::size_t next_rule = 0;
};

bool is_final(Next next) {
  return next == Next::Accept || next == Next::Drop || next == Next::Unknown || next == Next::Queue;
}

bool holds(firewall::CompareOp op, int order) {
  switch (op) {
    case firewall::CompareOp::Equal:
      return order == 0;
    case firewall::CompareOp::NotEqual:
      return order != 0;
    case firewall::CompareOp::Less:
      return order < 0;
    case firewall::CompareOp::LessOrEqual:
      return order <= 0;
    case firewall::CompareOp::Greater:
      return order > 0;
    case firewall::CompareOp::GreaterOrEqual:
      return order >= 0;
  }
  return false;
}

}  // namespace

Decision Machine::run(std::uint32_t base_chain, skb::Skb& packet, const HookState& at,
                      Records* records) {
  return Run(program_, world_, random_, packet, at, records).chain(base_chain);
}

skb::Headers Run::find_headers() const {
  const bool checked = at_.family == TableFamily::Ip || at_.family == TableFamily::Ip6;
  return checked ? packet_.headers()
                 : skb::parse_unchecked_headers(packet_.bytes(), packet_.ether_type());
}

// A chain to its end, or to a verdict that leaves it. Goto replaces the chain, jump comes back.
Decision Run::chain(std::uint32_t base) {
  std::array<Frame, kDeepest> stack;
  std::size_t depth = 0;
  Frame at{base, 0};
  ++program_.chains()[base].packets;
  for (;;) {
    std::size_t stopped_at = 0;
    walk_rules(at.chain, at.next_rule, stopped_at);
    const auto& rules = program_.chains()[at.chain].rules;
    const auto* rule = stopped_at < rules.size() ? rules[stopped_at].source : nullptr;
    if (is_final(verdict_.next)) {
      record(Record::Kind::Rule, at.chain, rule, verdict_);
      return conclude(base, rule);
    }
    if (verdict_.next == Next::Jump || verdict_.next == Next::Goto) {
      record(Record::Kind::Rule, at.chain, rule, verdict_);
      if (verdict_.next == Next::Jump) {
        if (depth == kDeepest) return conclude(base, rule);
        stack[depth++] = {at.chain, stopped_at + 1};
      }
      at = {verdict_.chain, 0};
      ++program_.chains()[at.chain].packets;
      continue;
    }
    record(Record::Kind::Return, at.chain, rule, verdict_);
    if (depth == 0) return conclude(base, nullptr);
    at = stack[--depth];
  }
}

void Run::walk_rules(std::uint32_t chain, std::size_t first, std::size_t& stopped_at) {
  auto& rules = program_.chains()[chain].rules;
  verdict_ = {};
  for (stopped_at = first; stopped_at < rules.size(); ++stopped_at) {
    auto& rule = rules[stopped_at];
    run_rule(rule);
    if (verdict_.next == Next::Break) {
      verdict_ = {};
      continue;
    }
    ++rule.matches;
    if (verdict_.next != Next::Continue) return;
    record(Record::Kind::Rule, chain, rule.source, verdict_);
  }
}

void Run::run_rule(const CompiledRule& rule) {
  for (const auto& instruction : program_.code().subspan(rule.first, rule.count)) {
    std::visit([this](const auto& i) { run(i); }, instruction);
    if (verdict_.next != Next::Continue) return;
  }
}

Decision Run::conclude(std::uint32_t base, const fw::Rule* rule) {
  Decision decision{.rule = rule,
                    .answer = answer_,
                    .why = why_,
                    .forward_to = forward_to_,
                    .forward_hop = forward_hop_,
                    .copies = std::move(copies_),
                    .is_random = is_random_};
  switch (verdict_.next) {
    case Next::Accept:
      return decision;
    case Next::Drop:
      decision.kind = Decision::Kind::Drop;
      return decision;
    case Next::Continue:
    case Next::Return: {
      const bool drops = program_.base(base).drops && !planted("simulator-policy");
      decision.kind = drops ? Decision::Kind::Drop : Decision::Kind::Accept;
      record(Record::Kind::Policy, base, nullptr, {drops ? Next::Drop : Next::Accept});
      return decision;
    }
    case Next::Break:
    case Next::Jump:
    case Next::Goto:
    case Next::Queue:
    case Next::Unknown:
      break;
  }
  decision.kind = Decision::Kind::Unknown;
  return decision;
}

void Run::drop(std::string_view why) {
  verdict_ = {.next = Next::Drop};
  why_ = why;
}

void Run::give_up(std::string_view why) {
  verdict_ = {.next = Next::Unknown};
  why_ = why;
}

// What leaves a device, and what ARP makes, has its link-layer header already.
std::size_t Run::length() const {
  constexpr std::size_t kEthernet = 14;
  const bool leaves = at_.hook == firewall::Hook::Egress ||
                      (at_.family == TableFamily::Arp && at_.hook == firewall::Hook::Output);
  return packet_.size() + (leaves && packet_.link ? kEthernet : 0);
}

// The frequent ones stand here, where the loop over instructions can inline them.
// RETURNS: false where the kernel goes the long way after all.
bool Run::load_fast(const code::LoadPayload& i) {
  std::size_t base = 0;
  if (i.base == fw::PayloadBase::Transport) {
    if (!headers_.has_transport) return false;
    base = headers_.transport;
  }
  const auto begin = base + i.offset;
  if (begin + i.length > packet_.size()) return false;
  if (is_placeholder(begin, begin + i.length)) {
    give_up(kDrawnBytes);
    return true;
  }
  std::uint32_t word = 0;
  std::memcpy(&word, packet_.bytes().data() + begin, i.length);
  registers_.word(i.to) = word;
  return true;
}

void Run::run(const code::LoadMeta& i) {
  if (i.key == fw::MetaKey::L4proto && headers_.has_transport) {
    registers_.word(i.to) = headers_.protocol;
  } else if (i.key == fw::MetaKey::Nfproto) {
    registers_.word(i.to) = static_cast<std::uint8_t>(at_.family);
  } else {
    load_meta(i);
  }
}

void Run::run(const code::CompareWord& i) {
  const bool equal = (registers_.word(i.from) & i.mask) == i.value;
  if (equal == i.inverted) fail();
}

void Run::run(const code::CompareBytes& i) {
  const int order = std::memcmp(registers_.at(i.from), i.value.data(), i.length);
  if (!holds(i.op, order)) fail();
}

void Run::run(const code::MaskWord& i) {
  registers_.word(i.to) = (registers_.word(i.from) & i.mask) ^ i.flip;
}

void Run::run(const code::SetWords& i) {
  registers_.store(i.to, BytesView(i.value).first((i.length + 3U) / 4U * 4U));
}

void Run::run(const code::Count& i) {
  auto& state = *std::get_if<CounterState>(&program_.states()[i.state]);
  ++state.packets;
  state.bytes += length();
}

void Run::run(const code::Other& i) {
  std::visit([&](const auto& e) { other(e, i.index); }, *i.expression);
}

void Run::other(const fw::Compare& e, std::uint32_t /*index*/) {
  if (!holds(e.op, std::memcmp(registers_.at(e.from.word), e.value.data(), e.value.size()))) fail();
}

}  // namespace topoproof::machine
