// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/writer.hh"

#include <limits>

#include <libmnl/libmnl.h>

#include "base/check.hh"

namespace topoproof::netlink {
namespace {

constexpr std::size_t kMaxAttribute = std::numeric_limits<std::uint16_t>::max();  // with its header

// Resizing fills with zeros: that is the padding which libmnl 1.0.4 leaves uninitialised.
void make_room(Bytes& buffer, std::size_t size) { buffer.resize(buffer.size() + aligned(size)); }

}  // namespace

nlmsghdr* header_at(Bytes& buffer, std::size_t start) {
  return reinterpret_cast<nlmsghdr*>(buffer.data() + start);
}

void MessageWriter::begin(const Request& request) {
  message_ = buffer_.size();
  schema_ = request.schema;
  make_room(buffer_, sizeof(nlmsghdr));
  nlmsghdr* header = mnl_nlmsg_put_header(buffer_.data() + message_);
  header->nlmsg_type = request.type;
  header->nlmsg_flags = request.flags;
}

void MessageWriter::put_header_bytes(BytesView header) {
  TOPOPROOF_CHECK(schema_ != nullptr && header.size() == schema_->header_size,
                  "the header is the schema's");
  make_room(buffer_, header.size());
  std::ranges::copy(header, buffer_.end() - static_cast<std::ptrdiff_t>(aligned(header.size())));
  header_at(buffer_, message_)->nlmsg_len = static_cast<std::uint32_t>(buffer_.size() - message_);
}

const AttributeSpec& MessageWriter::spec(std::uint16_t type, Kind kind) const {
  const AttributeSpec* spec = schema_ != nullptr ? schema_->find(type) : nullptr;
  TOPOPROOF_CHECK(spec != nullptr, "the schema has the attribute");
  TOPOPROOF_CHECK(spec->kind == kind, "the attribute is of the schema's kind");
  return *spec;
}

void MessageWriter::put(std::uint16_t type, Kind kind, BytesView value) {
  spec(type, kind);
  if (sizeof(nlattr) + value.size() > kMaxAttribute) {
    oversized_ = message_;
    return;
  }
  make_room(buffer_, sizeof(nlattr) + value.size());
  mnl_attr_put(header_at(buffer_, message_), type, value.size(), value.data());
}

void MessageWriter::put_u8(std::uint16_t type, std::uint8_t value) {
  put(type, Kind::U8, std::as_bytes(std::span(&value, 1)));
}

void MessageWriter::put_u16(std::uint16_t type, std::uint16_t value) {
  put(type, Kind::U16, std::as_bytes(std::span(&value, 1)));
}

void MessageWriter::put_u32(std::uint16_t type, std::uint32_t value) {
  put(type, Kind::U32, std::as_bytes(std::span(&value, 1)));
}

void MessageWriter::put_be16(std::uint16_t type, std::uint16_t value) {
  std::array<std::byte, 2> bytes{};
  store_be16(bytes.data(), value);
  put(type, Kind::Be16, bytes);
}

void MessageWriter::put_be32(std::uint16_t type, std::uint32_t value) {
  std::array<std::byte, 4> bytes{};
  store_be32(bytes.data(), value);
  put(type, Kind::Be32, bytes);
}

void MessageWriter::put_string(std::uint16_t type, std::string_view value) {
  const std::string terminated(value);
  put(type, Kind::String, std::as_bytes(std::span(terminated.c_str(), terminated.size() + 1)));
}

void MessageWriter::put_ip(std::uint16_t type, const IpAddress& value) {
  if (value.is_v4()) {
    put(type, Kind::Ip, value.v4().bytes());
  } else {
    put(type, Kind::Ip, value.v6().bytes());
  }
}

void MessageWriter::put_mac(std::uint16_t type, const MacAddress& value) {
  put(type, Kind::LinkAddress, value.bytes());
}

void MessageWriter::put_bytes(std::uint16_t type, BytesView value) {
  put(type, Kind::Binary, value);
}

MessageWriter::Nest MessageWriter::nest(std::uint16_t type, const Schema* schema) {
  const AttributeSpec& known = spec(type, Kind::Nested);
  TOPOPROOF_CHECK((known.nested == nullptr) != (schema == nullptr),
                  "either the table or the codec names a nest's schema");
  return {*this, type, schema != nullptr ? schema : known.nested};
}

MessageWriter::Nest::Nest(MessageWriter& writer, std::uint16_t type, const Schema* schema)
    : writer_(writer), outer_(writer.schema_), start_(writer.buffer_.size()) {
  make_room(writer_.buffer_, sizeof(nlattr));
  mnl_attr_nest_start(header_at(writer_.buffer_, writer_.message_), type);
  writer_.schema_ = schema;
}

MessageWriter::Nest::~Nest() {
  writer_.schema_ = outer_;
  if (writer_.buffer_.size() - start_ > kMaxAttribute) writer_.oversized_ = writer_.message_;
  mnl_attr_nest_end(header_at(writer_.buffer_, writer_.message_),
                    reinterpret_cast<nlattr*>(writer_.buffer_.data() + start_));
}

}  // namespace topoproof::netlink
