// SPDX-License-Identifier: GPL-2.0-or-later
// Rules that nft or the kernel refuses are wrong input, whichever command meets them: `lint` ended
// with 2 and `test` with 3.
#include <fstream>

#include <gtest/gtest.h>

#include "program/commands.hh"
#include "sys/files.hh"
#include "sys/kernel_test.hh"

namespace topoproof::program::wrong_rules_test {
namespace {

struct Row {
  std::string name;
  std::string rules;  // nft's
  std::string refusal;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class WrongRules : public sys::KernelTest, public testing::WithParamInterface<Row> {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    std::ofstream(folder_.path() / "rules.nft") << GetParam().rules;
    std::ofstream(file()) << R"(
nodes: { red: { nftables: rules.nft }, blue: {} }
links: [ "red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.2/24" ]
checks: [ { blue -> red udp/53: delivered } ]
)";
  }
  std::string file() const { return folder_.path() / "net.scenario.yaml"; }

  void expect_refusal(int code) const {
    EXPECT_EQ(code, kInputWrong);
    EXPECT_NE(said_.find("rules.nft" + GetParam().refusal), std::string::npos) << said_;
  }

  std::string said_;
  Console console_{.out = [this](std::string_view text) { said_ += text; },
                   .error = [this](std::string_view text) { said_ += text; }};

 private:
  sys::TempDir folder_;
};

TEST_P(WrongRules, AreWrongInputToLint) { expect_refusal(run_lint({.paths = {file()}}, console_)); }

TEST_P(WrongRules, AreWrongInputToTest) {
  expect_refusal(run_test({.paths = {file()}}, console_, false, {.in_sandbox = true}));
}

TEST_P(WrongRules, AreWrongInputToTestWithTheSimulatorAlone) {
  expect_refusal(run_test({.paths = {file()}, .with = Executors::Simulator}, console_, false,
                          {.in_sandbox = true}));
}

TEST_P(WrongRules, AreWrongInputToTrace) {
  expect_refusal(run_trace({.file = file(), .flow = "blue -> red udp/53"}, console_, true));
}

TEST_P(WrongRules, AreWrongInputToTraceInTheSimulatorAlone) {
  expect_refusal(
      run_trace({.file = file(), .flow = "blue -> red udp/53", .with = Executors::Simulator},
                console_, true));
}

TEST_P(WrongRules, AreWrongInputToReach) {
  expect_refusal(run_reach({.file = file()}, console_, true));
}

INSTANTIATE_TEST_SUITE_P(
    Each, WrongRules,
    testing::Values(Row{"Syntax", "table ip t {\n chain c {\n  tcp dport 80 acept\n }\n}\n",
                        ":3:21: error: syntax error"},
                    Row{"Meaning", "table ip t {\n chain c {\n  jump nowhere\n }\n}\n",
                        ":3:8: error: Could not process rule: No such file or directory"},
                    // A lab that was built took these three: the first held it for ever.
                    Row{"Monitor", "table ip t {\n}\nmonitor\n", ":3: error: monitor: "},
                    Row{"OwnedTable", "table ip t {\n flags owner\n}\n",
                        ":2: error: flags owner: "},
                    Row{"ByteOrderMark", "\xEF\xBB\xBFtable ip t {\n}\n",
                        ":1: error: the text begins with a byte order mark"},
                    // It ended the program.
                    Row{"CrashOfTheLibrary",
                        "table ip t {\n chain c {\n  ip ttl set jhash ip saddr mod 2\n }\n}\n",
                        ": error: nft's library crashed on this text (signal 6"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace topoproof::program::wrong_rules_test
