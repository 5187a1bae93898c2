// SPDX-License-Identifier: GPL-2.0-or-later
// What a campaign keeps, and what it does not take for its own.
#include "campaign/corpus.hh"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "campaign/campaign.hh"
#include "sys/files.hh"

namespace topoproof::campaign::corpus_test {
namespace {

using generator::Feature;

class CorpusFolder : public testing::Test {
 protected:
  ~CorpusFolder() override { std::filesystem::remove_all(folder_); }

  std::string complaint(std::string_view settings, std::size_t workers = 2) const {
    const auto prepared = prepare_corpus(folder_, settings, workers);
    return prepared ? "" : prepared.error();
  }
  void write(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name) << text;
  }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("corpus-" + std::to_string(::getpid()));
};

TEST_F(CorpusFolder, IsOfOneCampaign) {
  EXPECT_EQ(complaint("--seed 1"), "");
  EXPECT_EQ(complaint("--seed 1"), "");
  EXPECT_EQ(complaint("--seed 2"),
            folder_.string() + " is the folder of another campaign: --seed 1, not --seed 2");
}

TEST_F(CorpusFolder, IsNoFolderOfSomethingElse) {
  std::filesystem::create_directories(folder_);
  write("letter.txt", "dear");
  EXPECT_EQ(complaint("--seed 1"), folder_.string() + " is no folder of a campaign");
}

TEST_F(CorpusFolder, GarbageIsNoBeginning) {
  ASSERT_EQ(complaint("--seed 1"), "");
  Corpus(folder_, 1, 2).save(7, {});
  EXPECT_EQ(complaint("--seed 1"), "");
  write("next-1-of-2", "banana\n");
  EXPECT_TRUE(
      complaint("--seed 1").ends_with("next-1-of-2 has no number of a case of this worker"));
  write("next-1-of-2", "8\n");  // the other worker's
  EXPECT_TRUE(
      complaint("--seed 1").ends_with("next-1-of-2 has no number of a case of this worker"));
  write("next-1-of-2", "9\n");
  write("coverage-1-of-2", "");
  EXPECT_TRUE(complaint("--seed 1").ends_with("is not what this version of topoproof wrote"));
}

TEST_F(CorpusFolder, KeepsWhatWasCovered) {
  ASSERT_EQ(complaint("--seed 1"), "");
  generator::FeatureSet features;
  features.add(Feature::Udp);
  features.add(Feature::Accept);
  generator::Coverage coverage;
  coverage.add(features);
  Corpus(folder_, 1, 2).save(7, coverage);
  const Corpus again(folder_, 1, 2);
  EXPECT_EQ(again.next_case(), 7U);
  EXPECT_TRUE(again.coverage().has(Feature::Udp, Feature::Accept));
  EXPECT_FALSE(again.coverage().has(Feature::Udp, Feature::Drop));
  EXPECT_EQ(Corpus(folder_, 0, 2).next_case(), 0U);
}

TEST_F(CorpusFolder, SavesAtOnceWhatIsImportant) {
  ASSERT_EQ(complaint("--seed 1"), "");
  Corpus corpus(folder_, 0, 2);
  corpus.done(4, true, {}, true);
  EXPECT_EQ(Corpus(folder_, 0, 2).next_case(), 6U);
  corpus.done(6, true, {}, true);
  EXPECT_EQ(sys::read_file(folder_ / "cases-0-of-2"), "4\n6");
}

// A new file takes the place of the old one: who has that open still has it whole.
TEST_F(CorpusFolder, ReplacesFilesAsAWhole) {
  ASSERT_EQ(complaint("--seed 1"), "");
  Corpus corpus(folder_, 0, 2);
  corpus.save(4, {});
  std::ifstream before(folder_ / "next-0-of-2");
  corpus.save(6, {});
  std::string text;
  std::getline(before, text);
  EXPECT_EQ(text, "4");
}

TEST(RepeatCommand, SaysAllThatMakesTheCase) {
  CampaignOptions options{.worker = {.seed = 7}};
  EXPECT_EQ(repeat_command(options, 12, {}), "topoproof fuzz --seed 7 --case 12");
  options.features = "router,udp,accept";
  options.worker.probes = 3;
  EXPECT_EQ(repeat_command(options, 12, Wish({Feature::Udp, Feature::Accept})),
            "topoproof fuzz --seed 7 --case 12 --wish udp+accept --features=router,udp,accept "
            "--packets 3");
}

TEST(Wishes, AreWrittenAndRead) {
  const Wish wish({Feature::Udp, Feature::Accept});
  EXPECT_EQ(parse_wish("udp+accept"), wish);
  ASSERT_TRUE(parse_wish("none").has_value());
  EXPECT_FALSE(parse_wish("none").value().has_value());
  EXPECT_FALSE(parse_wish("udp"));
  EXPECT_FALSE(parse_wish("udp+banana"));
  EXPECT_EQ(decode_wish(encode(wish)), wish);
  EXPECT_EQ(decode_wish(encode({})), Wish());
}

}  // namespace
}  // namespace topoproof::campaign::corpus_test
