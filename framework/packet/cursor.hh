// SPDX-License-Identifier: GPL-2.0-or-later
// Reading and writing header fields in wire order. A Reader is sticky: read all fields, ask once.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/bytes.hh"
#include "base/ip_address.hh"
#include "base/mac_address.hh"

namespace topoproof::packet {

// Never reads outside of its bytes: a read beyond the end gives zeros and makes ok() false for
// good.
class Reader {
 public:
  explicit Reader(BytesView bytes) : rest_(bytes) {}

  std::uint8_t u8() { return std::to_integer<std::uint8_t>(array<1>()[0]); }
  std::uint16_t u16() { return load_be16(array<2>().data()); }
  std::uint32_t u32() { return load_be32(array<4>().data()); }
  MacAddress mac() { return MacAddress(array<6>()); }
  Ipv4Address ipv4() { return Ipv4Address(u32()); }
  Ipv6Address ipv6() { return Ipv6Address(array<16>()); }
  BytesView take(std::size_t count) {
    if (count > rest_.size()) fail();
    const BytesView taken = rest_.first(ok_ ? count : 0);
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  Bytes take_copy(std::size_t count) {
    const BytesView taken = take(count);
    return {taken.begin(), taken.end()};
  }

  bool ok() const { return ok_; }
  BytesView rest() const { return rest_; }  // what nobody has read yet; empty once a read failed

 private:
  void fail() {
    ok_ = false;
    rest_ = {};
  }
  template <std::size_t N>
  std::array<std::byte, N> array() {
    std::array<std::byte, N> out{};
    std::ranges::copy(take(N), out.begin());
    return out;
  }

  BytesView rest_;
  bool ok_ = true;
};

class Writer {
 public:
  Writer& u8(std::uint8_t value) {
    out_.push_back(static_cast<std::byte>(value));
    return *this;
  }
  Writer& u16(std::uint16_t value) {
    return u8(static_cast<std::uint8_t>(value >> 8)).u8(static_cast<std::uint8_t>(value & 0xff));
  }
  Writer& u32(std::uint32_t value) {
    return u16(static_cast<std::uint16_t>(value >> 16))
        .u16(static_cast<std::uint16_t>(value & 0xffff));
  }
  Writer& bytes(BytesView bytes) {
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  Writer& mac(const MacAddress& mac) { return bytes(mac.bytes()); }
  Writer& ipv4(Ipv4Address address) { return u32(address.bits()); }
  Writer& ipv6(const Ipv6Address& address) { return bytes(address.bytes()); }
  // Zeros up to a whole number of `unit` bytes.
  Writer& pad_to(std::size_t unit) {
    out_.resize((out_.size() + unit - 1) / unit * unit);
    return *this;
  }

  Bytes finish() { return std::move(out_); }

 private:
  Bytes out_;
};

}  // namespace topoproof::packet
