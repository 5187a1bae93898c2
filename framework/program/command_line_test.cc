// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/command_line.hh"

#include <gtest/gtest.h>

namespace topoproof::program {
namespace {

template <class T>
T parsed(const std::vector<std::string>& arguments) {
  return std::get<T>(parse_command_line(arguments).value());
}

TEST(CommandLine, TestTakesItsOptions) {
  const auto command = parsed<TestCommand>({"test",
                                            "a.scenario.yaml",
                                            "folder",
                                            "-j",
                                            "4",
                                            "-k",
                                            "nat and not ipv6",
                                            "--variant",
                                            "v",
                                            "--junit",
                                            "out.xml",
                                            "--html",
                                            "out.html",
                                            "--markdown",
                                            "out.md",
                                            "--format",
                                            "tap",
                                            "--pcap",
                                            "captures",
                                            "--pcap-always",
                                            "--keep-going",
                                            "--strict",
                                            "-v",
                                            "--list"});
  EXPECT_EQ(command.paths, (std::vector<std::string>{"a.scenario.yaml", "folder"}));
  EXPECT_EQ(command.jobs, 4U);
  EXPECT_EQ(command.select, "nat and not ipv6");
  EXPECT_EQ(command.variants, std::vector<std::string>{"v"});
  EXPECT_EQ(command.junit, "out.xml");
  EXPECT_EQ(command.html, "out.html");
  EXPECT_EQ(command.markdown, "out.md");
  EXPECT_EQ(command.format, ReportFormat::Tap);
  EXPECT_EQ(command.pcap, "captures");
  EXPECT_TRUE(command.always_keep_pcap && command.keep_going && command.strict);
  EXPECT_TRUE(command.verbose && command.list);
}

TEST(CommandLine, TestNeedsNoOption) {
  const auto command = parsed<TestCommand>({"test"});
  EXPECT_TRUE(command.paths.empty());
  EXPECT_EQ(command.format, ReportFormat::Text);
}

TEST(CommandLine, DiffTakesRulesOnANetwork) {
  const auto command =
      parsed<DiffCommand>({"diff", "a.nft", "b.nft", "--on", "f", "--node", "n", "--brief"});
  EXPECT_EQ(command.before, "a.nft");
  EXPECT_EQ(command.after, "b.nft");
  EXPECT_EQ(command.on, "f");
  EXPECT_EQ(command.node, "n");
  EXPECT_TRUE(command.brief);
}

TEST(CommandLine, ValidateIsLint) {
  EXPECT_EQ(parsed<LintCommand>({"validate", "x"}).paths, std::vector<std::string>{"x"});
  EXPECT_EQ(parsed<LintCommand>({"lint", "x"}).paths, std::vector<std::string>{"x"});
}

TEST(CommandLine, UpIsDeployAndDownIsDestroy) {
  EXPECT_EQ(parsed<UpCommand>({"up", "f", "--name", "n"}).name, "n");
  EXPECT_EQ(parsed<UpCommand>({"deploy", "f"}).file, "f");
  EXPECT_EQ(parsed<DownCommand>({"destroy", "a", "b"}).labs, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(parsed<DownCommand>({"down", "--all"}).all);
}

TEST(CommandLine, ExecLeavesTheProgramItsOptions) {
  const std::vector<std::string> program{"ping", "-c1", "--help", "-l", "blue"};
  const auto check = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), program.begin(), program.end());
    const auto command = parsed<ExecCommand>(arguments);
    EXPECT_EQ(command.node, "red");
    EXPECT_EQ(command.arguments, program);
    return command.lab;
  };
  EXPECT_EQ(check({"exec", "red"}), "");
  EXPECT_EQ(check({"exec", "red", "--"}), "");
  EXPECT_EQ(check({"exec", "-l", "nat", "red", "--"}), "nat");
  EXPECT_EQ(check({"exec", "--lab=nat", "red"}), "nat");
  EXPECT_EQ(check({"exec", "red", "--lab", "nat"}), "nat");
  EXPECT_EQ(check({"exec", "red", "--lab=nat", "--"}), "nat");
}

TEST(CommandLine, CaptureLastsAsLongAsItsProgram) {
  const auto command = parsed<CaptureCommand>({"capture", "red", "-c", "2", "--", "ping", "-c1"});
  EXPECT_EQ(command.places, std::vector<std::string>{"red"});
  EXPECT_EQ(command.count, 2U);
  EXPECT_EQ(command.program, (std::vector<std::string>{"ping", "-c1"}));
}

TEST(CommandLine, LinkHasThreeActions) {
  EXPECT_EQ(parsed<LinkCommand>({"link", "down", "red:eth0"}).action, LinkAction::Down);
  EXPECT_EQ(parsed<LinkCommand>({"link", "up", "red:eth0"}).action, LinkAction::Up);
  EXPECT_EQ(parsed<LinkCommand>({"link", "flap", "red:eth0", "--for", "5"}).milliseconds, 5U);
}

