// SPDX-License-Identifier: GPL-2.0-or-later
// Laws that hold for any rules and any packet: a ruleset is changed in a way that changes nothing,
// or something that is known. On random ones; the seed is printed, TOPOPROOF_SEED repeats a run.
#include <algorithm>
#include <functional>
#include <random>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/byte_source.hh"
#include "base/seed_of_run.hh"
#include "machine/plain_generator.hh"
#include "machine/test_machine.hh"

namespace topoproof::machine {
namespace {

namespace fw = firewall;

constexpr int kTables = 60;
constexpr int kPackets = 12;

// A table that packets go through one after the other, with all that its rules keep.
class Through {
 public:
  explicit Through(fw::Table table) : filter_(std::move(table)) {}

  // The verdict, and what the packet was made.
  std::string say(const plain::Packet& packet) {
    skb::Skb skb = as_skb(packet);
    filter_.in = {.index = packet.in_index, .name = packet.in};
    filter_.out = {.index = packet.out_index, .name = packet.out};
    filter_.at.in = packet.in.empty() ? nullptr : &filter_.in;
    filter_.at.out = packet.out.empty() ? nullptr : &filter_.out;
    filter_.at.family = packet.version == 4 ? TableFamily::Ip : TableFamily::Ip6;
    const std::string verdict = filter_.decide_in_place(skb);
    return verdict + " " + to_hex(skb.bytes()) + " mark " + std::to_string(skb.mark);
  }

