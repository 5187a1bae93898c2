// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/services.hh"

#include <algorithm>
#include <array>
#include <ranges>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/epoll.h>

#include "base/shell_word.hh"
#include "service/running.hh"
#include "sys/error.hh"
#include "sys/process.hh"

namespace topoproof::service {
namespace {

// Nothing tells of a socket that listens, or a line in a file: one looks. The waits get longer, for
// a program that takes its time.
constexpr std::chrono::milliseconds kFirstLook(2);
constexpr std::chrono::milliseconds kLongestWait(50);

constexpr std::size_t kLastLines = 10;
constexpr std::size_t kLastBytes = 4096;

bool is_same(const topology::Program& a, topology::Program b) {
  b.where = a.where;
  return a == b;
}

std::string_view to_string(State state) {
  switch (state) {
    case State::Starting:
      return "starting";
    case State::Ready:
      return "ready";
    case State::Ended:
      return "ended";
  }
  return "";
}

std::string words_text(const std::vector<std::string>& command) {
  std::vector<std::string> words;
  for (const std::string& word : command) words.push_back(shell_quoted(word));
  return fmt::format("{}", fmt::join(words, " "));
}

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

}  // namespace

std::string shell_comment(const topology::Topology& topology) {
  std::string text;
  for (const topology::Node& node : topology.nodes()) {
    for (const topology::Program& program : node.programs) {
      text += fmt::format("# ip netns exec {} {}  # service {}", shell_quoted(node.name),
                          one_line(words_text(program.command)), program.name);
      const std::string readiness = describe(program.ready);
      text += readiness.empty() ? "\n" : fmt::format(", ready with {}\n", one_line(readiness));
    }
  }
  return text;
}

namespace {

// Programs that begin as root and go on as somebody else say it in words of their own.
bool wants_another_user(std::string_view said) {
  constexpr std::array<std::string_view, 7> kAttempts{
      "user-id", "group-id", "setuid", "setgid", "setgroups", "initgroups", "setting capabilities"};
  const bool is_refused = said.contains("Operation not permitted");
  return is_refused &&
         std::ranges::any_of(kAttempts, [&](auto attempt) { return said.contains(attempt); });
}

}  // namespace

std::string last_words(const std::filesystem::path& log) {
  std::string text = log_text(log);
  if (text.size() > kLastBytes) text.erase(0, text.size() - kLastBytes);
  std::vector<std::string> lines;
  for (const auto line : std::views::split(text, '\n')) {
    if (!line.empty()) lines.emplace_back(line.begin(), line.end());
  }
  if (lines.empty()) return "it said nothing";
  if (lines.size() > kLastLines) {
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kLastLines));
  }
  const std::string hint = wants_another_user(text)
                               ? "\na node has one user, root: let the program stay that (dnsmasq "
                                 "with -u root, nginx with "
                                 "`user root;`)"
                               : "";
  return fmt::format("it said last:\n  {}{}", fmt::join(lines, "\n  "), hint);
}

std::string trouble_of(const Status& ended, const std::filesystem::path& log) {
  return fmt::format("service '{}' of '{}' ended with status {}; {}", ended.name, ended.node,
                     ended.exit_status.value_or(0), last_words(log));
}

Services::Services(Options options) : options_(std::move(options)), logs_(options_.logs) {}
Services::~Services() = default;

bool Services::runs(const topology::Node& node, const topology::Program& program) const {
  return std::ranges::any_of(running_, [&](const auto& running) {
    return running->node() == node.name && is_same(running->program(), program);
  });
}

std::vector<Services::Place> Services::missing_of(const topology::Topology& topology) const {
  std::vector<Place> missing;
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    const topology::Node& node = topology.nodes()[i];
    for (const topology::Program& program : node.programs) {
      if (!runs(node, program)) missing.emplace_back(NodeId(i), &program);
    }
  }
  return missing;
}

