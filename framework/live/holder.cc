// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/holder.hh"

#include <chrono>
#include <csignal>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/suggest.hh"
#include "lab/rules.hh"
#include "live/protocol.hh"
#include "live/record.hh"
#include "live/running_lab.hh"
#include "live/service_list.hh"
#include "sys/closing_watch.hh"
#include "sys/error.hh"
#include "sys/event_loop.hh"
#include "sys/init_process.hh"
#include "sys/output.hh"
#include "sys/signal_fd.hh"

namespace topoproof::live {
namespace {

class Holder {
 public:
  Holder(const Holding& holding, const std::filesystem::path& folder)
      : folder_(folder), signals_{SIGCHLD, SIGTERM, SIGINT}, lab_(holding, folder) {
    write_services();
    write_record();
    listener_ = sys::listen_at(folder / "socket");
    loop_.watch(listener_.get(), EPOLLIN, [this](std::uint32_t) { greet(); });
    loop_.watch(signals_.fd(), EPOLLIN, [this](std::uint32_t) { take_signals(); });
  }

  void serve_until_end() {
    while (!ending_) loop_.wait();
  }

  // Programs may have something to put in order.
  void end_services() { lab_.services().end(std::chrono::seconds(1)); }

  void say_farewell() {
    for (auto& [fd, who] : farewells_) tell(who, {});
  }

 private:
  void write_services() { save_services(folder_, lab_.services().states()); }

  // Of what runs, which may be another network than at first, or half of one.
  void write_record() {
    auto record = load_record(folder_);
    if (!record) return;
    record->file = lab_.file();
    record->nodes = lab_.topology().nodes().size();
    record->links = lab_.topology().links().size();
    record->is_between = lab_.is_between();
    save_record(folder_, *record);
  }

  std::string change(const Request& request, const sys::Parcel& parcel) {
    std::string text;
    try {
      text = lab_.change(request, parcel);
    } catch (const std::exception&) {
      write_record();
      throw;
    }
    write_services();
    if (request.verb == Verb::Apply) write_record();
    return text;
  }

  void greet() {
    auto who = sys::accept_from(listener_);
    if (!who) return;
    const int fd = who->fd();
    clients_.emplace(fd, *std::move(who));
    loop_.watch(fd, EPOLLIN, [this, fd](std::uint32_t) { hear(fd); });
  }

  // Whoever is gone, or says what cannot be understood, is let go; the lab is not theirs to end.
  void hear(int fd) {
    try {
      const auto parcel = clients_.at(fd).receive();
      if (!parcel) return forget(fd);
      const auto request = parse_request(parcel->text);
      if (request) return answer(fd, *request, *parcel);
      tell(clients_.at(fd), {.status = Status::Failed, .text = to_string(request.error())});
    } catch (const std::exception& gone) {
      sys::print(sys::Stream::Error, fmt::format("a client is let go: {}\n", gone.what()));
      forget(fd);
    }
  }

  void forget(int fd) {
    loop_.forget(fd);
    clients_.erase(fd);
  }

  void answer(int fd, const Request& request, const sys::Parcel& parcel) {
    sys::Channel& who = clients_.at(fd);
    if (request.verb == Verb::Down) {
      ending_ = true;
      loop_.forget(fd);
      farewells_.insert(clients_.extract(fd));
      return;
    }
    try {
      if (request.verb == Verb::Join) return hand_out(who, request.nodes);
      if (request.verb == Verb::Enter) return let_in(who, request.nodes.at(0));
      if (request.verb == Verb::Idle) return tell(who, {.text = lab_.is_idle() ? "idle" : "busy"});
      if (request.verb == Verb::Lines) return tell(who, {.text = lab_.rule_lines()});
      tell(who, {.text = change(request, parcel)});
    } catch (const Refusal& refused) {
      tell(who, {.status = Status::Refused, .text = refused.what()});
    } catch (const lab::RulesRefused& refused) {
      tell(who, {.status = Status::Refused, .text = refused.what()});
    } catch (const std::runtime_error& refused) {
      tell(who, {.status = Status::Failed, .text = refused.what()});
    }
  }

  static void tell(sys::Channel& who, const Answer& answer) { who.send(to_json(answer)); }

  void hand_out(sys::Channel& who, const std::vector<std::string>& names) {
    const std::vector<NodeId> nodes = lab_.nodes_named(names);
    std::vector<int> descriptors{own_.user.get()};
    Answer answer;
    for (const lab::CarriedEnd& end : lab_.carried_ends()) {
      const bool is_impaired = end.impairment != impair::Impairment();
      answer.carried.push_back(
          {end.index, end.far_index, is_impaired ? to_string(end.impairment) : ""});
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      answer.nodes.push_back(lab_.name_of(nodes[i]));
      descriptors.push_back(lab_.netns(nodes[i]).fd());
      answer.more = i + 1 < nodes.size();
      if (answer.more && descriptors.size() < sys::kMostDescriptors) continue;
      who.send(to_json(answer), descriptors);
      answer.nodes.clear();
      answer.carried.clear();
      descriptors.clear();
    }
  }

  void let_in(sys::Channel& who, const std::string& name) {
    const NodeId node = lab_.node_named(name);
    who.send(to_json(Answer()), to_descriptors(own_, lab_.surroundings(node), lab_.netns(node)));
  }

  void take_signals() {
    while (const auto signal = signals_.next()) ending_ |= *signal != SIGCHLD;
    int status = 0;
    bool any_service = false;
    while (const pid_t ended = sys::reap(status)) {
      any_service |= lab_.services().take_end(ended, status);
    }
    if (any_service) write_services();
  }

  std::filesystem::path folder_;
  sys::SignalFd signals_;  // before the lab, which has threads
  sys::ProcessNamespaces own_ = sys::own_namespaces();
  RunningLab lab_;
  sys::EventLoop loop_;
  sys::Fd listener_;
  std::map<int, sys::Channel> clients_;
  std::map<int, sys::Channel> farewells_;  // who asked for the end, and waits for it
  bool ending_ = false;
};

// Nobody would know of the lab that is being built: with its first process all of it ends.
[[noreturn]] void end_for_want_of_a_starter(const StateFolder& state, const Claim& claim) {
  try {
    state.release(claim);
  } catch (const std::exception&) {
    ::_exit(1);
  }
  ::_exit(1);
}

}  // namespace

void hold(const StateFolder& state, const Claim& claim, const Holding& holding,
          sys::Channel& starter) {
  sys::close_all_but({claim.lock.get(), starter.fd()});
  sys::detach_output((claim.folder / "log").c_str());
  std::optional<sys::ClosingWatch> watch;
  watch.emplace(starter.fd(), [&] { end_for_want_of_a_starter(state, claim); });
  Holder holder(holding, claim.folder);
  watch.reset();
  starter.send(to_json(Answer{}));
  starter = sys::Channel();
  holder.serve_until_end();
  holder.end_services();
  state.release(claim);
  holder.say_farewell();
}

}  // namespace topoproof::live
