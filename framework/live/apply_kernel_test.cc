// SPDX-License-Identifier: GPL-2.0-or-later
// A running lab that becomes another network.
#include "live/live_test.hh"
#include "sys/output.hh"

namespace topoproof::live {
namespace {

//  red -- host:br -- blue, and green, which comes and goes
const std::string kBefore = R"(
nodes:
  red: { routes: [default via 10.0.0.254] }
  blue: {}
  host:
    forwarding: true
    bridges: { br: { ipv4: 10.0.0.254/24 } }
    nftables: 'add table ip first'
links:
  - red:eth0 10.0.0.1/24 -- host:br/p1
  - blue:eth0 10.0.0.2/24 -- host:br/p2
)";
const std::string kAfter = R"(
nodes:
  green: { routes: [default via 10.7.0.1] }
  red: { routes: [default via 10.0.0.254] }
  host:
    forwarding: true
    bridges: { br: { ipv4: 10.0.0.254/24 } }
    nftables: 'add table ip second'
links:
  - green:eth0 10.7.0.2/24 -- host:green 10.7.0.1/24
  - red:eth0 10.0.0.1/24 -- host:br/p1
)";

class LiveApply : public LiveTest {
 protected:
  void SetUp() override {
    LiveTest::SetUp();
    if (IsSkipped()) return;
    Holding before = holding("net", kBefore);
    before.read_topology = read_plain_topology;
    up(before);
  }

  std::string apply(const std::string& text, bool dry_run = false) const {
    sys::save_file(folder_.path() / "new.topo.yaml", text);
    const sys::Fd folder = sys::open_folder(folder_.path());
    const int descriptor = folder.get();
    return Client(state_, "net")
        .ask({.verb = Verb::Apply, .file = "new.topo.yaml", .dry_run = dry_run}, {&descriptor, 1});
  }
  int ping(const std::string& from, const std::string& to) const {
    return run("net", from, {"ping", "-q", "-c1", "-W2", to});
  }
};

// They were told as a failure of the lab's.
TEST_F(LiveApply, RefusesRulesThatTheKernelRefuses) {
  std::string wrong = kAfter;
  wrong.replace(wrong.find("add table ip second"), 19, "add chain ip none c");
  EXPECT_NE(refusal([&] { apply(wrong); }).find("No such file or directory"), std::string::npos);
}

TEST_F(LiveApply, MakesAnotherNetworkOfIt) {
  apply(kAfter);
  EXPECT_EQ(ping("green", "red"), 0);
  EXPECT_EQ(output("net", "host", "nft list tables"), "table ip second");
  EXPECT_EQ(output("net", "host", "ip -br link show p2 2>&1 | wc -l"), "1");  // is not there
  EXPECT_EQ(refusal([&] { Client(state_, "net").join({"blue"}); }), "lab 'net' has no node 'blue'");
  EXPECT_EQ(apply(kAfter), "nothing to do\n");
}

