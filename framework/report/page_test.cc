// SPDX-License-Identifier: GPL-2.0-or-later
#include <chrono>
#include <nlohmann/json.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "report/html.hh"
#include "report/json.hh"
#include "report/markdown.hh"
#include "report/test_runs.hh"

namespace topoproof::report {
namespace {

using scenario::CheckResult;
using scenario::Outcome;

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin) + begin.size();
  return text.substr(from, text.find(end, from) - from);
}

nlohmann::json data_of(const std::string& page) {
  return nlohmann::json::parse(
      between(page, "<script id=\"run\" type=\"application/json\">", "</script>"));
}

flow::Tuple tuple(const char* source, std::uint16_t port) {
  return {IpAddress::parse(source).value(), IpAddress::parse("10.0.0.2").value(),
          flow::Protocol::Tcp, port, 80};
}

// From `port`, translated on the way.
scenario::Way way_from(std::uint16_t port) {
  using flow::StepKind;
  return {.request = {{StepKind::Sent, NodeId(0), "eth0", tuple("10.0.0.1", port), 64},
                      {StepKind::Translated, NodeId(1), "eth1", tuple("10.0.0.9", port), 63},
                      {StepKind::Delivered, NodeId(1), "", {}, 0, "the target's socket got it"}}};
}

CheckResult make_check(std::uint16_t port) {
  CheckResult check = make_failed_check();
  check.nodes = {NodeId(0), NodeId(1)};
  check.in_kernel = way_from(port);
  return check;
}

scenario::RunResult make_run(std::vector<CheckResult> checks) {
  scenario::ScenarioResult scenario = make_scenario(std::move(checks));
  scenario.node_names = {"red", "blue"};
  return {.scenarios = {std::move(scenario)}};
}

TEST(Page, HoldsTheHopsOfAllChecksOnce) {
  const auto data = data_of(to_html(make_run({make_check(20000), make_check(20001)})));
  EXPECT_EQ(data["hops"].size(), 3U);
  std::vector<std::string> texts;
  for (const auto& part : data["hops"][0]) texts.push_back(data["texts"][part.get<std::size_t>()]);
  EXPECT_EQ(texts, (std::vector<std::string>{"sent", "red:eth0", "10.0.0.1:{port}", "10.0.0.2:80",
                                             "tcp ttl 64"}));
  const auto& checks = data["scenarios"][0]["checks"];
  EXPECT_EQ(checks[0]["k"], checks[1]["k"]);
  EXPECT_EQ(checks[0]["p"], "20000");
  EXPECT_EQ(checks[1]["p"], "20001");
}

TEST(Page, TellsOneWayWhereKernelAndSimulatorAgree) {
  CheckResult same = make_check(20000);
  same.in_simulator = same.in_kernel;
  CheckResult other = make_check(20000);
  other.in_simulator = way_from(20000);
  other.in_simulator.request.pop_back();
  other.in_simulator.request.front().ttl = 63;
  const auto data = data_of(to_html(make_run({same, other})));
  const auto& checks = data["scenarios"][0]["checks"];
  EXPECT_TRUE(checks[0]["same"]);
  EXPECT_FALSE(checks[0].contains("k"));
  EXPECT_FALSE(checks[1]["same"]);
  EXPECT_NE(checks[1]["k"], checks[1]["s"]);
}

TEST(Page, LinksCapturesFromWhereItIs) {
  CheckResult check = make_check(20000);
  check.pcap = "captures/nat/a.pcapng";
  const auto link = [&](const std::string& page) {
    const auto data = data_of(to_html(make_run({check}), {.file = page}));
    return data["scenarios"][0]["checks"][0]["c"].get<std::string>();
  };
  EXPECT_EQ(link("report.html"), "captures/nat/a.pcapng");
  EXPECT_EQ(link("out/report.html"), "../captures/nat/a.pcapng");
  EXPECT_EQ(link("/tmp/report.html"), "captures/nat/a.pcapng");
}

TEST(Page, IsNoScriptOfWhoNamedTheChecks) {
  CheckResult check = make_check(20000);
  check.name = "</script><script>alert(1)</script>";
  const std::string page = to_html(make_run({check}));
  EXPECT_EQ(page.find("alert(1)</script>"), std::string::npos);
  EXPECT_EQ(data_of(page)["scenarios"][0]["checks"][0]["n"], check.name);
}

