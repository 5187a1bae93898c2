// SPDX-License-Identifier: GPL-2.0-or-later
// Frames kept from several taps, to be written as one file when a check has failed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "capture/pcapng.hh"

namespace topoproof::capture {

class Recording {
 public:
  std::uint32_t add_interface(PcapngInterface interface);
  // Copies the frame. RETURNS: its number, for comment(). REQUIRES: add_interface gave `interface`.
  std::size_t add(std::uint32_t interface, const FrameView& frame);
  void comment(std::size_t frame, std::string text);
  std::size_t size() const { return frames_.size(); }

  // One file of all frames in the order of their time; frames of the same time (a bridge port and
  // its bridge often share one) stay in the order in which they were added.
  // THROWS: SystemError naming the path; then there is no file
  void write(const std::filesystem::path& path, std::string_view comment = {}) const;

 private:
  struct Kept {
    std::uint32_t interface;
    FrameView frame;  // its views are set when it is written: the store moves as it grows
    std::size_t begin;
    std::size_t size;
    std::size_t link_header;
    std::string comment;
  };
  FrameView view(const Kept& kept) const;

  std::vector<PcapngInterface> interfaces_;
  std::vector<Kept> frames_;
  Bytes store_;
};

}  // namespace topoproof::capture
