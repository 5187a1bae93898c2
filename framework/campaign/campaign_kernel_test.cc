// SPDX-License-Identifier: GPL-2.0-or-later
// What a campaign does when something happens to it.
#include <csignal>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>

#include "campaign/campaign.hh"
#include "sys/error.hh"
#include "sys/files.hh"
#include "sys/kernel_test.hh"

namespace topoproof::campaign {
namespace {

const std::atomic<bool> kNoStop = false;
constexpr auto kDeaf = [](const Summary&) {};

// A number that all processes share.
class SharedNumber {
 public:
  SharedNumber()
      : at_(static_cast<std::atomic<int>*>(::mmap(nullptr, sizeof(std::atomic<int>),
                                                  PROT_READ | PROT_WRITE,
                                                  MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {}
  ~SharedNumber() { ::munmap(at_, sizeof *at_); }
  SharedNumber(const SharedNumber&) = delete;
  SharedNumber& operator=(const SharedNumber&) = delete;
  int next() const { return at_->fetch_add(1); }

 private:
  std::atomic<int>* at_;
};

class CampaignProcessesKernel : public sys::KernelTest {
 protected:
  CampaignProcessesKernel() { std::filesystem::create_directories(folder_); }
  ~CampaignProcessesKernel() override { std::filesystem::remove_all(folder_); }

  // A file system of a few pages in the folder's place, which goes with this process.
  void make_disk_small() const {
    sys::check_result(::unshare(CLONE_NEWNS), "unshare mounts");
    sys::check_result(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "keep mounts");
    sys::check_result(::mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=4096"), "mount");
  }
  void unmount() const { ::umount(folder_.c_str()); }

  CampaignOptions options_{.worker = {.seed = 1, .probes = 3}, .cases = 60};
  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("campaign-" + std::to_string(::getpid()));
  std::string told_;
  const std::function<void(const std::string&)> tell_ = [this](const auto& text) { told_ += text; };
};

TEST_F(CampaignProcessesKernel, AWorkerThatIsKilledLosesItsCaseAlone) {
  const SharedNumber asked;
  const PlantedFault suicide{.name = "suicide", .in_answer = [&](Answer&) {
                               if (asked.next() == 20) std::raise(SIGKILL);
                             }};
  const Summary summary = run_campaign(options_, kNoStop, tell_, kDeaf, suicide);
  EXPECT_EQ(summary.killed_workers, 1U);
  EXPECT_EQ(summary.counts.cases, *options_.cases - 1);
}

TEST_F(CampaignProcessesKernel, AWorkerThatCrashesNamesItsCase) {
  const SharedNumber asked;
  const PlantedFault crash{.name = "crash", .in_answer = [&](Answer&) {
                             if (asked.next() != 20) return;
                             std::signal(SIGSEGV, SIG_DFL);
                             std::raise(SIGSEGV);
                           }};
  const Summary summary = run_campaign(options_, kNoStop, tell_, kDeaf, crash);
  EXPECT_EQ(summary.crashed_workers, 1U);
  EXPECT_EQ(summary.killed_workers, 0U);
  EXPECT_EQ(summary.counts.cases, *options_.cases - 1);
  EXPECT_TRUE(told_.contains(": the worker died of signal 11 (Segmentation fault)")) << told_;
  EXPECT_TRUE(told_.contains("repeat: topoproof fuzz --seed 1 --case ")) << told_;
}

// Alive, and it never ends: nothing but time tells.
TEST_F(CampaignProcessesKernel, AWorkerThatStandsStillIsEnded) {
  const SharedNumber asked;
  const PlantedFault stop{.name = "stop", .in_answer = [&](Answer&) {
                            if (asked.next() == 20) std::raise(SIGSTOP);
                          }};
  options_.patience = std::chrono::seconds(8);
  const Summary summary = run_campaign(options_, kNoStop, tell_, kDeaf, stop);
  EXPECT_EQ(summary.hung_workers, 1U);
  EXPECT_EQ(summary.counts.cases, *options_.cases - 1);
  EXPECT_TRUE(told_.contains(": the worker stood still, and was killed")) << told_;
}

TEST_F(CampaignProcessesKernel, AReportThatCannotBeWrittenIsToldAtTheStart) {
  options_.report = folder_ / "file";
  std::ofstream(options_.report) << "no folder";
  EXPECT_ANY_THROW(run_campaign(options_, kNoStop, tell_, kDeaf));
}

TEST_F(CampaignProcessesKernel, GoesOnWhereTheLastOneEnded) {
  options_.corpus = folder_;
  EXPECT_EQ(run_campaign(options_, kNoStop, tell_, kDeaf).counts.cases, 60U);
  options_.cases = 100;
  EXPECT_EQ(run_campaign(options_, kNoStop, tell_, kDeaf).counts.cases, 40U);
}

TEST_F(CampaignProcessesKernel, AFullDiskEndsItWithASentence) {
  make_disk_small();
  options_.corpus = folder_;
  options_.cases = 2000;
  options_.worker.allowed = generator::parse_features("router,udp,filter-forward,accept").value();
  // The worker says it, in its own process: to a file that is not on that disk.
  const auto heard = std::filesystem::path(folder_.string() + ".heard");
  const auto tell = [&](const std::string& text) { std::ofstream(heard) << text; };
  EXPECT_THROW(run_campaign(options_, kNoStop, tell, kDeaf), std::runtime_error);
  EXPECT_NE(sys::read_file(heard).value_or("").find("No space left on device"), std::string::npos);
  std::filesystem::remove(heard);
  unmount();
}

TEST_F(CampaignProcessesKernel, EndsWhenItIsTold) {
  options_.cases.reset();
  std::atomic<bool> stop = false;
  const auto progress = [&](const Summary& now) { stop = stop || now.counts.cases > 0; };
  const Summary summary = run_campaign(options_, stop, tell_, progress);
  EXPECT_GT(summary.counts.cases, 0U);
  EXPECT_EQ(summary.killed_workers, 0U);
}

}  // namespace
}  // namespace topoproof::campaign