TEST(Page, LoadsNothing) {
  const std::string page = to_html(make_mixed_run());
  for (const char* text : {"http:", "https:", "src=", "@import", "fetch("}) {
    EXPECT_EQ(page.find(text), std::string::npos) << text;
  }
}

// Every flow has ports and addresses of its own.
TEST(Page, OfTenThousandChecksIsMadeIn2SecondsAndHas10MiB) {
  std::vector<CheckResult> checks;
  for (int i = 0; i < 10'000; ++i) {
    CheckResult check = make_check(static_cast<std::uint16_t>(20'000 + i));
    check.name = fmt::format("node{} -> node{} tcp/80: delivered", i % 100, i / 100);
    for (int hop = 0; hop < 12; ++hop) {
      const std::string source = fmt::format("10.{}.{}.1", i / 100, i % 100);
      check.in_kernel.request.push_back({flow::StepKind::Forwarded, NodeId(0),
                                         fmt::format("eth{}", hop), tuple(source.c_str(), 20'000),
                                         static_cast<std::uint8_t>(hop)});
    }
    checks.push_back(std::move(check));
  }
  const scenario::RunResult run = make_run(std::move(checks));
  const auto begin = std::chrono::steady_clock::now();
  const std::string page = to_html(run);
  // Without optimisation it takes several times as long.
  const auto took = std::chrono::steady_clock::now() - begin;
#ifdef __OPTIMIZE__
  EXPECT_LT(took, std::chrono::seconds(2));
#endif
  RecordProperty("milliseconds", std::to_string(took / std::chrono::milliseconds(1)));
  EXPECT_LT(page.size(), 10U << 20U);
}

TEST(Markdown, IsATableAndWhatDidNotPass) {
  EXPECT_EQ(to_markdown({.scenarios = {make_scenario({make_passed_check(), make_failed_check()})}}),
            R"MD(### topoproof: 1 passed, 1 failed, 0 skipped

| | scenario | passed | other | time |
|---|---|--:|--:|--:|
| ❌ | nat | 1 | 1 | 9 ms |

<details><summary>nat: blue reaches the client: <b>failed</b> (nat.scenario.yaml:7:5)</summary>
<pre>
expected  delivered at client, source 192.168.1.2
observed  no_route at blue (ENETUNREACH)
why       blue, when it looks for a route: its table has none
change    add a route to 192.168.1.0/24 in blue
way       blue: send refused
          client: not seen
note      run alone
capture   /tmp/p/blue.pcapng
repeat    topoproof test nat.scenario.yaml -k 'blue reaches the client'
</pre>
</details>

)MD");
}

TEST(Markdown, IsNoLongerThanACommentMayBe) {
  std::vector<CheckResult> checks(1'000, make_failed_check());
  const std::string text = to_markdown({.scenarios = {make_scenario(std::move(checks))}});
  EXPECT_LT(text.size(), 65'536U);
  EXPECT_NE(text.find("more not shown here"), std::string::npos);
}

TEST(Markdown, EscapesWhatWouldBeMarkup) {
  scenario::ScenarioResult scenario = make_scenario({make_failed_check()});
  scenario.name = "a|b <img> @all";
  const std::string text = to_markdown({.scenarios = {scenario}});
  EXPECT_NE(text.find("| a\\|b &#60;img&#62; \\@all |"), std::string::npos) << text;
  EXPECT_EQ(text.find("<img>"), std::string::npos);
}

TEST(JsonLines, AreOneDocumentEach) {
  const auto run = make_mixed_run();
  std::string text;
  for (const auto& scenario : run.scenarios) text += to_json_lines(scenario);
  text += last_json_line(run);
  std::vector<std::string> types;
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos;
       at = end + 1) {
    const auto line = nlohmann::json::parse(text.substr(at, end - at));
    EXPECT_EQ(line["version"], 1);
    types.push_back(line["type"]);
  }
  EXPECT_EQ(types,
            (std::vector<std::string>{"scenario", "check", "check", "check", "scenario", "run"}));
}

}  // namespace
}  // namespace topoproof::report
