// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/written_question.hh"

#include <gtest/gtest.h>

#include "campaign/reproduction.hh"
#include "generator/shape.hh"
#include "scenario/reader.hh"

namespace topoproof::program {
namespace {

class WrittenQuestion : public testing::TestWithParam<generator::Feature> {
 protected:
  std::string written() const {
    const auto frame = parse_hex(
        "02000000000102000000000208004500001c00000000401166cb0a010002"
        "0a02000203e8003500080000");
    return campaign::make_scenario(shape_, {.small = {GetParam(), {}, {{0, frame.value()}}}},
                                   "topoproof fuzz");
  }
  static std::string complaint(const std::string& text) {
    const auto scenario = scenario::parse_scenario(text, "f.scenario.yaml");
    if (!scenario) return to_string(scenario.error());
    const auto none = [](NodeId, const topology::RulesText&) { return firewall::Ruleset(); };
    const auto question = read_question(*scenario, none);
    return question ? "" : question.error();
  }
  const generator::Shape shape_ = generator::make_shape(GetParam());
};

TEST_P(WrittenQuestion, IsOfTheNetworkThatFuzzMakes) { EXPECT_EQ(complaint(written()), ""); }

TEST_P(WrittenQuestion, IsNotAskedInAnotherNetwork) {
  std::string other = written();
  const auto at = other.find("forwarding: true");
  ASSERT_NE(at, std::string::npos) << other;
  other.replace(at, 16, "forwarding: false");
  EXPECT_TRUE(complaint(other).starts_with("its network is not the '")) << complaint(other);
}

INSTANTIATE_TEST_SUITE_P(Shapes, WrittenQuestion,
                         testing::Values(generator::Feature::Router, generator::Feature::Router6,
                                         generator::Feature::Container),
                         [](const auto& shape) {
                           return std::to_string(static_cast<int>(shape.param));
                         });

}  // namespace
}  // namespace topoproof::program
