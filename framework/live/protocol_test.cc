// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/protocol.hh"

#include <gtest/gtest.h>

namespace topoproof::live {
namespace {

TEST(Protocol, CarriesRequests) {
  const Request request{.verb = Verb::Apply,
                        .nodes = {"red", "blue"},
                        .interface = "eth0",
                        .up = true,
                        .file = "a \"quoted\" name",
                        .variants = {"no-nat"},
                        .dry_run = true};
  EXPECT_EQ(parse_request(to_json(request)).value(), request);
}

TEST(Protocol, CarriesAnswers) {
  const Answer answer{.status = Status::Refused,
                      .text = "no\nsuch node",
                      .nodes = {"red"},
                      .more = true,
                      .carried = {{7, 8}}};
  EXPECT_EQ(parse_answer(to_json(answer)).value(), answer);
}

TEST(Protocol, KnowsAnotherVersion) {
  EXPECT_EQ(parse_answer(R"({"version":1})").error().text,
            "the lab was started by another version of topoproof");
}

TEST(Protocol, RefusesWhatIsNoMessage) {
  EXPECT_FALSE(parse_request("").has_value());
  EXPECT_FALSE(parse_request("[]").has_value());
  EXPECT_FALSE(parse_request(R"({"version":2,"verb":"join","nodes":7})").has_value());
}

}  // namespace
}  // namespace topoproof::live
