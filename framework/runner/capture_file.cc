// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/capture_file.hh"

#include <map>

#include <fmt/format.h>

#include "capture/recording.hh"

namespace topoproof::runner {
namespace {

using scenario::CheckResult;

class Interfaces {
 public:
  Interfaces(capture::Recording& recording, const evidence::Witness& names)
      : recording_(recording), names_(names) {}

  std::uint32_t of(const evidence::KeptFrame& frame) {
    const auto [entry, fresh] = numbers_.try_emplace({frame.node, frame.interface});
    if (fresh) {
      entry->second = recording_.add_interface(
          {.name = fmt::format("{}:{}", names_.node_name(frame.node),
                               names_.interface_name(frame.node, frame.interface))});
    }
    return entry->second;
  }

 private:
  capture::Recording& recording_;
  const evidence::Witness& names_;
  std::map<std::pair<NodeId, std::uint32_t>, std::uint32_t> numbers_;
};

}  // namespace

void write_capture(const std::filesystem::path& path, const CheckResult& result,
                   probe::FlowNumber flow, const evidence::Observer& observer,
                   const evidence::Witness& names) {
  capture::Recording recording;
  Interfaces interfaces(recording, names);
  for (const evidence::KeptFrame& frame : observer.kept()) {
    if (frame.flow && *frame.flow != flow) continue;
    recording.add(interfaces.of(frame),
                  capture::decode_frame(capture::LinkType::LinuxSll2, frame.record, frame.length,
                                        frame.timestamp));
  }
  recording.write(path, fmt::format("{}\nexpected: {}\nobserved: {}\n{}", result.name,
                                    result.expected, result.observed, result.reproduce));
}

}  // namespace topoproof::runner
