// SPDX-License-Identifier: GPL-2.0-or-later
// Writes pcapng files, which libpcap cannot do for several interfaces and with comments: see
// draft-ietf-opsawg-pcapng. Reading is PcapFile's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/bytes.hh"
#include "capture/frame.hh"
#include "sys/fd.hh"

namespace topoproof::capture {

struct PcapngInterface {
  std::string name;  // "blue:veth-blue"
  LinkType link_type = LinkType::LinuxSll2;
  std::string description = {};
};

// The file has its name only when it is complete; until then it is "NAME.PID.part" beside it. What
// exists and is no regular file (/dev/stdout, a pipe) is written to as it is.
class PcapngWriter {
 public:
  // `comment` is about the whole file: what failed, and the command that repeats it.
  // THROWS: SystemError naming the path, as do all below
  explicit PcapngWriter(std::filesystem::path path, std::string_view comment = {});
  // To a descriptor, which is named in errors: a pipe to Wireshark.
  PcapngWriter(sys::Fd file, std::string name);
  ~PcapngWriter();  // without close(): the unfinished file is removed
  PcapngWriter(const PcapngWriter&) = delete;
  PcapngWriter& operator=(const PcapngWriter&) = delete;

  // RETURNS: the number of the interface in this file.
  std::uint32_t add_interface(const PcapngInterface& interface);
  // REQUIRES: the frame's record has the link type of the interface.
  void write(std::uint32_t interface, const FrameView& frame, std::string_view comment = {});
  // What was written so far can be read.
  void flush();
  void close();

 private:
  void begin_section(std::string_view comment);
  void finish_block(std::size_t begin);

  std::filesystem::path path_;
  std::filesystem::path written_;  // the name it has until it is complete
  sys::Fd file_;
  Bytes buffer_;
  std::uint32_t interfaces_ = 0;
};

}  // namespace topoproof::capture
