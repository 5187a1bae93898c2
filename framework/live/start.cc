// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/start.hh"

#include <filesystem>
#include <stdexcept>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/rules.hh"
#include "live/protocol.hh"
#include "live/record.hh"
#include "live/refusal.hh"
#include "live/starting.hh"
#include "sys/channel.hh"
#include "sys/error.hh"
#include "sys/files.hh"
#include "sys/held_signals.hh"
#include "sys/init_process.hh"
#include "sys/process.hh"
#include "sys/signal_fd.hh"

namespace topoproof::live {
namespace {

Record record_of(const Holding& holding) {
  const auto now = std::chrono::system_clock::now();
  return {.name = holding.name,
          .file = std::filesystem::absolute(holding.file).string(),
          .nodes = holding.topology.nodes().size(),
          .links = holding.topology.links().size(),
          .started = std::chrono::floor<std::chrono::seconds>(now)};
}

// In the child. What goes wrong is told to the starter, who removes what is left.
[[noreturn]] void become_holder(const StateFolder& state, const Claim& claim,
                                const Holding& holding, sys::Channel& starter) {
  Answer failure{.status = Status::Failed};
  try {
    sys::restore_signals();
    sys::become_init([&](pid_t pid) { note_holder(claim.folder, pid); });
    hold(state, claim, holding, starter);
    ::_exit(0);
  } catch (const Refusal& refused) {
    failure = {.status = Status::Refused, .text = refused.what()};
  } catch (const lab::RulesRefused& refused) {
    failure = {.status = Status::Refused, .text = refused.what()};
  } catch (const std::exception& refused) {
    failure.text = refused.what();
  }
  try {
    if (starter.fd() >= 0) starter.send(to_json(failure));
  } catch (const std::exception&) {
    state.release(claim);  // the starter is gone as well
  }
  ::_exit(1);
}

Answer receive_answer(sys::Channel& holder, const Claim& claim) {
  const auto parcel = holder.receive();
  const auto answer = parcel ? parse_answer(parcel->text) : std::unexpected(Issue());
  if (answer) return *answer;
  const auto log = sys::read_file(claim.folder / "log");
  return {.status = Status::Failed,
          .text = fmt::format("the lab's holder died while it built the lab{}{}",
                              log && !log->empty() ? "; it said last:\n" : "", log.value_or(""))};
}

Answer await_answer(sys::Channel& holder, const StateFolder& state, const Claim& claim,
                    const sys::HeldSignals& signals) {
  if (signals.wait_for(holder.fd())) return receive_answer(holder, claim);
  const StartingHolder building = find_holder(claim.folder);
  sys::kill_process(building.process);
  sys::wait_for_end(building.process);
  state.release(claim);
  throw StartInterrupted();
}

}  // namespace

void start(const StateFolder& state, const Holding& holding) {
  const sys::HeldSignals signals;
  const Claim claim = state.claim(holding.name);
  save_record(claim.folder, record_of(holding));
  auto [ours, theirs] = sys::Channel::open_pair();
  const pid_t child = sys::check_result(::fork(), "start the holder of a lab");
  if (child == 0) become_holder(state, claim, holding, theirs);
  theirs = sys::Channel();
  ::waitpid(child, nullptr, 0);  // the process in between, which ends at once
  const Answer answer = await_answer(ours, state, claim, signals);
  if (answer.status == Status::Done) return;
  state.release(claim);
  if (answer.status == Status::Refused) throw Refusal(answer.text);
  throw std::runtime_error(answer.text);
}

}  // namespace topoproof::live
