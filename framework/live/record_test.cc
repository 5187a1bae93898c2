// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/record.hh"

#include <gtest/gtest.h>

#include "live/listing.hh"

namespace topoproof::live {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

const Record kRecord{.name = "nat",
                     .file = "/home/me/nat.topo.yaml",
                     .nodes = 4,
                     .links = 3,
                     .started = sys_seconds(seconds(1'700'000'000))};

TEST(Record, IsReadAsItWasWritten) {
  Record record = kRecord;
  EXPECT_EQ(parse_record(to_json(record)).value(), record);
  record.is_between = true;
  EXPECT_EQ(parse_record(to_json(record)).value(), record);
}

TEST(Record, OfAnotherVersionIsNotRead) {
  EXPECT_EQ(parse_record(R"({"version":9})").error().text, "it is of another version of topoproof");
  EXPECT_FALSE(parse_record("{").has_value());
}

TEST(Listing, IsATable) {
  const std::vector<ListedLab> labs{
      {.record = kRecord, .state = LabState::Running, .holder = 4711},
      {.record = {.name = "half", .file = "/h"}, .state = LabState::Between, .holder = 7},
      {.record = {.name = "a-longer-name", .file = "?"}, .state = LabState::Dead}};
  EXPECT_EQ(
      to_text(labs, kRecord.started + seconds(300)),
      "NAME           STATE         AGE  NODES  LINKS  SERVICES   HOLDER  FILE\n"
      "nat            running     5 min      4      3         -     4711  /home/me/nat.topo.yaml\n"
      "half           between   19675 d      0      0         -        7  /h\n"
      "a-longer-name  dead      19675 d      0      0         -        -  ?\n"
      "between: a change failed on its way; topoproof apply FILE goes on\n"
      "topoproof gc removes what is left of dead labs\n");
}

// It was 0, which is a process's number elsewhere.
TEST(Listing, SaysOfWhatIsNotThereThatItIsNull) {
  const std::string json = to_json(
      std::vector<ListedLab>{{.record = kRecord, .services = {{.node = "a", .name = "b"}}}});
  EXPECT_NE(json.find("\"holder\": null"), std::string::npos) << json;
  EXPECT_NE(json.find("\"process\": null"), std::string::npos) << json;
}

TEST(Listing, OfNothingIsASentence) { EXPECT_EQ(to_text({}, {}), "no lab is running\n"); }

}  // namespace
}  // namespace topoproof::live
