// SPDX-License-Identifier: GPL-2.0-or-later
// For kernel tests: a folder for labs of their own, in which none is left running.
#pragma once

#include <csignal>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live/client.hh"
#include "live/listing.hh"
#include "live/refusal.hh"
#include "live/run.hh"
#include "live/start.hh"
#include "sys/error.hh"
#include "sys/files.hh"
#include "sys/kernel_test.hh"
#include "topofile/reader.hh"

namespace topoproof::live {

//  red eth0 10.0.0.1 -- 10.0.0.2 eth0 blue
inline const std::string kPair = R"(
name: pair
nodes: { red: {}, blue: { routes: [10.9.0.0/16 via 10.0.0.1] } }
links: [ "red:eth0 10.0.0.1/24 fd00::1/64 -- blue:eth0 10.0.0.2/24 fd00::2/64" ]
)";

inline Holding holding(const std::string& name, const std::string& text = kPair) {
  return {.name = name,
          .file = "pair.topo.yaml",
          .topology = topofile::parse_topology(text, "pair.topo.yaml").value(),
          .read_topology = {}};
}

// For what is applied to a lab.
inline topology::Topology read_plain_topology(const std::string& file,
                                              std::span<const std::string> /*variants*/,
                                              Issues& issues) {
  auto topology = topofile::parse_topology(sys::read_file(file).value_or(""), file);
  if (topology) return *std::move(topology);
  issues = std::move(topology.error());
  return topology::Topology();
}

// Joining namespaces cannot be undone: it is done in a child. RETURNS: its exit code.
inline int in_child(const std::function<int()>& f) {
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 99;
    try {
      code = f();
    } catch (const std::exception& refused) {
      std::fputs(refused.what(), stderr);
    }
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// For a shell in a lab to say that it has come to a point.
class Waiting {
 public:
  explicit Waiting(const std::filesystem::path& folder) : fifo_(folder / "ready") {
    sys::check_result(::mkfifo(fifo_.c_str(), 0600), "make a fifo");
  }
  std::string say() const { return "echo >" + fifo_.string(); }
  void wait() const { sys::read_file(fifo_); }

 private:
  std::filesystem::path fifo_;
};

class LiveTest : public sys::KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (sys::kChildrenHaveThreads) TOPOPROOF_SKIP("children of one thread (thread sanitizer)");
  }
  void TearDown() override {
    for (const std::string& name : state_.names()) {
      if (state_.is_alive(name)) Client(state_, name).end();
    }
  }

  void up(const Holding& what) const { start(state_, what); }
  void down(const std::string& name) const { Client(state_, name).end(); }

  // The exit code of a program in a node of the lab.
  int run(const std::string& lab, const std::string& node,
          const std::vector<std::string>& arguments) const {
    return in_child([&] {
      Client client(state_, lab);
      return run_in_node(client, node, arguments);
    });
  }

  // What a program of the lab prints.
  std::string output(const std::string& lab, const std::string& node,
                     const std::string& command) const {
    const auto file = folder_.path() / "output";
    run(lab, node, {"sh", "-c", command + " >" + file.string() + " 2>&1"});
    return sys::read_file(file).value_or("nothing");
  }

  template <class F>
  std::string refusal(F f) const {
    try {
      f();
    } catch (const Refusal& refused) {
      return refused.what();
    }
    return "not refused";
  }

  sys::TempDir folder_;
  StateFolder state_{folder_.path() / "labs"};
};

}  // namespace topoproof::live
