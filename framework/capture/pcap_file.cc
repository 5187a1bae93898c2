// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/pcap_file.hh"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "capture/data_link.hh"
#include "capture/libpcap.hh"
#include "sys/error.hh"

namespace topoproof::capture {
namespace {

std::unexpected<Issue> refuse(const std::string& name, std::string text) {
  return std::unexpected(make_issue({.file = name}, std::move(text)));
}

}  // namespace

PcapFile::PcapFile(Handle handle, LinkType link_type, std::string name)
    : handle_(std::move(handle)), link_type_(link_type), name_(std::move(name)) {}

void PcapFile::Closer::operator()(pcap* handle) const noexcept { libpcap().close(handle); }

std::expected<PcapFile, Issue> PcapFile::open(const std::filesystem::path& path) {
  std::FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) return refuse(path.string(), sys::error_text(sys::last_error()));
  return read(file, path.string());
}

std::expected<PcapFile, Issue> PcapFile::from_bytes(BytesView file) {
  if (file.empty()) return refuse({}, "a capture file is not empty");  // fmemopen takes no size 0
  // Read only: fmemopen's parameter is not const because it may also be asked to write.
  auto* bytes = const_cast<std::byte*>(file.data());
  std::FILE* stream = ::fmemopen(bytes, file.size(), "rb");
  if (stream == nullptr) return refuse({}, sys::error_text(sys::last_error()));
  return read(stream, {});
}

std::expected<PcapFile, Issue> PcapFile::read(std::FILE* file, const std::string& name) {
  std::array<char, PCAP_ERRBUF_SIZE> text{};
  Handle handle(
      libpcap().fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, text.data()));
  if (handle == nullptr) {
    std::fclose(file);  // on success it is libpcap's
    return refuse(name, text.data());
  }
  const auto link_type = link_type_of_dlt(libpcap().datalink(handle.get()));
  if (!link_type) {
    return refuse(name,
                  fmt::format("link type {} is not known: Ethernet, raw IP and Linux SLL2 are",
                              libpcap().datalink(handle.get())));
  }
  return PcapFile(std::move(handle), *link_type, name);
}

std::expected<std::optional<FrameView>, Issue> PcapFile::next() {
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  const int result = libpcap().next_ex(handle_.get(), &header, &data);
  if (result == PCAP_ERROR_BREAK) return std::nullopt;
  if (result != 1) return refuse(name_, libpcap().geterr(handle_.get()));
  const Timestamp time(std::chrono::seconds(header->ts.tv_sec) +
                       std::chrono::nanoseconds(header->ts.tv_usec));
  const BytesView record(reinterpret_cast<const std::byte*>(data), header->caplen);
  return decode_frame(link_type_, record, header->len, time);
}

}  // namespace topoproof::capture
