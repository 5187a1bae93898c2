// SPDX-License-Identifier: GPL-2.0-or-later
// Rulesets that people use: what we import and load elsewhere is the same to nft, and the same
// bytes to the kernel; and its expressions are described as nft does. The data lie beside the
// project; without them these tests are skipped.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "netfilter/kernel_ruleset.hh"
#include "netfilter/text.hh"
#include "rules/dumped_rules.hh"
#include "rules/import.hh"
#include "sys/files.hh"
#include "sys/kernel_test.hh"

namespace topoproof::rules {
namespace {

std::filesystem::path data_folder() {
  const char* data = std::getenv("TOPOPROOF_DATA");
  return data != nullptr ? data : "../../../shared/data";  // ctest runs us in framework/rules
}

std::vector<std::filesystem::path> files_of(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(data_folder() / folder, none))
    files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

Language language_of(const std::filesystem::path& file) {
  if (file.extension() == ".nft") return Language::Nft;
  return file.extension() == ".v6" ? Language::Ip6tables : Language::Iptables;
}

// A namespace with a socket into it.
struct Place {
  Place()
      : netns(sys::Netns::create()), socket(sys::call_in(netns, [] {
          return std::make_unique<netlink::Socket>(netlink::Protocol::Netfilter);
        })) {}

  sys::Netns netns;
  std::unique_ptr<netlink::Socket> socket;
};

// Places that rules are said to stand at, of all.
struct Known {
  std::size_t lines = 0;
  std::size_t rules = 0;
};

Known count_lines(const firewall::Ruleset& ruleset) {
  Known known;
  for (const auto& table : ruleset.tables) {
    for (const auto& chain : table.chains) {
      for (const auto& rule : chain.rules) known.lines += rule.origin.where.line > 0 ? 1 : 0;
      known.rules += chain.rules.size();
    }
  }
  return known;
}

class Oracle : public sys::KernelTest {
 protected:
  // RETURNS: why the file is refused; empty if it is the same in another namespace.
  std::string carry_over(const Source& source) {
    Place original;
    RuleLines lines;
    if (auto issues = load(original.netns, source, lines); !issues.empty())
      return to_string(issues);
    auto ruleset = netfilter::observe_ruleset(*original.socket);
    if (!ruleset) return to_string(ruleset.error());
    if (auto unlike = unlike_nft(original, *ruleset); !unlike.empty()) return unlike;
    give_origins(lines, *ruleset);
    const auto known = count_lines(*ruleset);
    known_.lines += known.lines;
    known_.rules += known.rules;
    Place copy;
    if (auto issues = netfilter::load_ruleset(*copy.socket, *ruleset); !issues.empty())
      return to_string(issues);
    return difference(original, *ruleset, copy);
  }

  // The first expression that we describe otherwise than nft lists it.
  std::string unlike_nft(const Place& place, const firewall::Ruleset& listed) {
    const auto ours = expressions_of(listed);
    const auto theirs = expressions_of_nft(place.netns);
    described_ += ours.size();
    const auto [a, b] = std::ranges::mismatch(ours, theirs);
    if (a == ours.end() && b == theirs.end()) return "";
    return fmt::format("described as {}, by nft as {}\n", a == ours.end() ? "nothing" : *a,
                       b == theirs.end() ? "nothing" : *b);
  }

  static std::string difference(Place& original, const firewall::Ruleset& ruleset, Place& copy) {
    const auto copied = netfilter::observe_ruleset(*copy.socket);
    if (!copied) return to_string(copied.error());
    if (netfilter::list_ruleset_text(copy.netns, netfilter::Listing::Stateless) !=
        netfilter::list_ruleset_text(original.netns, netfilter::Listing::Stateless))
      return "nft lists it otherwise\n";
    const bool same =
        dumped_expressions(*copy.socket, *copied) == dumped_expressions(*original.socket, ruleset);
    return same ? "" : "the bytes of a rule differ\n";
  }

  void carry_over_all(const std::string& folder, std::size_t part, std::size_t parts) {
    const auto files = files_of(folder);
    if (files.empty()) GTEST_SKIP() << "missing: " << data_folder() / folder;
    std::size_t count = 0;
    std::vector<std::string> refused;
    for (std::size_t i = part; i < files.size(); i += parts) {
      SCOPED_TRACE(files[i].filename());
      ++count;
      const auto reason = carry_over({.language = language_of(files[i]),
                                      .text = sys::read_file(files[i]).value_or("") + '\n',
                                      .where = {.file = files[i].filename(), .line = 1}});
      if (!reason.empty())
        refused.push_back(fmt::format("{}\n  {}\n", files[i].filename().string(),
                                      reason.substr(0, reason.find('\n'))));
    }
    std::cout << fmt::format(
        "{}: {} files, {} the same, {} refused; {} of {} rules with their line; {} expressions "
        "described as nft does\n",
        folder, count, count - refused.size(), refused.size(), known_.lines, known_.rules,
        described_);
    for (const auto& reason : refused) std::cout << "refused: " << reason;
    EXPECT_TRUE(refused.empty());
    EXPECT_EQ(known_.lines, known_.rules);
  }

  Known known_;
  std::size_t described_ = 0;
};

TEST_F(Oracle, NftFilesAreTheSameElsewhereFirstHalf) { carry_over_all("nft", 0, 2); }
TEST_F(Oracle, NftFilesAreTheSameElsewhereSecondHalf) { carry_over_all("nft", 1, 2); }
TEST_F(Oracle, IptablesDumpsAreTheSameElsewhereFirstHalf) { carry_over_all("iptables", 0, 2); }
TEST_F(Oracle, IptablesDumpsAreTheSameElsewhereSecondHalf) { carry_over_all("iptables", 1, 2); }

}  // namespace
}  // namespace topoproof::rules
