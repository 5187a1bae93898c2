// SPDX-License-Identifier: GPL-2.0-or-later
// Reads pcap and pcapng files through libpcap. Its limits are libpcap's: all interfaces of a file
// share one link type, and which interface a frame is of is not told.
#pragma once

#include <cstdio>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/issue.hh"
#include "capture/frame.hh"

struct pcap;  // libpcap's pcap_t

namespace topoproof::capture {

class PcapFile {
 public:
  static std::expected<PcapFile, Issue> open(const std::filesystem::path& path);
  // REQUIRES: `file` outlives the result.
  static std::expected<PcapFile, Issue> from_bytes(BytesView file);

  LinkType link_type() const { return link_type_; }
  // RETURNS: the next frame, valid until the call after; nothing at the end of the file.
  std::expected<std::optional<FrameView>, Issue> next();

 private:
  struct Closer {
    void operator()(pcap* handle) const noexcept;
  };
  using Handle = std::unique_ptr<pcap, Closer>;
  PcapFile(Handle handle, LinkType link_type, std::string name);
  static std::expected<PcapFile, Issue> read(std::FILE* file, const std::string& name);

  Handle handle_;
  LinkType link_type_;
  std::string name_;
};

}  // namespace topoproof::capture
