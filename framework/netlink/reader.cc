// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/reader.hh"

#include <fmt/format.h>
#include <libmnl/libmnl.h>

#include "base/check.hh"

namespace topoproof::netlink {
namespace {

BytesView after(BytesView bytes, std::size_t count) {
  return bytes.subspan(std::min(bytes.size(), count));
}

}  // namespace

std::optional<std::vector<Message>> split_messages(BytesView datagram) {
  std::vector<Message> messages;
  while (!datagram.empty()) {
    const auto header = read_header<nlmsghdr>(datagram);
    if (!header || header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > datagram.size()) {
      return std::nullopt;
    }
    messages.push_back({.type = header->nlmsg_type,
                        .flags = header->nlmsg_flags,
                        .sequence = header->nlmsg_seq,
                        .payload = datagram.first(header->nlmsg_len).subspan(sizeof(nlmsghdr))});
    datagram = after(datagram, aligned(header->nlmsg_len));
  }
  return messages;
}

std::optional<AttributeView> AttributeCursor::next() {
  const BytesView rest = after(bytes_, offset_);
  if (rest.empty() || broken_) return std::nullopt;
  const auto header = read_header<nlattr>(rest);
  if (!header || header->nla_len < sizeof(nlattr) || header->nla_len > rest.size()) {
    broken_ = true;
    return std::nullopt;
  }
  const AttributeView view{.type = static_cast<std::uint16_t>(header->nla_type & NLA_TYPE_MASK),
                           .offset = offset_,
                           .payload = rest.first(header->nla_len).subspan(sizeof(nlattr))};
  offset_ += aligned(header->nla_len);
  return view;
}

AttributeReader::AttributeReader(BytesView bytes, const Schema& schema, std::string& fault)
    : schema_(&schema), fault_(&fault), bytes_(bytes) {
  if (bytes.size() < schema.header_size) {
    fault = fmt::format("{} bytes where a header of {} is due", bytes.size(), schema.header_size);
    return;
  }
  AttributeCursor cursor(after(bytes, aligned(schema.header_size)));
  while (const auto attribute = cursor.next()) {
    const AttributeSpec* spec = schema.find(attribute->type);
    if (spec == nullptr) continue;
    if (!size_fits(spec->kind, attribute->payload.size())) {
      fault = fmt::format("{} has {} bytes", spec->name, attribute->payload.size());
      continue;
    }
    found_[static_cast<std::size_t>(spec - schema.attributes.data())] = attribute->payload;
  }
  if (cursor.is_broken()) fault = "the length of an attribute exceeds what is there";
}

BytesView AttributeReader::slot(std::uint16_t type) const {
  const AttributeSpec* spec = schema_->find(type);
  TOPOPROOF_CHECK(spec != nullptr, "the schema has the attribute");
  return found_[static_cast<std::size_t>(spec - schema_->attributes.data())];
}

BytesView AttributeReader::find(std::uint16_t type, Kind kind) const {
  const AttributeSpec* spec = schema_->find(type);
  TOPOPROOF_CHECK(spec != nullptr && spec->kind == kind, "the attribute is of the schema's kind");
  return found_[static_cast<std::size_t>(spec - schema_->attributes.data())];
}

template <class Integer>
std::optional<Integer> AttributeReader::integer(std::uint16_t type, Kind kind) const {
  return read_header<Integer>(find(type, kind));
}

std::optional<std::uint8_t> AttributeReader::u8(std::uint16_t type) const {
  return integer<std::uint8_t>(type, Kind::U8);
}
std::optional<std::uint16_t> AttributeReader::u16(std::uint16_t type) const {
  return integer<std::uint16_t>(type, Kind::U16);
}
std::optional<std::uint32_t> AttributeReader::u32(std::uint16_t type) const {
  return integer<std::uint32_t>(type, Kind::U32);
}
std::optional<std::uint16_t> AttributeReader::be16(std::uint16_t type) const {
  const BytesView found = find(type, Kind::Be16);
  return found.empty() ? std::nullopt : std::optional(load_be16(found.data()));
}
std::optional<std::uint32_t> AttributeReader::be32(std::uint16_t type) const {
  const BytesView found = find(type, Kind::Be32);
  return found.empty() ? std::nullopt : std::optional(load_be32(found.data()));
}

std::optional<std::string> AttributeReader::string(std::uint16_t type) const {
  const BytesView found = find(type, Kind::String);
  if (found.data() == nullptr) return std::nullopt;
  const std::string_view text = as_text(found);
  return std::string(text.substr(0, text.find('\0')));
}

std::optional<IpAddress> AttributeReader::ip(std::uint16_t type) const {
  const BytesView found = find(type, Kind::Ip);
  return found.empty() ? std::nullopt : std::optional(IpAddress::from_bytes(found));
}

std::optional<MacAddress> AttributeReader::mac(std::uint16_t type) const {
  const auto bytes = read_header<std::array<std::byte, 6>>(find(type, Kind::LinkAddress));
  const bool is_mac = bytes && find(type, Kind::LinkAddress).size() == bytes->size();
  return is_mac ? std::optional(MacAddress(*bytes)) : std::nullopt;
}

BytesView AttributeReader::bytes(std::uint16_t type) const { return find(type, Kind::Binary); }

AttributeReader AttributeReader::nested(std::uint16_t type, const Schema* schema) const {
  const BytesView found = find(type, Kind::Nested);
  if (schema == nullptr) schema = schema_->find(type)->nested;
  TOPOPROOF_CHECK(schema != nullptr, "either the table or the codec names a nest's schema");
  if (found.data() == nullptr) return {*schema, *fault_};
  return {found, *schema, *fault_};
}

}  // namespace topoproof::netlink
