// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/batch.hh"

#include <cerrno>

#include <libmnl/libmnl.h>

namespace topoproof::netlink {
MessageWriter& Batch::add(std::size_t about, const Request& request) {
  entries_.push_back({.about = about, .start = writer_.bytes().size(), .schema = request.schema});
  writer_.begin(request);
  return writer_;
}

std::size_t Batch::end_of(std::size_t index) const {
  return index + 1 < entries_.size() ? entries_[index + 1].start : writer_.bytes().size();
}

Batch::Piece Batch::seal(std::size_t first, std::size_t bytes, std::uint32_t base_sequence) {
  const auto number = [&](std::size_t index) {
    return base_sequence + static_cast<std::uint32_t>(index);
  };
  const std::size_t start = entries_[first].start;
  std::size_t last = first;
  while (last + 1 < entries_.size() && end_of(last + 1) - start <= bytes) ++last;
  Bytes& buffer = writer_.buffer();
  for (std::size_t i = first; i <= last; ++i) {
    header_at(buffer, entries_[i].start)->nlmsg_seq = number(i);
  }
  header_at(buffer, entries_[last].start)->nlmsg_flags |= NLM_F_ACK;
  return {.bytes = BytesView(buffer).subspan(start, end_of(last) - start),
          .first = number(first),
          .last = number(last)};
}

Refusal Batch::refusal(std::size_t index, const Ack& ack) const {
  const Entry& entry = entries_[index];
  const BytesView sent = bytes().subspan(entry.start, end_of(index) - entry.start);
  return {.about = entry.about,
          .error = ack.error,
          .text = ack.text,
          .attribute = name_attribute(ack, sent, entry.schema)};
}

std::optional<Refusal> Batch::oversized() const {
  const auto start = writer_.oversized();
  if (!start) return std::nullopt;
  const auto entry = std::ranges::find(entries_, *start, &Entry::start);
  return Refusal{.about = entry->about,
                 .error = EMSGSIZE,
                 .text = "an attribute would exceed 65535 bytes",
                 .attribute = {}};
}

}  // namespace topoproof::netlink
