// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/recording.hh"

#include <algorithm>
#include <utility>

#include "base/check.hh"

namespace topoproof::capture {

std::uint32_t Recording::add_interface(PcapngInterface interface) {
  interfaces_.push_back(std::move(interface));
  return static_cast<std::uint32_t>(interfaces_.size() - 1);
}

std::size_t Recording::add(std::uint32_t interface, const FrameView& frame) {
  TOPOPROOF_CHECK(interface < interfaces_.size(), "a frame belongs to an interface");
  Kept kept{.interface = interface,
            .frame = frame,
            .begin = store_.size(),
            .size = frame.record.size(),
            .link_header = frame.record.size() - frame.bytes.size(),
            .comment = {}};
  kept.frame.record = {};
  kept.frame.bytes = {};
  store_.insert(store_.end(), frame.record.begin(), frame.record.end());
  frames_.push_back(std::move(kept));
  return frames_.size() - 1;
}

void Recording::comment(std::size_t frame, std::string text) {
  frames_.at(frame).comment = std::move(text);
}

FrameView Recording::view(const Kept& kept) const {
  FrameView frame = kept.frame;
  frame.record = BytesView(store_).subspan(kept.begin, kept.size);
  frame.bytes = frame.record.subspan(kept.link_header);
  return frame;
}

void Recording::write(const std::filesystem::path& path, std::string_view comment) const {
  std::vector<const Kept*> order(frames_.size());
  std::ranges::transform(frames_, order.begin(), [](const Kept& kept) { return &kept; });
  std::ranges::sort(order, {}, [](const Kept* kept) {
    return std::pair(kept->frame.timestamp, kept);  // they stand in one vector, in order
  });

  PcapngWriter writer(path, comment);
  for (const PcapngInterface& interface : interfaces_) writer.add_interface(interface);
  for (const Kept* kept : order) writer.write(kept->interface, view(*kept), kept->comment);
  writer.close();
}

}  // namespace topoproof::capture
