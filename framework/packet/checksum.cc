// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet/checksum.hh"

#include "base/check.hh"

namespace topoproof::packet {
namespace {

// At most 2^31 words of 32 bits may be added before 64 bits overflow: more than any packet has.
std::uint64_t sum_of(BytesView bytes) {
  std::uint64_t sum = 0;
  for (; bytes.size() >= 4; bytes = bytes.subspan(4)) sum += load_be32(bytes.data());
  if (bytes.size() >= 2) {
    sum += load_be16(bytes.data());
    bytes = bytes.subspan(2);
  }
  if (!bytes.empty()) sum += std::to_integer<std::uint64_t>(bytes[0]) << 8;
  return sum;
}

std::uint16_t fold(std::uint64_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

std::uint16_t swapped(std::uint16_t value) {
  return static_cast<std::uint16_t>(value << 8 | value >> 8);
}

}  // namespace

InternetSum& InternetSum::add(BytesView bytes) {
  const std::uint16_t part = fold(sum_of(bytes));
  sum_ += odd_ ? swapped(part) : part;
  odd_ = odd_ != (bytes.size() % 2 == 1);
  return *this;
}

InternetSum& InternetSum::add(const IpAddress& address) {
  return address.is_v4() ? add(address.v4().bytes()) : add(address.v6().bytes());
}

InternetSum& InternetSum::add_u16(std::uint16_t value) {
  TOPOPROOF_CHECK(!odd_, "a number is added at an even offset");
  sum_ += value;
  return *this;
}

std::uint16_t InternetSum::folded() const { return fold(sum_); }

std::uint16_t internet_checksum(BytesView bytes) { return InternetSum().add(bytes).checksum(); }

InternetSum pseudo_header(const IpAddress& src, const IpAddress& dst, std::uint8_t protocol,
                          std::uint32_t length) {
  TOPOPROOF_CHECK(src.family() == dst.family(), "a packet has addresses of one family");
  return InternetSum().add(src).add(dst).add_u16(protocol).add_u16(fold(length));
}

std::uint16_t updated_checksum(std::uint16_t checksum, BytesView before, BytesView after) {
  TOPOPROOF_CHECK(before.size() == after.size() && before.size() % 2 == 0,
                  "old and new bytes are the same whole words");
  // RFC 1624, equation 3: ~(~HC + ~m + m'). Equation 2 of RFC 1141 gets -0 wrong.
  const auto complement = [](std::uint16_t v) { return static_cast<std::uint16_t>(~v); };
  InternetSum sum;
  sum.add_u16(complement(checksum));
  sum.add_u16(complement(fold(sum_of(before))));
  return sum.add(after).checksum();
}

}  // namespace topoproof::packet