TEST(CommandLine, OtherCommandsTakeTheirs) {
  EXPECT_EQ(parsed<PlanCommand>({"plan", "f", "--variant", "v"}).variants.at(0), "v");
  EXPECT_EQ(parsed<GraphCommand>({"graph", "f", "--format", "svg"}).format, Picture::Svg);
  EXPECT_EQ(parsed<ImportCommand>({"import", "graphml", "f", "-o", "g"}).output, "g");
  EXPECT_EQ(parsed<GenerateCommand>({"generate", "tree", "3", "2"}).sizes, (std::vector{3, 2}));
  EXPECT_TRUE(parsed<MutateCommand>({"mutate", "f", "--kernel"}).kernel);
  EXPECT_TRUE(std::holds_alternative<VersionCommand>(*parse_command_line({"version"})));
  EXPECT_TRUE(std::holds_alternative<VersionCommand>(*parse_command_line({"--version"})));
}

TEST(CommandLine, OnlyARunNeedsASandboxFromTheStart) {
  EXPECT_TRUE(needs_sandbox(TestCommand()));
  EXPECT_FALSE(needs_sandbox(DoctorCommand()));  // it looks around outside first
  EXPECT_FALSE(needs_sandbox(LintCommand()));
  EXPECT_FALSE(needs_sandbox(TestCommand{.list = true}));
  EXPECT_FALSE(needs_sandbox(TestCommand{.with = Executors::Simulator}));
  EXPECT_TRUE(wants_sandbox(TestCommand{.with = Executors::Simulator}));
  EXPECT_FALSE(needs_sandbox(MutateCommand()));
  EXPECT_TRUE(wants_sandbox(MutateCommand()));  // to compile rules
  EXPECT_TRUE(needs_sandbox(MutateCommand{.kernel = true}));
}

struct Wrong {
  std::string name;
  std::vector<std::string> arguments;
  std::string sentence;
};

class WrongLine : public testing::TestWithParam<Wrong> {};

TEST_P(WrongLine, IsASentenceAndExitCode2) {
  const auto answer = parse_command_line(GetParam().arguments);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().exit_code, 2);
  EXPECT_EQ(answer.error().text.substr(0, answer.error().text.find('\n')), GetParam().sentence);
}

INSTANTIATE_TEST_SUITE_P(
    CommandLine, WrongLine,
    testing::Values(Wrong{"UnknownCommand",
                          {"tset"},
                          "topoproof: there is no command 'tset'; did you mean 'test'?"},
                    Wrong{"StrangeCommand", {"banana"}, "topoproof: there is no command 'banana'"},
                    Wrong{"UnknownOption",
                          {"test", "--juint", "x"},
                          "topoproof: '--juint' is not expected here; did you mean '--junit'?"},
                    Wrong{"MissingFile", {"plan"}, "topoproof: FILE is required"},
                    Wrong{"WrongFormat",
                          {"test", "--format", "xml"},
                          "topoproof: --format: 'xml' is none of text, json, jsonl, tap"},
                    Wrong{"WrongJobs",
                          {"test", "-j", "0"},
                          "topoproof: --jobs: Value 0 not in range 1 to 1024"},
                    Wrong{"NegativeTime",
                          {"fuzz", "--time", "-5"},
                          "topoproof: --time: Value -5 not in range 1 to 31622400"},
                    Wrong{"NegativeCases",
                          {"fuzz", "--cases", "-3"},
                          "topoproof: --cases: Value -3 not in range 1 to 9223372036854775807"},
                    Wrong{"NegativeSeed",
                          {"fuzz", "--seed", "-1"},
                          "topoproof: --seed: Value -1 not in range 0 to 18446744073709551615"},
                    Wrong{"SeedTooLarge",
                          {"fuzz", "--seed", "18446744073709551616"},
                          "topoproof: --seed: Value 18446744073709551616 not in range 0 to "
                          "18446744073709551615"},
                    Wrong{"PcapAlwaysAlone",
                          {"test", "--pcap-always"},
                          "topoproof: --pcap-always requires --pcap"}),
    [](const auto& row) { return row.param.name; });

class Help : public testing::TestWithParam<std::string> {};

TEST_P(Help, HasAnExample) {
  const auto answer = parse_command_line({GetParam(), "--help"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().exit_code, 0);
  const std::string& text = answer.error().text;
  EXPECT_NE(text.find("Usage: topoproof " + GetParam()), std::string::npos) << text;
  EXPECT_NE(text.find("Example: topoproof " + GetParam()), std::string::npos) << text;
}

INSTANTIATE_TEST_SUITE_P(CommandLine, Help,
                         testing::Values("test", "lint", "plan", "graph", "import", "generate",
                                         "mutate", "doctor", "version"),
                         [](const auto& row) { return row.param; });

TEST(CommandLine, HelpTellsTheExitCodes) {
  const auto answer = parse_command_line({});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().exit_code, 0);
  EXPECT_NE(answer.error().text.find("2, 3, 1, 4"), std::string::npos);
}

TEST(CommandLine, HelpNamesVersion) {
  const auto answer = parse_command_line({"--help"});
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().text.find("--version"), std::string::npos);
}

}  // namespace
}  // namespace topoproof::program
