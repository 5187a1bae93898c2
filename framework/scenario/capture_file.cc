// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/capture_file.hh"

#include <algorithm>
#include <cctype>
#include <map>

#include <fmt/format.h>

#include "capture/recording.hh"

namespace topoproof::scenario {
namespace {

// What a file system and a shell take without a fuss.
std::string file_name(const std::string& text) {
  constexpr std::size_t kLongest = 100;
  std::string out;
  for (const char c : text.substr(0, kLongest)) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-';
    if (plain) out += c;
    if (!plain && !out.empty() && out.back() != '_') out += '_';
  }
  return out;
}

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

std::string write_capture(const std::filesystem::path& directory, const std::string& scenario,
                          const CheckResult& result, probe::FlowNumber flow,
                          const evidence::Observer& observer, const evidence::Witness& names) {
  capture::Recording recording;
  Interfaces interfaces(recording, names);
  for (const evidence::KeptFrame& frame : observer.kept()) {
    if (frame.flow && *frame.flow != flow) continue;
    recording.add(interfaces.of(frame),
                  capture::decode_frame(capture::LinkType::LinuxSll2, frame.record, frame.length,
                                        frame.timestamp));
  }
  const auto folder = directory / file_name(scenario);
  std::filesystem::create_directories(folder);
  const auto path = folder / (file_name(result.name) + ".pcapng");
  recording.write(path, fmt::format("{}\nexpected: {}\nobserved: {}\n{}", result.name,
                                    result.expected, result.observed, result.reproduce));
  return path.string();
}

}  // namespace topoproof::scenario
