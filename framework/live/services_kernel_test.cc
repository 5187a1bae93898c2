// SPDX-License-Identifier: GPL-2.0-or-later
// Real programs as services of a running lab.
#include "live/live_test.hh"
#include "live/log_follower.hh"
#include "live/service_list.hh"
#include "sys/error.hh"
#include "sys/event_loop.hh"
#include "sys/output.hh"
#include "sys/process.hh"

namespace topoproof::live::services_kernel_test {
namespace {

using service::State;

// The pair, with keys for blue.
std::string pair_with(const std::string& keys) {
  return "name: pair\n"
         "nodes: { red: { name_servers: 10.0.0.2 }, blue: { " +
         keys +
         " } }\n"
         "links: [ 'red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.2/24' ]\n";
}

bool is_there(const std::string& program) {
  try {
    sys::find_program(program);
    return true;
  } catch (const sys::SystemError&) {
    return false;
  }
}

class LiveServices : public LiveTest {
 protected:
  void up_with(const std::string& keys) const { up(holding("pair", pair_with(keys))); }

  std::string failure(const std::string& keys) const {
    try {
      up_with(keys);
    } catch (const std::runtime_error& failed) {
      return failed.what();
    }
    return "started";
  }

  std::string log(const std::string& service) const {
    return logs_text(state_.folder_of("pair"), "blue", service);
  }

  template <class F>
  static bool eventually(F holds) {
    return sys::EventLoop().run_until(holds, sys::Clock::now() + std::chrono::seconds(5));
  }

  std::vector<service::Status> services() const { return load_services(state_.folder_of("pair")); }
};

TEST_F(LiveServices, AreReadyWhenTheLabIsUp) {
  up_with("services: { talk: { run: echo hello; exec sleep 1000, ready: { log: hello } } }");
  const auto all = services();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].state, State::Ready);
  EXPECT_EQ(log("talk"), "hello\n");
  EXPECT_EQ(list_labs(state_).at(0).services, all);
}

TEST_F(LiveServices, ThatDoNotGetReadyLeaveNothing) {
  EXPECT_EQ(failure("services: { bad: { run: 'echo no such file; exit 3', ready: tcp/80 } }"),
            "service 'bad' of 'blue' ended with status 3 before it was ready; it said last:\n"
            "  no such file");
  EXPECT_TRUE(state_.names().empty());
}

TEST_F(LiveServices, ThatEndAreListedSo) {
  const auto go = (folder_.path() / "go").string();
  up_with("services: { short: 'until [ -e " + go + " ]; do sleep 0.01; done; exit 4' }");
  EXPECT_EQ(services_trouble(state_.folder_of("pair")), "");
  sys::save_file(go, "");
  EXPECT_TRUE(eventually([&] { return services().at(0).state == State::Ended; }));
  EXPECT_EQ(describe(services().at(0)), "short: ended with status 4");
  EXPECT_EQ(services_trouble(state_.folder_of("pair")),
            "service 'short' of 'blue' ended with status 4; it said nothing");
}

TEST_F(LiveServices, ThatCannotRunLeaveNothing) {
  const std::string refused = failure("services: { www: ngninx -g 'daemon off;' }");
  EXPECT_TRUE(refused.starts_with("service 'www' of 'blue' ended with status 127 before"))
      << refused;
  EXPECT_TRUE(state_.names().empty());
}

// The second word comes when the first one was seen, and then the lab ends.
TEST_F(LiveServices, AreFollowedUntilTheLabEnds) {
  const auto seen = (folder_.path() / "seen").string();
  up_with("services: { talk: { run: 'echo one; until [ -e " + seen +
          " ]; do sleep 0.01; done; echo two; exec sleep 1000', ready: { log: one } } }");
  Client client(state_, "pair");
  std::string text;
  const bool ended = follow_logs(client, {.node = "blue"}, [&](std::string_view part) {
    text += part;
    if (text == "one\n") sys::save_file(seen, "");
    if (text == "one\ntwo\n") down("pair");
  });
  EXPECT_TRUE(ended);
  EXPECT_EQ(text, "one\ntwo\n");
}

TEST_F(LiveServices, AreFollowedUntilItIsEnough) {
  up_with("services: { talk: { run: echo one; exec sleep 1000, ready: { log: one } } }");
  Client client(state_, "pair");
  const std::atomic<bool> stop = true;
  std::string text;
  EXPECT_FALSE(follow_logs(client, {.node = "blue", .service = "talk", .stop = &stop},
                           [&](std::string_view part) { text += part; }));
  EXPECT_EQ(text, "one\n");
}

TEST_F(LiveServices, AreNamedWhenAskedFor) {
  up_with("services: { web: exec sleep 1000 }");
  const auto folder = state_.folder_of("pair");
  EXPECT_EQ(refusal([&] { logs_text(folder, "blue", "wbe"); }),
            "node 'blue' has no service 'wbe'; did you mean 'web'?");
  EXPECT_EQ(refusal([&] { logs_text(folder, "bleu", ""); }),
            "no node 'bleu' has a service; did you mean 'blue'?");
}

TEST_F(LiveServices, ServeNginx) {
  if (!is_there("nginx")) TOPOPROOF_SKIP("the program nginx");
  const auto conf = folder_.path() / "nginx.conf";
  sys::save_file(
      conf,
      "user root; pid nginx.pid; error_log stderr; events {}\n"
      "http { access_log off; server { listen 80; return 200 'from $hostname\\n'; } }\n");
  up_with("services: { www: { run: nginx -p " + folder_.path().string() + " -c " + conf.string() +
          " -g 'daemon off;', ready: tcp/80 } }");
  EXPECT_EQ(output("pair", "red",
                   "bash -c 'exec 3<>/dev/tcp/blue/80; printf \"GET / HTTP/1.0\\r\\n\\r\\n\" >&3;"
                   " tail -1 <&3'"),
            "from blue");
}

TEST_F(LiveServices, ServeDnsmasqToTheResolverOfANode) {
  if (!is_there("dnsmasq")) TOPOPROOF_SKIP("the program dnsmasq");
  up_with(
      "services: { dns: { run: [dnsmasq, -k, -u, root, --no-resolv, --conf-file=/dev/null,"
      " --pid-file, --log-facility=-, --address=/example.test/10.9.9.9], ready: udp/53 } }");
  EXPECT_EQ(output("pair", "red", "getent ahostsv4 example.test | head -1"),
            "10.9.9.9        STREAM example.test");
}

TEST_F(LiveServices, ServeIperf) {
  if (!is_there("iperf3")) TOPOPROOF_SKIP("the program iperf3");
  up_with("services: { iperf: { run: iperf3 -s, ready: tcp/5201 } }");
  EXPECT_EQ(run("pair", "red", {"sh", "-c", "iperf3 -c blue -n 1M >/dev/null"}), 0);
}

TEST_F(LiveServices, ServeNetcat) {
  if (!is_there("nc")) TOPOPROOF_SKIP("the program nc");
  up_with("services: { sink: { run: nc -lk 9000, ready: tcp/9000 } }");
  EXPECT_EQ(run("pair", "red", {"sh", "-c", "echo through | nc -N blue 9000"}), 0);
  EXPECT_TRUE(eventually([&] { return log("sink") == "through\n"; })) << log("sink");
}

}  // namespace
}  // namespace topoproof::live::services_kernel_test
