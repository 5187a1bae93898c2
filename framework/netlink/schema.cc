// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/schema.hh"

#include <libmnl/libmnl.h>

#include "netlink/reader.hh"

namespace topoproof::netlink {
namespace {

std::string dotted(const std::string& outer, const std::string& inner) {
  return inner.empty() ? outer : outer + "." + inner;
}

// `offset` counts from the front of `bytes`, which begin with the schema's header.
std::string find_attribute(BytesView bytes, const Schema& schema, std::size_t offset) {
  const std::size_t start = aligned(schema.header_size);
  if (bytes.size() < start || offset < start) return {};
  AttributeCursor cursor(bytes.subspan(start));
  while (const auto attribute = cursor.next()) {
    const std::size_t first = start + attribute->offset;
    const std::size_t payload = first + sizeof(nlattr);
    if (offset >= payload + attribute->payload.size()) continue;
    const AttributeSpec* spec = schema.find(attribute->type);
    if (spec == nullptr) return {};
    const bool is_inside =
        offset >= payload && spec->kind == Kind::Nested && spec->nested != nullptr;
    return is_inside ? dotted(spec->name,
                              find_attribute(attribute->payload, *spec->nested, offset - payload))
                     : spec->name;
  }
  return {};
}

}  // namespace

bool size_fits(Kind kind, std::size_t size) {
  switch (kind) {
    case Kind::U8:
      return size == 1;
    case Kind::U16:
    case Kind::Be16:
      return size == 2;
    case Kind::U32:
    case Kind::Be32:
      return size == 4;
    case Kind::Be64:
      return size == 8;
    case Kind::Ip:
      return size == 4 || size == 16;
    case Kind::String:
      return size >= 1;
    case Kind::LinkAddress:
    case Kind::Binary:
    case Kind::Nested:
    case Kind::List:
      return true;
  }
  return false;
}

std::string attribute_at(BytesView message, const Schema& schema, std::size_t offset) {
  if (message.size() < sizeof(nlmsghdr) || offset < sizeof(nlmsghdr)) return {};
  return find_attribute(message.subspan(sizeof(nlmsghdr)), schema, offset - sizeof(nlmsghdr));
}

}  // namespace topoproof::netlink
