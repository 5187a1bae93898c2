// SPDX-License-Identifier: GPL-2.0-or-later
// Writes netlink messages one after another into a buffer of its own. What a message may carry is
// given by its schema: an attribute that is not in it, or is of another kind, is a bug and aborts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

#include "base/bytes.hh"
#include "base/ip_address.hh"
#include "base/mac_address.hh"
#include "netlink/schema.hh"

struct nlmsghdr;

namespace topoproof::netlink {

// Of the message that begins there.
nlmsghdr* header_at(Bytes& buffer, std::size_t start);

class MessageWriter {
 public:
  // While it lives, attributes go into the nest; its end closes the nest.
  class Nest {
   public:
    Nest(const Nest&) = delete;
    Nest& operator=(const Nest&) = delete;
    ~Nest();

   private:
    friend class MessageWriter;
    Nest(MessageWriter& writer, std::uint16_t type, const Schema* schema);
    MessageWriter& writer_;
    const Schema* outer_;
    std::size_t start_;
  };

  void begin(const Request& request);  // ends the message before it

  // The fixed header that follows the netlink header, or starts a nest that has one.
  template <class Header>
  void put_header(const Header& header) {
    static_assert(std::is_trivially_copyable_v<Header>);
    put_header_bytes(std::as_bytes(std::span(&header, 1)));
  }

  void put_u8(std::uint16_t type, std::uint8_t value);
  void put_u16(std::uint16_t type, std::uint16_t value);
  void put_u32(std::uint16_t type, std::uint32_t value);
  void put_be16(std::uint16_t type, std::uint16_t value);
  void put_be32(std::uint16_t type, std::uint32_t value);
  void put_string(std::uint16_t type, std::string_view value);
  void put_ip(std::uint16_t type, const IpAddress& value);
  void put_mac(std::uint16_t type, const MacAddress& value);
  void put_bytes(std::uint16_t type, BytesView value);
  // `schema` where the table leaves it open (IFLA_INFO_DATA of different kinds of links).
  [[nodiscard]] Nest nest(std::uint16_t type, const Schema* schema = nullptr);

  // All messages so far, each aligned to four bytes, padding zero. Valid until the next put.
  BytesView bytes() const { return buffer_; }
  Bytes& buffer() { return buffer_; }
  std::size_t message_start() const { return message_; }

  // Where the message starts in which an attribute exceeds what its length field can say (65535
  // bytes); such a message must not be sent.
  std::optional<std::size_t> oversized() const { return oversized_; }

 private:
  void put_header_bytes(BytesView header);
  void put(std::uint16_t type, Kind kind, BytesView value);
  const AttributeSpec& spec(std::uint16_t type, Kind kind) const;

  Bytes buffer_;
  std::size_t message_ = 0;         // where the current message starts
  const Schema* schema_ = nullptr;  // of the message or of the innermost open nest
  std::optional<std::size_t> oversized_;
};

}  // namespace topoproof::netlink
