// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/protocol.hh"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

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
                      .carried = {{7, 8, "loss 5%"}, {8, 7}}};
  EXPECT_EQ(parse_answer(to_json(answer)).value(), answer);
}

// What a descriptor is of: two that were exchanged would be told apart.
ino_t file_of(const sys::Fd& fd) {
  struct stat info{};
  EXPECT_EQ(::fstat(fd.get(), &info), 0);
  return info.st_ino;
}
sys::Fd new_file() { return sys::Fd(::memfd_create("namespace", MFD_CLOEXEC)); }

TEST(Protocol, CarriesAPlaceInOneOrder) {
  const sys::NodePlace place{.process = {.user = new_file(), .pid = new_file(), .ipc = new_file()},
                             .surroundings = {.mount = new_file(), .uts = new_file()},
                             .netns = sys::Netns(new_file())};
  std::vector<sys::Fd> sent;
  for (const int fd : to_descriptors(place.process, place.surroundings, place.netns)) {
    sent.emplace_back(::dup(fd));
  }
  const sys::NodePlace got = to_place(std::move(sent));
  EXPECT_EQ(file_of(got.process.user), file_of(place.process.user));
  EXPECT_EQ(file_of(got.process.pid), file_of(place.process.pid));
  EXPECT_EQ(file_of(got.process.ipc), file_of(place.process.ipc));
  EXPECT_EQ(file_of(got.surroundings.mount), file_of(place.surroundings.mount));
  EXPECT_EQ(file_of(got.surroundings.uts), file_of(place.surroundings.uts));
  EXPECT_EQ(got.netns.id(), place.netns.id());
  EXPECT_NE(file_of(got.process.pid), file_of(got.process.ipc));
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
