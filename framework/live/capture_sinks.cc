// SPDX-License-Identifier: GPL-2.0-or-later
#include <chrono>
#include <string_view>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "live/capture.hh"
#include "packet/print.hh"
#include "packet/view.hh"

namespace topoproof::live {
namespace {

constexpr std::uint16_t kArp = 0x0806;

std::string time_text(capture::Timestamp timestamp) {
  using namespace std::chrono;
  const auto whole = floor<seconds>(timestamp);
  const auto rest = duration_cast<microseconds>(timestamp - whole);
  return fmt::format("{:%H:%M:%S}.{:06}", fmt::localtime(system_clock::to_time_t(whole)),
                     rest.count());
}

std::string_view direction(const capture::FrameView& frame) {
  if (!frame.type) return "";  // an Ethernet header does not tell
  return *frame.type == capture::PacketType::Outgoing ? " out" : " in ";
}

std::string arp_text(const capture::FrameView& frame) {
  const auto arp = packet::parse_arp_view(frame.bytes);
  if (!arp) return "arp";
  if (arp->kind == packet::NeighborView::Kind::Request) {
    return fmt::format("arp who has {}, says {}", to_string(arp->address), to_string(arp->sender));
  }
  return fmt::format("arp {} is at {}", to_string(arp->address),
                     arp->mac ? to_string(*arp->mac) : "?");
}

}  // namespace

std::string describe(const capture::FrameView& frame) {
  if (frame.protocol == kArp) return arp_text(frame);
  if (const auto packet = packet::parse_view(frame.bytes)) return packet::describe(*packet);
  return fmt::format("protocol 0x{:04x}, {} bytes", frame.protocol, frame.length);
}

void TextSink::add(const std::string& place, capture::LinkType /*link_type*/,
                   const capture::FrameView& frame) {
  lines_ += fmt::format("{} {}{} {}\n", time_text(frame.timestamp), place, direction(frame),
                        describe(frame));
}

void TextSink::flush() {
  print_(lines_);
  lines_.clear();
}

void PcapngSink::add(const std::string& place, capture::LinkType link_type,
                     const capture::FrameView& frame) {
  const auto [entry, fresh] = interfaces_.try_emplace(place);
  if (fresh) entry->second = writer_.add_interface({.name = place, .link_type = link_type});
  writer_.write(entry->second, frame);
}

}  // namespace topoproof::live
