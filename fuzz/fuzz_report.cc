// SPDX-License-Identifier: GPL-2.0-or-later
// Property: whatever names and texts a result has, JSON and XML are well-formed and count as the
// result does; the exit code is 0 only if something passed and nothing else happened.
#include <array>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "fuzz/make_result.hh"
#include "fuzz/target.hh"
#include "report/json.hh"
#include "report/junit.hh"
#include "report/tap.hh"
#include "report/text.hh"

namespace topoproof::fuzz {
namespace {

// The sum of an attribute over all test suites.
unsigned sum(const pugi::xml_document& junit, const char* attribute) {
  unsigned sum = 0;
  for (const auto& suite : junit.select_nodes("//testsuite")) {
    sum += suite.node().attribute(attribute).as_uint();
  }
  return sum;
}

}  // namespace

void run(BytesView input) {
  ByteSource source(input);
  const scenario::RunResult result = make_result(source);
  const scenario::Counts counts = count(result);
  const bool strict = source.coin();

  TOPOPROOF_CHECK(nlohmann::json::accept(report::to_json(result)), "JSON is well-formed");
  pugi::xml_document junit;
  TOPOPROOF_CHECK(junit.load_string(report::to_junit(result).c_str()), "JUnit is well-formed");
  TOPOPROOF_CHECK(sum(junit, "failures") == counts.failed + counts.diverged, "JUnit counts alike");
  TOPOPROOF_CHECK(sum(junit, "skipped") == counts.skipped, "JUnit counts alike");
  TOPOPROOF_CHECK(report::to_tap(result, strict).starts_with("TAP version 14\n"), "TAP begins so");
  TOPOPROOF_CHECK(!report::summary_text(result).empty(), "a summary can be said");
  const bool is_good = counts.passed > 0 && counts.total() == counts.passed + counts.skipped &&
                       (counts.skipped == 0 || !strict);
  const bool is_success = exit_code(result, strict) == 0;
  TOPOPROOF_CHECK(!is_success || is_good, "a success has passed and nothing else");
}

}  // namespace topoproof::fuzz
