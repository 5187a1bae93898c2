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

// A packet that the first one changes may be another one for the second.
bool changes_packets(const fw::Expression& e) {
  return std::holds_alternative<fw::PayloadStore>(e) || std::holds_alternative<fw::MetaStore>(e) ||
         std::holds_alternative<fw::CtStore>(e) || std::holds_alternative<fw::XtTarget>(e) ||
         std::holds_alternative<fw::ExtensionStore>(e);
}

}  // namespace

std::string order_proof(const fw::Rule& first, const fw::Rule& second) {
  if (first.expressions == second.expressions) return "both rules are the same";
  const bool changed = std::ranges::any_of(first.expressions, changes_packets) ||
                       std::ranges::any_of(second.expressions, changes_packets);
  if (!changed && exclude_each_other(first, second)) return "no packet matches both rules";
  return {};
}

}  // namespace topoproof::mutation
