// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.hh"
#include "machine/program.hh"
#include "machine/random_kinds.hh"

namespace topoproof::machine {

namespace fw = firewall;

namespace {

std::uint32_t word_of(BytesView bytes) {
  std::uint32_t word = 0;
  std::memcpy(&word, bytes.data(), std::min<std::size_t>(bytes.size(), 4));
  return word;
}

std::uint32_t mask_of(std::size_t length) {
  return word_of(Bytes(std::min<std::size_t>(length, 4), std::byte{0xff}));
}

code::Data data_of(BytesView bytes) {
  code::Data data{};
  std::ranges::copy(bytes, data.begin());
  return data;
}

std::uint8_t small(std::size_t number) { return static_cast<std::uint8_t>(number); }

Next next_of(fw::VerdictKind kind) {
  switch (kind) {
    case fw::VerdictKind::Drop:
      return Next::Drop;
    case fw::VerdictKind::Accept:
      return Next::Accept;
    case fw::VerdictKind::Queue:
      return Next::Queue;
    case fw::VerdictKind::Continue:
      return Next::Continue;
    case fw::VerdictKind::Break:
      return Next::Break;
    case fw::VerdictKind::Jump:
      return Next::Jump;
    case fw::VerdictKind::Goto:
      return Next::Goto;
    case fw::VerdictKind::Return:
      return Next::Return;
    case fw::VerdictKind::Stolen:
      break;
  }
  return Next::Unknown;
}

}  // namespace

class Compiler {
 public:
  Compiler(Program& program, const fw::Ruleset& ruleset) : program_(program) {
    for (const auto& table : ruleset.tables) {
      const auto first = small_index(program_.chains_.size());
      for (const auto& chain : table.chains) {
        program_.chains_.push_back({.rules = {}, .source = &chain, .table = &table});
      }
      compile(table, first);
    }
  }

 private:
  static std::uint32_t small_index(std::size_t n) { return static_cast<std::uint32_t>(n); }

  void compile(const fw::Table& table, std::uint32_t first_chain) {
    family_ = table.family == fw::TableFamily::Ip6 ? Family::Ipv6 : Family::Ipv4;
    chains_.clear();
    sets_.clear();
    objects_.clear();
    for (std::size_t i = 0; i < table.chains.size(); ++i) {
      chains_.emplace(table.chains[i].name, first_chain + small_index(i));
    }
    for (const auto& object : table.objects) {
      objects_.emplace(std::pair(fw::kind_of(object.value), object.name), add(object));
    }
    for (const auto& set : table.sets) {
      sets_.emplace(set.name, small_index(program_.sets_.size()));
      add(set);
    }
    for (std::size_t i = 0; i < table.chains.size(); ++i) {
      for (const auto& rule : table.chains[i].rules) add(rule, program_.chains_[first_chain + i]);
    }
  }

  std::uint32_t add_state(State state) {
    program_.states_.push_back(std::move(state));
    return small_index(program_.states_.size() - 1);
  }
  std::uint32_t add_state(const fw::StatefulExpression& expression) {
    return add_state(make_state(expression, Time(0)));
  }

  std::uint32_t add(const fw::Object& object) {
    std::optional<std::uint32_t> state;
    std::visit(
        [&]<class T>(const T& value) {
          if constexpr (std::is_constructible_v<fw::StatefulExpression, T>) {
            state = add_state(fw::StatefulExpression(value));
          }
        },
        object.value);
    program_.objects_.push_back({&object, state});
    return small_index(program_.objects_.size() - 1);
  }

  void add(const fw::Set& set) {
    std::vector<SetElement> elements;
    std::optional<SetElement> catchall;
    for (const auto& source : set.elements) {
      auto element = make(source, set);
      if ((source.flags & fw::kElementCatchall) != 0) {
        catchall = std::move(element);
      } else {
        elements.push_back(std::move(element));
      }
    }
    program_.sets_.emplace_back(set);
    program_.sets_.back().fill(std::move(elements), std::move(catchall));
  }

  SetElement make(const fw::Element& source, const fw::Set& set) {
    SetElement element{.key = source.key, .key_high = source.key_high, .source = &source};
    if (const auto* data = std::get_if<Bytes>(&source.data)) element.data = *data;
    if (const auto* verdict = std::get_if<fw::Verdict>(&source.data)) {
      element.verdict = make(*verdict);
    }
    if (!source.object.empty()) {
      element.object = objects_.at({set.object_kind, source.object});
    }
    for (const auto& expression : source.expressions)
      element.states.push_back(add_state(expression));
    const auto lifetime = source.timeout_ms != 0 ? source.timeout_ms : set.timeout_ms;
    const auto left = source.expiration_ms != 0 ? source.expiration_ms : lifetime;
    if (left != 0) element.expires = std::chrono::milliseconds(left);
    return element;
  }

  VerdictCode make(const fw::Verdict& verdict) const {
    VerdictCode made{.next = next_of(verdict.kind)};
    if (made.next != Next::Jump && made.next != Next::Goto) return made;
    const auto chain = chains_.find(verdict.chain);
    TOPOPROOF_CHECK(chain != chains_.end(), "a ruleset that loads jumps to its own chains");
    made.chain = chain->second;
    return made;
  }

  void add(const fw::Rule& rule, CompiledChain& chain) {
    const auto first = small_index(program_.code_.size());
    rule_ = &rule;
    for (const auto& expression : rule.expressions) {
      program_.code_.push_back(
          std::visit([&](const auto& e) { return make_instruction(e, expression); }, expression));
    }
    chain.rules.push_back({first, small_index(rule.expressions.size()), &rule});
  }

