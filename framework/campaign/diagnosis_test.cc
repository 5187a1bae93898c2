// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/diagnosis.hh"

#include <gtest/gtest.h>

#include "firewall/build.hh"

namespace topoproof::campaign {
namespace {

using namespace firewall;  // NOLINT: the words of rules

Question question_with(ChainType type) {
  Chain chain = make_base_chain("c", type, Hook::Prerouting, 0);
  chain.rules = {make_rule(TableFamily::Ip, {udp_dport(53), counter()}),
                 make_rule(TableFamily::Ip, {counter()})};
  return {.ruleset = {{{.family = TableFamily::Ip, .name = "t", .sets = {}, .chains = {chain}}}},
          .packets = {}};
}

Evidence all_is_alike(const Question& question) {
  return {.listed = question.ruleset, .kernel = {1, 1}, .simulator = {1, 1}};
}

TEST(Diagnosis, ARuleThatTheKernelListsOtherwiseIsTheEncoders) {
  const Question question = question_with(ChainType::Filter);
  Evidence evidence = all_is_alike(question);
  evidence.listed.tables[0].chains[0].rules[1].expressions.clear();
  const auto diagnosis = diagnose(question, evidence);
  EXPECT_EQ(diagnosis.suspect, Suspect::Generator);
  EXPECT_EQ(diagnosis.reason, "the kernel lists rule 2 of ip t c otherwise than it was sent");
}

TEST(Diagnosis, ANetworkThatIsNotAsPlannedIsTheEnvironments) {
  const Question question = question_with(ChainType::Filter);
  Evidence evidence = all_is_alike(question);
  evidence.environment = "r: - net.ipv4.ip_forward 1";
  EXPECT_EQ(diagnose(question, evidence).suspect, Suspect::Environment);
}

TEST(Diagnosis, AnotherPathIsTheSimulatorsAndNamesTheFirstRule) {
  const Question question = question_with(ChainType::Nat);
  Evidence evidence = all_is_alike(question);
  evidence.simulator = {0, 1};
  const auto diagnosis = diagnose(question, evidence);
  EXPECT_EQ(diagnosis.suspect, Suspect::Simulator);
  EXPECT_EQ(diagnosis.reason,
            "rule 1 of ip t c matched 1 packets in the kernel, 0 in the simulator");
}

TEST(Diagnosis, TheSamePathToAnotherTupleIsTheNatModels) {
  const Question question = question_with(ChainType::Nat);
  EXPECT_EQ(diagnose(question, all_is_alike(question)).suspect, Suspect::NatModel);
}

TEST(Diagnosis, WithoutNatItIsTheKernelsOrTheStacks) {
  const Question question = question_with(ChainType::Filter);
  EXPECT_EQ(diagnose(question, all_is_alike(question)).suspect, Suspect::KernelOrStack);
}

}  // namespace
}  // namespace topoproof::campaign
