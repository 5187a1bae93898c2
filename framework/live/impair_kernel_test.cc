// SPDX-License-Identifier: GPL-2.0-or-later
// Impaired links of a running lab.
#include <filesystem>

#include <fmt/format.h>

#include "live/capture_places.hh"
#include "live/inspect.hh"
#include "live/live_test.hh"
#include "sys/event_loop.hh"
#include "sys/output.hh"

namespace topoproof::live {
namespace {

//  red eth0 10.0.0.1 -- 10.0.0.2 eth0 blue
std::string pair_with(const std::string& impairment) {
  return "name: pair\n"
         "nodes: { red: , blue: }\n"
         "links: [{ endpoints: [red:eth0 10.0.0.1/24, blue:eth0 10.0.0.2/24]" +
         impairment + " }]\n";
}

class LiveImpairment : public LiveTest {
 protected:
  void up_with(const std::string& impairment) const {
    Holding held = holding("pair", pair_with(impairment));
    held.read_topology = read_plain_topology;
    up(held);
  }
  std::string apply(const std::string& impairment) const {
    sys::save_file(folder_.path() / "new.topo.yaml", pair_with(impairment));
    const sys::Fd folder = sys::open_folder(folder_.path());
    const int descriptor = folder.get();
    return Client(state_, "pair")
        .ask({.verb = Verb::Apply, .file = "new.topo.yaml"}, {&descriptor, 1});
  }
  // As text, and as JSON.
  std::string inspected() const {
    const auto file = folder_.path() / "inspected";
    in_child([&] {
      Client client(state_, "pair");
      const auto nodes = inspect(client, {});
      sys::save_file(file, to_text(nodes) + to_json("pair", nodes));
      return 0;
    });
    return sys::read_file(file).value_or("nothing");
  }
  // Milliseconds there and back; -1 if no answer came. `patience`: in seconds; a question for the
  // neighbour that was lost is asked again after one.
  int ping(int patience = 1) const {
    const std::string text = output("pair", "red",
                                    fmt::format("ping -c1 -W{} 10.0.0.2", patience) +
                                        " | sed -n 's/.*time=\\([0-9]*\\).*/\\1/p'");
    return text.empty() ? -1 : std::stoi(text);
  }
};

TEST_F(LiveImpairment, DelaysWhatProgramsSend) {
  up_with(", impair: { delay: 20ms }");
  EXPECT_GE(ping(), 40);
}

TEST_F(LiveImpairment, CarriesStreams) {
  up_with(", impair: { delay: 1ms }");
  run("pair", "blue", {"sh", "-c", "nc -l 9000 >" + (folder_.path() / "got").string() + " &"});
  EXPECT_EQ(run("pair", "red",
                {"sh", "-c", "until head -c 2000000 /dev/zero | nc -N 10.0.0.2 9000; do :; done"}),
            0);
  const auto got = folder_.path() / "got";
  EXPECT_TRUE(
      sys::EventLoop().run_until([&] { return std::filesystem::file_size(got) == 2'000'000; },
                                 sys::Clock::now() + std::chrono::seconds(5)));
}

TEST_F(LiveImpairment, IsChangedWhileTheLinkGoesOn) {
  up_with(", impair: { delay: 1ms }");
  EXPECT_EQ(apply(", impair: { loss: 100% }"),
            "+ impair red:eth0 loss 100%\n+ impair blue:eth0 loss 100%\n");
  EXPECT_EQ(ping(), -1);
  apply(", impair: { delay: 20ms }");
  EXPECT_GE(ping(5), 40);
}

// Nothing said that a link is impaired.
TEST_F(LiveImpairment, IsInspected) {
  up_with(", impair: { delay: 1ms, loss: 5% }");
  apply("");
  EXPECT_EQ(inspected().find("impair"), std::string::npos) << inspected();
  apply(", impair: { delay: 3ms }");
  EXPECT_NE(inspected().find("-- blue:eth0  sends with delay 3ms\n"), std::string::npos)
      << inspected();
  EXPECT_NE(inspected().find(R"("impairment": "delay 3ms")"), std::string::npos) << inspected();
}

// Its ends were taken for two links: each end's peer is the relay's.
TEST_F(LiveImpairment, LeavesTheEndsOfALinkEachOthersPeers) {
  up_with(", impair: { delay: 1ms }");
  EXPECT_EQ(in_child([&] {
              Client client(state_, "pair");
              const std::string text = to_text(inspect(client, {}));
              std::fputs(text.c_str(), stderr);
              return text.contains("blue:eth0") ? 0 : 1;
            }),
            0);
  const Joined joined = Client(state_, "pair").join();
  const auto points = resolve({CapturePlace{.node = "red", .far_node = "blue"}}, joined);
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[1].node->name + ":" + points[1].interface, "blue:eth0");
}

TEST_F(LiveImpairment, ComesAndGoesWithAnotherLink) {
  up_with("");
  apply(", impair: { delay: 20ms }");
  EXPECT_GE(ping(), 40);
  apply("");
  EXPECT_GE(ping(), 0);
  EXPECT_LT(ping(), 20);
}

}  // namespace
}  // namespace topoproof::live
