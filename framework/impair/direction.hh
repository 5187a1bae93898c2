// SPDX-License-Identifier: GPL-2.0-or-later
// One direction of an impaired link, packet by packet: the relay of a running network and the
// simulator ask the same question and so get the same answer.
//
// What becomes of a packet depends on the seed, on what the packet is (addresses, protocol, ports;
// of an echo its number; of a later fragment, which has none of these, what its first one is) and
// on how many of its like have passed before: not on what else passes meanwhile, which is never the
// same twice.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/bytes.hh"
#include "impair/impairment.hh"

namespace topoproof::packet {
struct PacketView;  // view.hh
}  // namespace topoproof::packet

namespace topoproof::impair {

class Direction {
 public:
  using Time = std::chrono::nanoseconds;  // since some moment that stays the same

  explicit Direction(const Impairment& impairment) : impairment_(impairment) {}

  const Impairment& impairment() const { return impairment_; }

  // `packet` begins with its IP header (or what else stands behind the Ethernet header), `size` is
  // that of the frame. RETURNS: when it arrives; nothing if it is lost, twice if it is doubled.
  std::vector<Time> pass(BytesView packet, std::size_t size, Time now);

 private:
  std::uint64_t name_of(BytesView packet);
  std::uint64_t as_fragment(const packet::PacketView& fragment, std::uint64_t content);
  Time delay_for(std::uint64_t packet) const;
  Time sent(std::size_t size, Time now);

  Impairment impairment_;
  std::unordered_map<std::uint64_t, std::uint32_t> passed_;  // of packets with the same content
  // Of the first fragments that passed last, by addresses and identification.
  std::unordered_map<std::uint64_t, std::uint64_t> first_fragments_;
  Time idle_at_{};       // when the last packet has left, at the rate
  Time last_arrival_{};  // of those that keep their order
};

}  // namespace topoproof::impair
