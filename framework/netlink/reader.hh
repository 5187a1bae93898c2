// SPDX-License-Identifier: GPL-2.0-or-later
// Reads netlink messages from bytes that nobody vouches for: lengths are checked before anything is
// looked at. Views are valid as long as the bytes they were made from.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/bytes.hh"
#include "base/ip_address.hh"
#include "base/mac_address.hh"
#include "netlink/schema.hh"

namespace topoproof::netlink {

struct Message {
  std::uint16_t type = 0;
  std::uint16_t flags = 0;
  std::uint32_t sequence = 0;
  BytesView payload;  // what follows the netlink header
  // Of an event from another namespace (Socket::hear_other_namespaces): its id in the socket's own.
  std::optional<std::uint32_t> namespace_id = {};
};

// A fixed header from the front of `bytes`; nothing if they are too few.
template <class Header>
std::optional<Header> read_header(BytesView bytes) {
  static_assert(std::is_trivially_copyable_v<Header>);
  Header header;
  if (bytes.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof header);
  return header;
}

// The messages of a datagram. RETURNS: nothing if a length does not add up.
std::optional<std::vector<Message>> split_messages(BytesView datagram);

struct AttributeView {
  std::uint16_t type = 0;  // without NLA_F_NESTED and NLA_F_NET_BYTEORDER
  std::size_t offset = 0;  // of its header, within what was walked
  BytesView payload;
};

// Walks attributes one after another. After the last, is_broken() says whether it stopped because a
// length does not add up.
class AttributeCursor {
 public:
  explicit AttributeCursor(BytesView attributes) : bytes_(attributes) {}
  std::optional<AttributeView> next();
  bool is_broken() const { return broken_; }

 private:
  BytesView bytes_;
  std::size_t offset_ = 0;
  bool broken_ = false;
};

// The attributes of a message or nest, found once, then asked for by type. A size that does not fit
// the attribute's kind, or a broken length, is written to `fault`, and stays there: decode
// everything, then ask once whether it was sound. What the schema does not name is ignored, as the
// kernel adds attributes with each version.
// REQUIRES: the bytes and `fault` outlive the reader.
class AttributeReader {
 public:
  // `bytes` begin with the schema's fixed header.
  AttributeReader(BytesView bytes, const Schema& schema, std::string& fault);

  bool has(std::uint16_t type) const { return slot(type).data() != nullptr; }
  std::optional<std::uint8_t> u8(std::uint16_t type) const;
  std::optional<std::uint16_t> u16(std::uint16_t type) const;
  std::optional<std::uint32_t> u32(std::uint16_t type) const;
  std::optional<std::uint16_t> be16(std::uint16_t type) const;
  std::optional<std::uint32_t> be32(std::uint16_t type) const;
  std::optional<std::string> string(std::uint16_t type) const;
  std::optional<IpAddress> ip(std::uint16_t type) const;
  std::optional<MacAddress> mac(std::uint16_t type) const;  // nothing if it is not 6 bytes long
  BytesView bytes(std::uint16_t type) const;                // empty if it is not there
  // Without attributes if it is not there. `schema` where the table leaves it open.
  AttributeReader nested(std::uint16_t type, const Schema* schema = nullptr) const;
  BytesView header() const { return bytes_.first(std::min(bytes_.size(), schema_->header_size)); }

 private:
  AttributeReader(const Schema& schema, std::string& fault) : schema_(&schema), fault_(&fault) {}
  BytesView slot(std::uint16_t type) const;  // without data() if it is not there
  BytesView find(std::uint16_t type, Kind kind) const;
  template <class Integer>
  std::optional<Integer> integer(std::uint16_t type, Kind kind) const;

  const Schema* schema_;
  std::string* fault_;
  BytesView bytes_;
  std::array<BytesView, Schema::kMaxAttributes> found_;  // by position in the schema
};

}  // namespace topoproof::netlink