  std::uint32_t set_index(const std::string& name) const {
    const auto set = sets_.find(name);
    TOPOPROOF_CHECK(set != sets_.end(), "a ruleset that loads looks up its own sets");
    return set->second;
  }

  Instruction make_instruction(const fw::PayloadLoad& e, const fw::Expression&) {
    const bool short_base =
        e.base == fw::PayloadBase::Network || e.base == fw::PayloadBase::Transport;
    const bool fast =
        short_base && e.length <= 4 && std::has_single_bit(e.length) && e.offset % e.length == 0;
    return code::LoadPayload{.to = e.to.word,
                             .base = e.base,
                             .offset = static_cast<std::uint16_t>(e.offset),
                             .length = static_cast<std::uint16_t>(e.length),
                             .is_fast = fast};
  }
  Instruction make_instruction(const fw::MetaLoad& e, const fw::Expression& whole) {
    code::LoadMeta load{e.to.word, e.key};
    if (e.key != fw::MetaKey::Random) return load;
    const auto place = static_cast<std::size_t>(&whole - rule_->expressions.data());
    if (auto kinds = kinds_of_numbers(*rule_, place); !kinds.empty()) {
      load.kinds = small_index(program_.kinds_of_numbers_.size());
      program_.kinds_of_numbers_.push_back(std::move(kinds));
    }
    return load;
  }
  Instruction make_instruction(const fw::CtLoad& e, const fw::Expression&) {
    return code::LoadCt{e.to.word, e.key, e.direction};
  }
  Instruction make_instruction(const fw::Compare& e, const fw::Expression& whole) {
    const auto length = e.value.size();
    const bool equality = e.op == fw::CompareOp::Equal || e.op == fw::CompareOp::NotEqual;
    if (equality && length <= 4) {
      return code::CompareWord{e.from.word, e.op == fw::CompareOp::NotEqual, mask_of(length),
                               word_of(e.value)};
    }
    if (length > code::kInline) return code::Other{&whole};
    return code::CompareBytes{e.from.word, small(length), e.op, data_of(e.value)};
  }
  Instruction make_instruction(const fw::Bitwise& e, const fw::Expression& whole) {
    if (e.mask.size() != 4) return code::Other{&whole};
    return code::MaskWord{e.from.word, e.to.word, word_of(e.mask), word_of(e.flip)};
  }
  Instruction make_instruction(const fw::Lookup& e, const fw::Expression&) {
    return code::Find{.from = e.from.word,
                      .to = e.to ? e.to->word : std::uint8_t{0},
                      .inverted = e.inverted,
                      .loads = e.to.has_value(),
                      .set = set_index(e.set)};
  }
  Instruction make_instruction(const fw::Verdict& e, const fw::Expression&) {
    return code::Decide{make(e)};
  }
  Instruction make_instruction(const fw::Immediate& e, const fw::Expression& whole) {
    if (e.value.size() > code::kInline) return code::Other{&whole};
    return code::SetWords{e.to.word, small(e.value.size()), data_of(e.value)};
  }
  Instruction make_instruction(const fw::Counter& e, const fw::Expression&) {
    return code::Count{add_state(fw::StatefulExpression(e))};
  }
  Instruction make_instruction(const fw::NumberGenerator& /*e*/, const fw::Expression& whole) {
    return code::Other{&whole, add_state(SequenceState{})};
  }
  Instruction make_instruction(const fw::DynamicSet& e, const fw::Expression& whole) {
    return code::Other{&whole, set_index(e.set)};
  }
  Instruction make_instruction(const fw::ObjectLookup& e, const fw::Expression& whole) {
    return code::Other{&whole, set_index(e.set)};
  }
  Instruction make_instruction(const fw::ObjectReference& e, const fw::Expression& whole) {
    return code::Other{&whole, objects_.at({e.kind, e.name})};
  }
  Instruction make_instruction(const fw::XtMatch& e, const fw::Expression& whole) {
    program_.xt_matches_.push_back(xt_.make(e, family_));
    return code::Other{&whole, small_index(program_.xt_matches_.size() - 1)};
  }
  Instruction make_instruction(const fw::XtTarget& e, const fw::Expression& whole) {
    program_.xt_targets_.push_back(XtCompiler::make(e, family_));
    return code::Other{&whole, small_index(program_.xt_targets_.size() - 1)};
  }
  template <class T>
  Instruction make_instruction(const T& e, const fw::Expression& whole) {
    if constexpr (std::is_constructible_v<fw::StatefulExpression, T>) {
      return code::Other{&whole, add_state(fw::StatefulExpression(e))};
    }
    return code::Other{&whole};
  }

  Program& program_;
  XtCompiler xt_;
  // Of the table at work.
  Family family_ = Family::Ipv4;
  const fw::Rule* rule_ = nullptr;
  std::map<std::string, std::uint32_t, std::less<>> chains_;
  std::map<std::string, std::uint32_t, std::less<>> sets_;
  std::map<std::pair<fw::ObjectKind, std::string>, std::uint32_t> objects_;
};

Program::Program(firewall::Ruleset ruleset)
    : ruleset_(std::make_shared<const firewall::Ruleset>(std::move(ruleset))) {
  Compiler(*this, *ruleset_);
}

}  // namespace topoproof::machine