std::vector<const Services::Running*> Services::needless_in(
    const topology::Topology& topology) const {
  std::vector<const Running*> needless;
  for (const auto& running : running_) {
    const auto node = topology.find_node(running->node());
    const auto is_wanted = [&](const topology::Program& program) {
      return is_same(running->program(), program);
    };
    if (node && std::ranges::any_of(topology.node(*node).programs, is_wanted)) continue;
    needless.push_back(running.get());
  }
  return needless;
}

std::string Services::difference(const topology::Topology& topology) const {
  std::string text;
  for (const Running* running : needless_in(topology)) {
    text += fmt::format("end service {} of {}\n", running->program().name, running->node());
  }
  for (const auto& [node, program] : missing_of(topology)) {
    text += fmt::format("start service {} of {}: {}\n", program->name, topology.node(node).name,
                        topology::command_text(program->command));
  }
  return text;
}

void Services::end_needless(const topology::Topology& topology) {
  const auto needless = needless_in(topology);
  std::erase_if(running_, [&](const auto& running) {
    return std::ranges::find(needless, running.get()) != needless.end();
  });
}

void Services::change_to(const topology::Topology& topology, const NetnsOf& netns_of,
                         const std::filesystem::path& base, const std::function<bool()>& give_up) {
  end_needless(topology);
  const std::size_t before = running_.size();
  try {
    for (const auto& [node, program] : missing_of(topology)) {
      running_.push_back(start(topology.node(node).name, netns_of(node), *program, base));
    }
    await_ready(give_up);
  } catch (const std::exception&) {
    running_.resize(before);
    throw;
  }
}

std::unique_ptr<Services::Running> Services::start(const std::string& node, const sys::Netns& netns,
                                                   const topology::Program& program,
                                                   const std::filesystem::path& base) {
  try {
    return std::make_unique<Running>(node, netns, program, base, options_, logs_);
  } catch (const sys::SystemError& refused) {
    throw std::runtime_error(fmt::format("service '{}' of '{}' cannot be started: {}", program.name,
                                         node, refused.what()));
  }
}

void Services::await_ready(const std::function<bool()>& give_up) {
  sys::EventLoop loop;
  auto wait = kFirstLook;
  while (!give_up || !give_up()) {
    bool all = true;
    for (const auto& running : running_) {
      running->look();
      all &= running->is_ready();
    }
    if (all) return;
    loop.run_until([] { return false; }, sys::Clock::now() + wait);
    wait = std::min(wait * 2, kLongestWait);
  }
}

std::vector<Status> Services::states() {
  std::vector<Status> states;
  for (const auto& running : running_) states.push_back(running->status());
  return states;
}

std::string Services::trouble() {
  std::vector<std::string> sentences;
  for (const auto& running : running_) {
    if (std::string sentence = running->trouble(); !sentence.empty()) {
      sentences.push_back(std::move(sentence));
    }
  }
  return fmt::format("{}", fmt::join(sentences, "\n"));
}

bool Services::take_end(int process, int wait_status) {
  return std::ranges::any_of(
      running_, [&](const auto& running) { return running->take_end(process, wait_status); });
}

void Services::end(std::chrono::milliseconds grace) {
  sys::EventLoop loop;
  std::vector<sys::Fd> ends;
  for (const auto& running : running_) {
    if (!running->process().is_running()) continue;
    ends.push_back(sys::open_process(running->process().pid()));
    running->process().ask_to_end();
  }
  const auto all_ended = [&] { return std::ranges::all_of(ends, sys::has_ended); };
  for (const sys::Fd& end : ends) {
    if (end.is_open())
      loop.watch(end.get(), EPOLLIN, [fd = end.get(), &loop](auto) { loop.forget(fd); });
  }
  loop.run_until(all_ended, sys::Clock::now() + grace);
  running_.clear();
}

std::string describe(const Status& service) {
  std::string text = fmt::format("{}: {}", service.name, to_string(service.state));
  if (service.state == State::Ended) {
    return text + fmt::format(" with status {}", service.exit_status.value_or(0));
  }
  if (service.process != 0) text += fmt::format(", process {}", service.process);
  if (!service.readiness.empty()) text += ", " + service.readiness;
  return text;
}

}  // namespace topoproof::service
