// SPDX-License-Identifier: GPL-2.0-or-later
// What a running lab is looked at with: inspection and capture.
#include <algorithm>
#include <cstdlib>

#include "capture/pcap_file.hh"
#include "live/capture.hh"
#include "live/inspect.hh"
#include "live/live_test.hh"
#include "sys/output.hh"

namespace topoproof::live {
namespace {

//  red eth0 10.0.0.1 -- host:br/p1 ; host br 10.0.0.254, counts and masquerades
const std::string kHost = R"(
name: bridged
nodes:
  red: { routes: [default via 10.0.0.254] }
  host:
    bridges: { br: { ipv4: 10.0.0.254/24 } }
    nftables: |
      table inet filter {
        chain input { type filter hook input priority 0;
          icmp type echo-request counter accept
        }
      }
links: [ "red:eth0 10.0.0.1/24 -- host:br/p1" ]
)";

class LiveLook : public LiveTest {
 protected:
  void SetUp() override {
    LiveTest::SetUp();
    if (!IsSkipped()) up(holding("bridged", kHost));
  }

  // In a child, which joins the lab's user namespace.
  std::string seen(const std::function<std::string(Client&)>& look) const {
    const auto file = folder_.path() / "seen";
    in_child([&] {
      Client client(state_, "bridged");
      sys::save_file(file, look(client));
      return 0;
    });
    return sys::read_file(file).value_or("nothing");
  }
  std::string inspected(const std::vector<std::string>& nodes) const {
    return seen([&](Client& client) { return to_text(inspect(client, nodes)); });
  }
  void ping() const { run("bridged", "red", {"ping", "-q", "-c1", "-W2", "10.0.0.254"}); }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(LiveLook, ShowsInterfacesWithTheirAddressesAndFarEnds) {
  const std::string text = inspected({});
  EXPECT_TRUE(has(text, "red\n  interfaces\n")) << text;
  EXPECT_TRUE(has(text, "10.0.0.1/24  -- host:p1\n")) << text;
  EXPECT_TRUE(has(text, "port of br  -- red:eth0\n")) << text;
  EXPECT_TRUE(has(text, "  routes\n    default via 10.0.0.254 dev eth0")) << text;
}

// The far ends are told although their nodes are not looked into.
TEST_F(LiveLook, ShowsTheFarEndsOfOneNode) {
  const std::string text = inspected({"red"});
  EXPECT_TRUE(has(text, "10.0.0.1/24  -- host:p1\n")) << text;
  EXPECT_FALSE(has(text, "\nhost\n")) << text;
}

TEST_F(LiveLook, ShowsALoopbackThatIsDown) {
  run("bridged", "red", {"ip", "link", "set", "lo", "down"});
  const std::string text = inspected({"red"});
  EXPECT_TRUE(has(text, "    lo    down  mtu 65536")) << text;
}

TEST_F(LiveLook, ShowsWhatRulesHaveMetAndWhereTheyStand) {
  ping();
  const std::string text = inspected({"host"});
  EXPECT_TRUE(has(text,
                  "pair.topo.yaml:10  icmp type echo-request counter accept  "
                  "(1 packets, 84 bytes)"))
      << text;
}

TEST_F(LiveLook, ShowsWhatTheBridgeHasLearned) {
  ping();
  EXPECT_TRUE(has(inspected({"host"}), "  bridge entries\n"));
}

TEST_F(LiveLook, SaysAllOfItAsJson) {
  ping();
  const std::string json =
      seen([&](Client& client) { return to_json("bridged", inspect(client, {})); });
  for (const char* key : {"\"version\": 1", "\"lab\": \"bridged\"", "\"interfaces\"", "\"routes\"",
                          "\"neighbors\"", "\"bridge_entries\"", "\"where\": \"pair.topo.yaml:10\"",
                          "\"packets\": 1", "\"connections\""}) {
    EXPECT_TRUE(has(json, key)) << key;
  }
}

TEST_F(LiveLook, DoesNotKnowAnUnknownNode) {
  EXPECT_EQ(seen([&](Client& client) -> std::string {
              try {
                inspect(client, {"hots"});
              } catch (const Refusal& refused) {
                return refused.what();
              }
              return "not refused";
            }),
            "lab 'bridged' has no node 'hots'; did you mean 'host'?");
}

class LiveCapture : public LiveLook {
 protected:
  // What a capture prints that begins before a ping and ends after `count` frames.
  std::string captured(const std::string& place, std::uint64_t count) const {
    return seen([&](Client& client) {
      std::string text;
      TextSink sink([&](std::string_view lines) { text += lines; });
      capture_frames(
          client,
          {.places = {parse_capture_place(place).value()}, .filter = "icmp", .count = count}, sink,
          [&] { ping(); });
      return text;
    });
  }
};

std::size_t lines_with(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST_F(LiveCapture, SeesOneInterface) {
  const std::string text = captured("red:eth0", 2);
  EXPECT_EQ(lines_with(text, " red:eth0 10.0.0.1 > 10.0.0.254 icmp"), 1U) << text;
  EXPECT_EQ(lines_with(text, " red:eth0 10.0.0.254 > 10.0.0.1 icmp"), 1U) << text;
}

TEST_F(LiveCapture, SeesBothEndsOfALinkInTheOrderOfTime) {
  const std::string text = captured("red--host", 4);
  EXPECT_LT(text.find("red:eth0"), text.find("host:p1")) << text;
  EXPECT_EQ(lines_with(text, "host:p1"), 2U) << text;
}

TEST_F(LiveCapture, SeesAllInterfacesByName) {
  const std::string text = captured("all", 6);
  EXPECT_TRUE(has(text, "host:br in  10.0.0.1 > 10.0.0.254")) << text;
  EXPECT_TRUE(has(text, "red:eth0 out 10.0.0.1 > 10.0.0.254")) << text;
}

TEST_F(LiveCapture, WritesAFileThatCanBeRead) {
  const auto file = folder_.path() / "lab.pcapng";
  seen([&](Client& client) -> std::string {
    capture::PcapngWriter writer(file);
    PcapngSink sink(writer);
    capture_frames(client, {.places = {{}}, .filter = "icmp", .count = 6}, sink, [&] { ping(); });
    writer.close();
    return "";
  });
  auto read = capture::PcapFile::open(file);
  ASSERT_TRUE(read.has_value()) << to_string(read.error());
  int frames = 0;
  while (read->next().value()) ++frames;
  EXPECT_EQ(frames, 6);
  EXPECT_TRUE(has(sys::read_file(file).value(), "host:p1"));
}

TEST_F(LiveCapture, EndsWithTheLab) {
  EXPECT_EQ(seen([&](Client& client) -> std::string {
              TextSink sink([](std::string_view) {});
              const auto summary = capture_frames(client, {.places = {}}, sink, [&] {
                if (::fork() == 0) {
                  down("bridged");
                  ::_exit(0);
                }
              });
              return summary.lab_ended ? "ended" : "not ended";
            }),
            "ended");
}

TEST_F(LiveCapture, RefusesWhatIsNotThere) {
  const auto refusal_of = [&](const char* place, const char* filter) {
    return seen([&](Client& client) -> std::string {
      TextSink sink([](std::string_view) {});
      try {
        capture_frames(client, {.places = {parse_capture_place(place).value()}, .filter = filter},
                       sink, [] {});
      } catch (const Refusal& refused) {
        return refused.what();
      }
      return "not refused";
    });
  };
  EXPECT_EQ(refusal_of("red:eth1", ""), "node 'red' has no interface 'eth1'; did you mean 'eth0'?");
  EXPECT_EQ(refusal_of("rde", ""), "there is no node 'rde'; did you mean 'red'?");
  EXPECT_EQ(refusal_of("red--red", ""), "there is no link between 'red' and 'red'");
  EXPECT_TRUE(has(refusal_of("red", "nonsense nonsense"), "nonsense"));
}

}  // namespace
}  // namespace topoproof::live
