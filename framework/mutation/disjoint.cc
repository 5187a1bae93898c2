// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutation/disjoint.hh"

#include <algorithm>
#include <variant>

#include "mutation/rule_tests.hh"

namespace topoproof::mutation {
namespace {

namespace fw = firewall;

// A test for one value, as it stands: two that differ only in the value exclude one another.
struct ValueTest {
  fw::Expression load;
  Bytes value;
};

std::vector<ValueTest> value_tests(const fw::Rule& rule) {
  std::vector<ValueTest> tests;
  for (const Test& test : tests_of(rule)) {
    const auto part = part_of(rule, test);
    const auto* compare = std::get_if<fw::Compare>(&part.back());
    const bool is_one =
        part.size() == 2 && compare != nullptr && compare->op == fw::CompareOp::Equal;
    if (is_one) tests.push_back({part.front(), compare->value});
  }
  return tests;
}

bool exclude_each_other(const fw::Rule& first, const fw::Rule& second) {
  const auto tests = value_tests(second);
  return std::ranges::any_of(value_tests(first), [&](const ValueTest& a) {
    return std::ranges::any_of(tests, [&](const ValueTest& b) {
      return a.load == b.load && a.value.size() == b.value.size() && a.value != b.value;
    });
  });
}

// What asks, counts, or ends the way of the packet through the chain. Anything else may make it
// another packet for the second rule, or count down what lets the next packet pass: a store, a
// chain that is called, a limit, a set that it enters. Matches of iptables have state, too.
template <class... T>
bool is_any_of(const fw::Expression& e) {
  return (std::holds_alternative<T>(e) || ...);
}

bool leaves_packets_alone(const fw::Expression& e) {
  if (const auto* lookup = std::get_if<fw::Lookup>(&e)) return !lookup->to;
  if (const auto* verdict = std::get_if<fw::Verdict>(&e)) return verdict->chain.empty();
  const auto* meta = std::get_if<fw::MetaLoad>(&e);
  if (meta != nullptr) return meta->key != fw::MetaKey::Random;
  return is_any_of<fw::PayloadLoad, fw::CtLoad, fw::Compare, fw::Bitwise, fw::Shift, fw::ByteOrder,
                   fw::Range, fw::Immediate, fw::Nat, fw::Masquerade, fw::Redirect, fw::Reject,
                   fw::Counter, fw::Log, fw::Fib, fw::ExtensionLoad, fw::RouteLoad, fw::SocketLoad>(
      e);
}

}  // namespace

std::string order_proof(const fw::Rule& first, const fw::Rule& second) {
  if (first.expressions == second.expressions) return "both rules are the same";
  const auto alone = [](const fw::Rule& rule) {
    return std::ranges::all_of(rule.expressions,
                               [](const auto& e) { return leaves_packets_alone(e); });
  };
  const bool can_be_told = alone(first) && alone(second);
  if (can_be_told && exclude_each_other(first, second)) return "no packet matches both rules";
  return {};
}

}  // namespace topoproof::mutation
