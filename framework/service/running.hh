// SPDX-License-Identifier: GPL-2.0-or-later
// One service while it runs, and whether it is ready. Internal to this module.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "service/services.hh"
#include "sys/event_loop.hh"
#include "sys/service_process.hh"

namespace topoproof::service {

class Services::Running {
 public:
  // Starts it. THROWS: sys::SystemError
  Running(std::string node, const sys::Netns& netns, topology::Program program,
          const std::filesystem::path& base, const Options& options, Logs& logs);

  const std::string& node() const { return node_; }
  const topology::Program& program() const { return program_; }
  sys::ServiceProcess& process() { return process_; }
  bool is_ready() const { return is_ready_; }
  Status status();

  // Looks whether it is ready by now. THROWS: NotReady if it has failed, or its time is over
  void look();
  // Empty unless it has ended, and should not have.
  std::string trouble();
  bool take_end(int process, int wait_status);

 private:
  std::string missing();  // what is not there yet, in words; empty: it is ready
  std::string missing_ports() const;
  std::string missing_rest();
  bool command_holds();
  [[noreturn]] void fail(const std::string& how) const;

  // What it prints; it has ended when this goes.
  class Printed {
   public:
    Printed(Logs& logs, std::filesystem::path file, const std::string& awaited)
        : logs_(logs), file_(std::move(file)), opened_(logs_.open(file_, awaited)) {}
    ~Printed() { logs_.close(opened_.id); }
    Printed(const Printed&) = delete;
    Printed& operator=(const Printed&) = delete;
    sys::Fd take_output() { return std::move(opened_.output); }
    bool has_awaited() const { return logs_.has_awaited(opened_.id); }
    void catch_up() const { logs_.catch_up(opened_.id); }
    // Where all stands that it has printed up to now.
    std::filesystem::path file() const {
      catch_up();
      return file_;
    }

   private:
    Logs& logs_;
    std::filesystem::path file_;
    Logs::Opened opened_;
  };

  std::string node_;
  sys::Netns netns_;
  topology::Program program_;
  sys::ServiceStart start_;
  Printed printed_;
  sys::ServiceProcess process_;
  std::optional<sys::ServiceProcess> asking_;  // the command that tells whether it is ready
  sys::Clock::time_point started_;
  bool command_held_ = false;
  bool is_ready_ = false;
};

}  // namespace topoproof::service
