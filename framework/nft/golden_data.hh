// SPDX-License-Identifier: GPL-2.0-or-later
// What nft sent and printed for the rules of its own test suite. The data lie beside the project.
// For tests.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "firewall/ruleset.hh"

namespace topoproof::nft {

std::filesystem::path golden_folder();

struct GoldenRecord {
  std::string file;  // of the test suite: "any/ct.t"
  std::string rule;  // nft's text
  firewall::TableFamily family = firewall::TableFamily::Ip;
  std::string table;
  std::string chain;
  std::vector<Bytes> messages;  // each with a netlink header
};
std::vector<GoldenRecord> golden_records();  // those for which nft sent something

struct PayloadRecord {
  std::string file;
  std::string rule;
  std::string family;                    // "ip"; empty where the record is of none
  std::vector<std::string> expressions;  // as `nft --debug=netlink` prints them
};
std::vector<PayloadRecord> payload_records();

// The record's rule in its chain, decoded.
std::expected<firewall::Ruleset, Issue> decode_record(const GoldenRecord& record);

}  // namespace topoproof::nft