TEST_F(LiveApply, IsKnownByNameToProgramsThatRun) {
  const Waiting entered(folder_.path());
  const std::string until = "until grep -q green /etc/hosts; do sleep 0.01; done";
  const pid_t program = ::fork();
  if (program == 0) {
    Client client(state_, "net");
    ::_exit(run_in_node(client, "red",
                        {"sh", "-c", entered.say() + "; exec timeout 5 sh -c '" + until + "'"}));
  }
  entered.wait();
  apply(kAfter);
  int status = 0;
  ::waitpid(program, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST_F(LiveApply, AndBackAgain) {
  apply(kAfter);
  apply(kBefore);
  EXPECT_EQ(ping("red", "blue"), 0);
  EXPECT_EQ(output("net", "host", "nft list tables"), "table ip first");
}

TEST_F(LiveApply, LeavesAloneWhatStays) {
  const std::string before = output("net", "red", "ip -o link show eth0");
  const std::string mac = output("net", "red", "cat /proc/net/arp | wc -l");
  apply(kAfter);
  EXPECT_EQ(output("net", "red", "ip -o link show eth0"), before);
  EXPECT_EQ(output("net", "red", "cat /proc/net/arp | wc -l"), mac);
}

// A link that somebody took down was up again in the plan only, and an address more for its node
// failed, or stood beside a link that was said to be up.
TEST_F(LiveApply, KeepsDownWhatWasTakenDown) {
  Client(state_, "net").ask({.verb = Verb::SetLink, .nodes = {"red"}, .interface = "eth0"});
  std::string after = kAfter;
  after.replace(after.find("red:eth0 10.0.0.1/24"), 20, "red:eth0 10.0.0.1/24 10.0.0.7/24");
  const std::string text = apply(after);
  EXPECT_NE(text.find("  red:eth0 stays down, as `link down` left it\n"), std::string::npos)
      << text;
  EXPECT_NE(ping("red", "10.0.0.254"), 0);
  Client(state_, "net")
      .ask({.verb = Verb::SetLink, .nodes = {"red"}, .interface = "eth0", .up = true});
  EXPECT_EQ(ping("green", "10.0.0.7"), 0);
}

TEST_F(LiveApply, ForgetsThatALinkWasTakenDownWithTheLink) {
  Client(state_, "net").ask({.verb = Verb::SetLink, .nodes = {"blue"}, .interface = "eth0"});
  EXPECT_EQ(apply(kAfter).find("blue:eth0 stays"), std::string::npos);
  EXPECT_EQ(apply(kBefore).find("blue:eth0 stays"), std::string::npos);
  EXPECT_EQ(ping("red", "blue"), 0);
}

TEST_F(LiveApply, OnlySaysWhatItWouldDo) {
  const std::string text = apply(kAfter, true);
  EXPECT_NE(text.find("- delete link host:p2\n"), std::string::npos) << text;
  EXPECT_NE(text.find("- let go namespace blue\n"), std::string::npos) << text;
  EXPECT_EQ(ping("red", "blue"), 0);
}

TEST_F(LiveApply, OfAWrongFileChangesNothing) {
  EXPECT_NE(refusal([&] { apply("nodes: { red: { rotes: [] } }"); }).find("rotes"),
            std::string::npos);
  EXPECT_EQ(ping("red", "blue"), 0);
}

// They were tried when half of the change was done.
TEST_F(LiveApply, OfWrongRulesChangesNothing) {
  const std::string refused = R"(
nodes: { red: { nftables: 'add rule ip nowhere nothing accept' }, blue: {} }
)";
  EXPECT_NE(refusal([&] { apply(refused, true); }).find("new.topo.yaml:2"), std::string::npos);
  EXPECT_NE(refusal([&] { apply(refused); }).find("new.topo.yaml:2"), std::string::npos);
  EXPECT_EQ(ping("red", "blue"), 0);
  EXPECT_EQ(list_labs(state_).at(0).state, LabState::Running);
}

TEST_F(LiveApply, TriesRulesThatNameInterfacesWhereTheyAre) {
  std::string after = kAfter;
  const std::string rules = "add table ip second";
  after.replace(after.find(rules), rules.size(),
                "table ip second { chain c { iif { green, br } accept; }; }");
  apply(after);
  EXPECT_NE(output("net", "host", "nft list ruleset").find("iif { "), std::string::npos);
}

// Afterwards a lab could only be ended.
TEST_F(LiveApply, ThatFailedOnItsWayIsGoneOnWith) {
  std::string refused = kAfter;
  const std::string routes = "red: { routes: [default via 10.0.0.254]";
  refused.replace(refused.find(routes), routes.size(),
                  routes + ", sysctls: { net.ipv4.conf.eth0.no_such: 1 }");
  EXPECT_THROW(apply(refused), std::runtime_error);
  EXPECT_EQ(list_labs(state_).at(0).state, LabState::Between);
  apply(kAfter);
  EXPECT_EQ(list_labs(state_).at(0).state, LabState::Running);
  EXPECT_EQ(ping("green", "red"), 0);
  EXPECT_THROW(apply(refused), std::runtime_error);
  apply(kBefore);
  EXPECT_EQ(ping("red", "blue"), 0);
  EXPECT_EQ(output("net", "host", "nft list tables"), "table ip first");
}

TEST_F(LiveApply, TakesWhatSomebodyHasDoneByHand) {
  std::string after = kBefore;
  const std::string routes = "red: { routes: [default via 10.0.0.254";
  after.replace(after.find(routes), routes.size(), routes + ", 10.9.0.0/16 via 10.0.0.2");
  EXPECT_EQ(output("net", "red", "ip route add 10.9.0.0/16 via 10.0.0.2"), "");
  EXPECT_NE(apply(after), "nothing to do\n");
  EXPECT_EQ(output("net", "red", "ip route del 10.9.0.0/16"), "");
  EXPECT_NE(apply(kBefore), "nothing to do\n");
  // Another one than is wanted is not.
  EXPECT_EQ(output("net", "red", "ip route add 10.9.0.0/16 via 10.0.0.254"), "");
  EXPECT_THROW(apply(after), std::runtime_error);
}

// It went on to say what the lab was at first.
TEST_F(LiveApply, IsListed) {
  apply(kAfter);
  const Record record = list_labs(state_).at(0).record;
  EXPECT_EQ(record.nodes, 3U);
  EXPECT_EQ(record.links, 2U);
  EXPECT_EQ(record.file, (folder_.path() / "new.topo.yaml").string());
}

}  // namespace
}  // namespace topoproof::live
