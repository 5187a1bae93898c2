// SPDX-License-Identifier: GPL-2.0-or-later
// Property: any bytes dissect into layers that build the same bytes; a view claims no byte beyond
// those captured; a capture file of any bytes is read to its end or refused.
#include "capture/pcap_file.hh"
#include "fuzz/target.hh"
#include "packet/dissect.hh"
#include "packet/print.hh"
#include "packet/view.hh"

namespace topoproof::fuzz {
namespace {

bool is_inside(BytesView part, BytesView whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void look_at(BytesView packet) {
  const auto view = packet::parse_view(packet);
  if (!view) return;
  TOPOPROOF_CHECK(is_inside(view->payload, packet), "a view stays inside");
  TOPOPROOF_CHECK(!describe(*view).empty(), "a packet can be said");
  if (const auto quoted = view->quoted()) {
    TOPOPROOF_CHECK(is_inside(quoted->payload, view->payload), "a quote is inside its error");
  }
}

void read(BytesView file) {
  auto opened = capture::PcapFile::from_bytes(file);
  if (!opened) return;
  for (auto frame = opened->next(); frame && *frame; frame = opened->next()) {
    TOPOPROOF_CHECK(is_inside((*frame)->bytes, (*frame)->record), "a frame is inside its record");
    look_at((*frame)->bytes);
  }
}

}  // namespace

void run(BytesView input) {
  for (const auto link : {packet::LinkType::Ethernet, packet::LinkType::Ip}) {
    const packet::Stack stack = packet::dissect(input, link);
    TOPOPROOF_CHECK(std::ranges::equal(build(stack), input), "what was dissected builds the same");
    TOPOPROOF_CHECK(input.empty() || !describe(stack).empty(), "and can be said");
  }
  look_at(input);
  read(input);
}

}  // namespace topoproof::fuzz