 private:
  Filter filter_;
};

// Of each table: the generator of its packets, and what it is changed by. Ends with the first that
// fails.
using Law = std::function<void(const fw::Table&, plain::Generator&, ByteSource&)>;
void for_random_tables(const Law& law) {
  const std::uint64_t seed = seed_of_run();
  for (int t = 0; t < kTables && !testing::Test::HasFatalFailure(); ++t) {
    const std::uint64_t table_seed = seed + static_cast<std::uint64_t>(t);
    SCOPED_TRACE(fmt::format("TOPOPROOF_SEED={}", table_seed));
    ByteSource source = ByteSource::seeded(table_seed);
    plain::Generator generator(source);
    const fw::Table table = generator.table();
    law(table, generator, source);
  }
}

using Change = std::function<void(fw::Table&, ByteSource&)>;

// RETURNS: nothing; fails the test at the first packet that the changed table treats otherwise.
void expect_no_change(const Change& change) {
  for_random_tables([&](const fw::Table& table, plain::Generator& generator, ByteSource& source) {
    fw::Table changed = table;
    change(changed, source);
    Through before(table);
    Through after(changed);
    for (int p = 0; p < kPackets; ++p) {
      const plain::Packet packet = generator.packet();
      ASSERT_EQ(before.say(packet), after.say(packet));
    }
  });
}

fw::Rule& some_rule(fw::Table& table, ByteSource& source) {
  fw::Chain& chain = table.chains[source.below(table.chains.size())];
  if (chain.rules.empty()) chain.rules.emplace_back();
  return chain.rules[source.below(chain.rules.size())];
}

bool always_ends(const fw::Rule& rule) {
  const bool bare = std::ranges::all_of(rule.expressions, [](const fw::Expression& e) {
    return std::holds_alternative<fw::Counter>(e) || std::holds_alternative<fw::Verdict>(e);
  });
  const auto* verdict =
      rule.expressions.empty() ? nullptr : std::get_if<fw::Verdict>(&rule.expressions.back());
  return bare && verdict != nullptr &&
         (verdict->kind == fw::VerdictKind::Accept || verdict->kind == fw::VerdictKind::Drop);
}

TEST(Laws, R2RulesBehindAnUnconditionalVerdictAreDead) {
  expect_no_change([](fw::Table& table, ByteSource& source) {
    // Both have the verdict in the same place; one has nothing behind it.
    fw::Chain& chain = table.chains[0];
    const std::size_t last = chain.rules.size();
    if (last == 0) return;
    for (std::size_t i = 0; i < last; ++i) {
      if (always_ends(chain.rules[i])) return chain.rules.resize(i + 1);
    }
    chain.rules.push_back(rule(
        {fw::Verdict{chain.base->drops ? fw::VerdictKind::Drop : fw::VerdictKind::Accept, {}}}));
    for (std::uint64_t more = source.below(3); more > 0; --more) {
      chain.rules.push_back(chain.rules[source.below(last)]);
    }
  });
}

TEST(Laws, R6AJumpIsWhatItsChainSays) {
  expect_no_change([](fw::Table& table, ByteSource& source) {
    fw::Chain& chain = table.chains[0];
    const std::size_t from = source.below(chain.rules.size() + 1);
    // Some rules in a row move into a chain of their own. A return in them would mean another one.
    fw::Chain moved{.name = "moved", .base = {}, .rules = {}};
    std::size_t to = from;
    const auto returns = [](const fw::Rule& rule) {
      return std::ranges::any_of(rule.expressions, [](const fw::Expression& e) {
        const auto* verdict = std::get_if<fw::Verdict>(&e);
        const auto* lookup = std::get_if<fw::Lookup>(&e);
        return (verdict != nullptr && (verdict->kind == fw::VerdictKind::Return ||
                                       verdict->kind == fw::VerdictKind::Goto)) ||
               (lookup != nullptr && lookup->set == "verdicts");
      });
    };
    while (to < chain.rules.size() && !returns(chain.rules[to])) {
      moved.rules.push_back(chain.rules[to++]);
    }
    const auto begin = chain.rules.begin() + static_cast<std::ptrdiff_t>(from);
    chain.rules.erase(begin, chain.rules.begin() + static_cast<std::ptrdiff_t>(to));
    chain.rules.insert(chain.rules.begin() + static_cast<std::ptrdiff_t>(from),
                       rule({fw::Verdict{fw::VerdictKind::Jump, "moved"}}));
    table.chains.push_back(std::move(moved));
  });
}

TEST(Laws, R6AJumpAtTheEndIsAGoto) {
  expect_no_change([](fw::Table& table, ByteSource&) {
    for (fw::Chain& chain : table.chains) {
      if (chain.rules.empty()) continue;
      fw::Expressions& code = chain.rules.back().expressions;
      auto* verdict = code.empty() ? nullptr : std::get_if<fw::Verdict>(&code.back());
      if (verdict != nullptr && verdict->kind == fw::VerdictKind::Jump) {
        verdict->kind = fw::VerdictKind::Goto;
      }
    }
  });
}

TEST(Laws, R7CountersAndLogsChangeNoVerdict) {
  expect_no_change([](fw::Table& table, ByteSource& source) {
    fw::Expressions& code = some_rule(table, source).expressions;
    const auto at = static_cast<std::ptrdiff_t>(source.below(code.size() + 1));
    if (source.below(2) == 0) {
      code.insert(code.begin() + at, fw::Counter{});
    } else {
      code.insert(code.begin() + at, fw::Log{});
    }
  });
}

TEST(Laws, R10NamesMeanNothing) {
  expect_no_change([](fw::Table& table, ByteSource&) {
    const auto renamed = [](const std::string& name) { return "another-" + name; };
    const auto rename = [&](fw::Verdict& verdict) {
      if (!verdict.chain.empty()) verdict.chain = renamed(verdict.chain);
    };
    for (fw::Chain& chain : table.chains) {
      chain.name = renamed(chain.name);
      for (fw::Rule& rule : chain.rules) {
        for (fw::Expression& e : rule.expressions) {
          if (auto* verdict = std::get_if<fw::Verdict>(&e)) rename(*verdict);
        }
      }
    }
    for (fw::Set& set : table.sets) {
      for (fw::Element& element : set.elements) {
        if (auto* verdict = std::get_if<fw::Verdict>(&element.data)) rename(*verdict);
      }
    }
  });
}

fw::Table of_family(fw::Table table, fw::TableFamily family) {
  table.family = family;
  return table;
}

TEST(Laws, R9ATableOfInetIsOneOfEachFamily) {
  for_random_tables([](const fw::Table& table, plain::Generator& generator, ByteSource&) {
    std::vector<plain::Packet> packets;
    for (int p = 0; p < kPackets; ++p) packets.push_back(generator.packet());
    // Of one family at a time: what rules keep, they keep for both.
    for (const int version : {4, 6}) {
      Through both(of_family(table, fw::TableFamily::Inet));
      Through one(of_family(table, version == 4 ? fw::TableFamily::Ip : fw::TableFamily::Ip6));
      for (const plain::Packet& packet : packets) {
        if (packet.version != version) continue;
        ASSERT_EQ(both.say(packet), one.say(packet));
      }
    }
  });
}

TEST(Laws, R8AnAcceptInFrontOfAChainDropsNothing) {
  for_random_tables([](fw::Table table, plain::Generator& generator, ByteSource&) {
    table.chains[0].rules.insert(table.chains[0].rules.begin(),
                                 rule({fw::Verdict{fw::VerdictKind::Accept, {}}}));
    Through accepting(std::move(table));
    for (int p = 0; p < kPackets; ++p) {
      ASSERT_TRUE(accepting.say(generator.packet()).starts_with("accept"));
    }
  });
}

// Of a key that can be loaded, `!= S` is the complement of `S`, and a set is the list of its
// elements (R3, R4).
TEST(Laws, R3R4ASetIsItsElementsAndNotInItIsTheRest) {
  std::mt19937_64 random(seed_of_run());
  for (int t = 0; t < kTables; ++t) {
    const auto port = [&] {
      Bytes bytes(2);
      store_be16(bytes.data(), static_cast<std::uint16_t>(random() % 8));
      return bytes;
    };
    const Bytes a = port();
    const Bytes b = port();
    const fw::PayloadLoad load{fw::PayloadBase::Transport, 2, 2, fw::reg(1)};
    const auto is = [&](fw::CompareOp op, const Bytes& value) {
      return fw::Expression(fw::Compare{op, fw::reg(1), value});
    };
    Filter list({accepting({load, is(fw::CompareOp::Equal, a)}),
                 accepting({load, is(fw::CompareOp::Equal, b)})});
    Filter rest(
        {accepting({load, is(fw::CompareOp::NotEqual, a), is(fw::CompareOp::NotEqual, b)})});
    fw::Set set{.name = "s", .key_length = 2};
    set.elements.push_back({.key = a});
    if (b != a) set.elements.push_back({.key = b});
    const auto with_set = [&](bool inverted) {
      fw::Chain chain = fw::make_base_chain("c", fw::ChainType::Filter, fw::Hook::Forward, 0);
      chain.base->drops = true;
      chain.rules = {accepting({load, fw::Lookup{"s", fw::reg(1), {}, inverted}})};
      fw::Table table = table_of({chain}, fw::TableFamily::Inet);
      table.sets = {set};
      return Filter(table);
    };
    Filter in = with_set(false);
    Filter out = with_set(true);
    for (std::uint16_t to = 0; to < 8; ++to) {
      const skb::Skb packet = udp({.dport = to});
      EXPECT_EQ(in.decide(packet), list.decide(packet));
      EXPECT_EQ(out.decide(packet), rest.decide(packet));
      EXPECT_NE(in.decide(packet), out.decide(packet));
    }
  }
}

}  // namespace
}  // namespace topoproof::machine
