// SPDX-License-Identifier: GPL-2.0-or-later
// The programs of a topology (`services:`) while they run in the nodes of its lab: started
// together, waited for until they are ready, ended together, with what they print kept in files.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "service/hosts.hh"
#include "service/logs.hh"
#include "sys/netns.hh"
#include "topology/topology.hh"

namespace topoproof::service {

// A service that ended before it was ready, or was not ready in time; with what it printed last.
class NotReady : public std::runtime_error {
 public:
  explicit NotReady(const std::string& sentence) : std::runtime_error(sentence) {}
};

enum class State { Starting, Ready, Ended };

struct Status {
  std::string node;
  std::string name;
  State state = State::Starting;
  int process = 0;                      // as the caller's PID namespace counts
  std::optional<int> exit_status = {};  // of one that has ended
  std::string command = {};
  std::string readiness = {};  // in words; empty: none was asked
  friend auto operator<=>(const Status&, const Status&) = default;
};
// "nginx: ready, process 12, tcp/80", "nginx: ended with status 1".
std::string describe(const Status& service);

struct Options {
  std::filesystem::path logs;  // a folder
  NameFiles& name_files;       // of the network; outlives the services
  std::string lab = {};        // as programs are told in TOPOPROOF_LAB
  bool own_processes = false;  // sys::ServiceStart has it
};

// What is started, as a comment of a script: the programs run beside the network, and are not part
// of it. Empty if there are none.
std::string shell_comment(const topology::Topology& topology);

// "it said last:\n  ...", or that it said nothing.
std::string last_words(const std::filesystem::path& log);
// "service 'www' of 'web' ended with status 127; it said last: ..."
std::string trouble_of(const Status& ended, const std::filesystem::path& log);

class Services {
 public:
  using NetnsOf = std::function<const sys::Netns&(NodeId)>;

  // REQUIRES: the folders exist.
  explicit Services(Options options);
  ~Services();  // kills what runs
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;

  // What has to be done so that these are the services that run: those that are missing or are
  // described otherwise are ended, those that are new are to be started. In words, a line each.
  std::string difference(const topology::Topology& topology) const;
  // Does it, and waits until all are ready. `base` is where the file names of the topology are
  // relative to. `give_up` is asked meanwhile. Of those that do not get ready nothing is left.
  // THROWS: NotReady; sys::SystemError if one cannot be started
  void change_to(const topology::Topology& topology, const NetnsOf& netns_of,
                 const std::filesystem::path& base, const std::function<bool()>& give_up = nullptr);

  std::vector<Status> states();  // in the order of the file
  bool empty() const { return running_.empty(); }
  // Of those that have failed since they were ready, a sentence each; empty: there are none.
  std::string trouble();

  // For whoever reaps all children: a process has ended. RETURNS: whether it was one of these.
  bool take_end(int process, int wait_status);
  // Asks all to end (SIGTERM), and kills those that have not within `grace`.
  void end(std::chrono::milliseconds grace);

 private:
  class Running;
  using Place = std::pair<NodeId, const topology::Program*>;

  bool runs(const topology::Node& node, const topology::Program& program) const;
  std::vector<Place> missing_of(const topology::Topology& topology) const;
  std::vector<const Running*> needless_in(const topology::Topology& topology) const;
  void end_needless(const topology::Topology& topology);
  std::unique_ptr<Running> start(const std::string& node, const sys::Netns& netns,
                                 const topology::Program& program,
                                 const std::filesystem::path& base);
  void await_ready(const std::function<bool()>& give_up);

  Options options_;
  Logs logs_;
  std::vector<std::unique_ptr<Running>> running_;
};

}  // namespace topoproof::service
