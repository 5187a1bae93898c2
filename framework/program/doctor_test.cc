// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/doctor.hh"

#include <algorithm>

#include <gtest/gtest.h>

namespace topoproof::program {
namespace {

using Capabilities = std::vector<lab::Capability>;

const lab::Capability kVeth{.name = "veth", .available = true};
const lab::Capability kNoVeth{
    .name = "veth", .why_not = "Operation not supported", .how_to_allow = "modprobe veth"};
const lab::Capability kNoVlan{
    .name = "vlan", .why_not = "Operation not supported", .how_to_allow = "modprobe 8021q"};

TEST(Doctor, ListsCapabilitiesThenWhatToDo) {
  EXPECT_EQ(capabilities_text(Capabilities{kVeth, kNoVlan}),
            "yes  veth\n"
            "no   vlan: Operation not supported\n"
            "to allow vlan: modprobe 8021q\n"
            "topoproof can work here\n");
}

TEST(Doctor, CannotWorkWithoutWhatIsNeeded) {
  EXPECT_EQ(capabilities_text(Capabilities{kNoVeth}),
            "NO   veth: Operation not supported\n"
            "to allow veth: modprobe veth\n"
            "topoproof cannot work here: what is marked NO is needed\n");
  EXPECT_FALSE(can_work(Capabilities{kNoVeth}));
  EXPECT_TRUE(can_work(Capabilities{kVeth, kNoVlan}));
}

TEST(Doctor, WhatIsNeededIsAmongWhatTheLabTries) {
  EXPECT_EQ(std::ranges::count_if(lab::capability_names(), is_needed), 6);
  EXPECT_TRUE(is_needed(kSandbox));
}

TEST(Doctor, TellsLimitsAndThoseItCannotRead) {
  EXPECT_EQ(
      limits_text(std::vector<lab::MachineLimit>{{"net.core.netdev_max_backlog", 1000, "frames"},
                                                 {"RLIMIT_NOFILE", std::nullopt, "files"}}),
      "        1000  net.core.netdev_max_backlog (frames)\n"
      "     unknown  RLIMIT_NOFILE (files)\n");
}

}  // namespace
}  // namespace topoproof::program
