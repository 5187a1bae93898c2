// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/pcapng.hh"

#include <algorithm>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/check.hh"
#include "sys/error.hh"

namespace topoproof::capture {
namespace {

namespace fs = std::filesystem;

enum class Block : std::uint32_t { Section = 0x0a0d0d0a, Interface = 1, EnhancedPacket = 6 };

// Option codes mean different things in different blocks.
enum class Option : std::uint16_t {
  End = 0,
  Comment = 1,
  InterfaceName = 2,
  InterfaceDescription = 3,
  InterfaceTimeResolution = 9,
  SectionApplication = 4,
  PacketFlags = 2,
};

// Numbers are in the writer's own byte order: the section's magic tells which.
template <class T>
void put(Bytes& out, T value) {
  const auto bytes = std::as_bytes(std::span(&value, 1));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void put_padded(Bytes& out, BytesView bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
  out.resize((out.size() + 3) / 4 * 4);
}

void put_option(Bytes& out, Option code, BytesView value) {
  constexpr std::size_t kLongest = 0xfffc;
  value = value.first(std::min(value.size(), kLongest));
  put(out, static_cast<std::uint16_t>(code));
  put(out, static_cast<std::uint16_t>(value.size()));
  put_padded(out, value);
}

void put_text(Bytes& out, Option code, std::string_view text) {
  if (!text.empty()) put_option(out, code, as_view(text));
}

std::size_t begin_block(Bytes& out, Block type) {
  const std::size_t begin = out.size();
  put(out, static_cast<std::uint32_t>(type));
  put(out, std::uint32_t{0});  // the length, known in the end
  return begin;
}

// epb_flags: bits 0-1 the direction (1 in, 2 out), bits 2-4 how it was addressed.
std::uint32_t packet_flags(PacketType type) {
  constexpr std::uint32_t kIn = 1;
  constexpr std::uint32_t kOut = 2;
  switch (type) {
    case PacketType::Host:
      return kIn | 1 << 2;
    case PacketType::Multicast:
      return kIn | 2 << 2;
    case PacketType::Broadcast:
      return kIn | 3 << 2;
    case PacketType::OtherHost:
      return kIn | 4 << 2;
    case PacketType::Outgoing:
      return kOut;
  }
  return 0;
}

// Renaming onto a device would replace it.
bool is_replaceable(const fs::path& path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  return !fs::exists(status) || fs::is_regular_file(status);
}

}  // namespace

PcapngWriter::PcapngWriter(fs::path path, std::string_view comment)
    : path_(std::move(path)), written_(path_) {
  if (is_replaceable(path_)) written_ += fmt::format(".{}.part", ::getpid());
  file_ = sys::Fd(::open(written_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file_.is_open()) sys::throw_errno("create " + path_.string());
  begin_section(comment);
}

PcapngWriter::PcapngWriter(sys::Fd file, std::string name)
    : path_(std::move(name)), written_(path_), file_(std::move(file)) {
  begin_section({});
}

void PcapngWriter::begin_section(std::string_view comment) {
  const std::size_t begin = begin_block(buffer_, Block::Section);
  put(buffer_, std::uint32_t{0x1a2b3c4d});
  put(buffer_, std::uint16_t{1});  // version 1.0
  put(buffer_, std::uint16_t{0});
  put(buffer_, std::int64_t{-1});  // the section's length: not given
  put_text(buffer_, Option::Comment, comment);
  put_text(buffer_, Option::SectionApplication, "topoproof");
  finish_block(begin);
}

PcapngWriter::~PcapngWriter() {
  if (file_.is_open() && written_ != path_) ::unlink(written_.c_str());
}

std::uint32_t PcapngWriter::add_interface(const PcapngInterface& interface) {
  constexpr std::byte kNanoseconds{9};  // 10^-9 s
  const std::size_t begin = begin_block(buffer_, Block::Interface);
  put(buffer_, static_cast<std::uint16_t>(interface.link_type));
  put(buffer_, std::uint16_t{0});
  put(buffer_, std::uint32_t{0});  // no limit on a frame's length
  put_text(buffer_, Option::InterfaceName, interface.name);
  put_text(buffer_, Option::InterfaceDescription, interface.description);
  put_option(buffer_, Option::InterfaceTimeResolution, BytesView(&kNanoseconds, 1));
  finish_block(begin);
  return interfaces_++;
}

void PcapngWriter::write(std::uint32_t interface, const FrameView& frame,
                         std::string_view comment) {
  TOPOPROOF_CHECK(interface < interfaces_, "a frame belongs to an interface of the file");
  const auto time = static_cast<std::uint64_t>(frame.timestamp.time_since_epoch().count());
  const std::size_t link_header = frame.record.size() - frame.bytes.size();
  const std::size_t length = std::max(frame.record.size(), link_header + frame.length);
  const std::size_t begin = begin_block(buffer_, Block::EnhancedPacket);
  put(buffer_, interface);
  put(buffer_, static_cast<std::uint32_t>(time >> 32));
  put(buffer_, static_cast<std::uint32_t>(time & 0xffffffff));
  put(buffer_, static_cast<std::uint32_t>(frame.record.size()));
  put(buffer_, static_cast<std::uint32_t>(length));
  put_padded(buffer_, frame.record);
  put_text(buffer_, Option::Comment, comment);
  if (frame.type) {
    const std::uint32_t flags = packet_flags(*frame.type);
    put_option(buffer_, Option::PacketFlags, std::as_bytes(std::span(&flags, 1)));
  }
  finish_block(begin);
}

void PcapngWriter::finish_block(std::size_t begin) {
  constexpr std::size_t kFlushAt = std::size_t{1} << 16;
  put(buffer_, static_cast<std::uint32_t>(Option::End));
  const auto length = static_cast<std::uint32_t>(buffer_.size() - begin + sizeof(std::uint32_t));
  put(buffer_, length);
  const auto bytes = std::as_bytes(std::span(&length, 1));
  std::ranges::copy(bytes, buffer_.begin() + static_cast<std::ptrdiff_t>(begin) + 4);
  if (buffer_.size() >= kFlushAt) flush();
}

void PcapngWriter::flush() {
  BytesView left = buffer_;
  while (!left.empty()) {
    const auto count = ::write(file_.get(), left.data(), left.size());
    if (count < 0) sys::throw_errno("write " + path_.string());
    left = left.subspan(static_cast<std::size_t>(count));
  }
  buffer_.clear();
}

void PcapngWriter::close() {
  flush();
  // The last chance to hear of a full disk (network file systems report it here).
  if (::close(file_.release()) < 0) sys::throw_errno("write " + path_.string());
  if (written_ == path_) return;
  if (::rename(written_.c_str(), path_.c_str()) < 0) {
    sys::throw_errno(fmt::format("rename {} to {}", written_.string(), path_.string()));
  }
}

}  // namespace topoproof::capture
