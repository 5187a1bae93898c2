// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/ack.hh"

#include <cerrno>

#include <libmnl/libmnl.h>

namespace topoproof::netlink {
namespace {

// Where the extended acknowledgement starts. Without NLM_F_CAPPED the whole refused message stands
// before it.
BytesView extended(const Message& message, const nlmsgerr& header) {
  if ((message.flags & NLM_F_ACK_TLVS) == 0) return {};
  const bool capped = (message.flags & NLM_F_CAPPED) != 0;
  const std::size_t echoed = capped ? sizeof(nlmsghdr) : aligned(header.msg.nlmsg_len);
  return message.payload.subspan(std::min(message.payload.size(), sizeof header.error + echoed));
}

void read_attribute(const AttributeView& attribute, Ack& ack) {
  const auto number = read_header<std::uint32_t>(attribute.payload).value_or(0);
  if (attribute.type == NLMSGERR_ATTR_MSG) {
    const std::string_view text = as_text(attribute.payload);
    ack.text = text.substr(0, text.find('\0'));
  }
  if (attribute.type == NLMSGERR_ATTR_OFFS) ack.offset = number;
  if (attribute.type == NLMSGERR_ATTR_MISS_TYPE) {
    ack.missing_type = static_cast<std::uint16_t>(number);
  }
}

// The kernel says 0 or a negative errno, none beyond its MAX_ERRNO. RETURNS: 0, or the errno;
// nothing for what it does not say.
std::optional<int> errno_of(int said) {
  constexpr int kMaxErrno = 4095;
  if (said > 0 || said < -kMaxErrno) return std::nullopt;
  return -said;
}

}  // namespace

std::optional<Ack> decode_ack(const Message& message) {
  const auto header = read_header<nlmsgerr>(message.payload);
  if (message.type != NLMSG_ERROR || !header) return std::nullopt;
  const auto error = errno_of(header->error);
  if (!error) return std::nullopt;
  Ack ack{.error = *error};
  AttributeCursor attributes(extended(message, *header));
  while (const auto attribute = attributes.next()) read_attribute(*attribute, ack);
  return ack;
}

std::optional<Ack> decode_end(const Message& message) {
  const Ack kBroken{.error = EPROTO};
  if (message.type == NLMSG_ERROR) return decode_ack(message).value_or(kBroken);
  if (message.type != NLMSG_DONE) return std::nullopt;
  // An error may also end a listing halfway; its number stands in the last message then.
  const int said = read_header<int>(message.payload).value_or(0);
  return Ack{.error = errno_of(said).value_or(EPROTO)};
}

std::string name_attribute(const Ack& ack, BytesView sent, const Schema* schema) {
  if (schema == nullptr) return {};
  if (ack.offset != 0) return attribute_at(sent, *schema, ack.offset);
  const AttributeSpec* missing = schema->find(ack.missing_type);
  return missing != nullptr ? std::string("missing ") + missing->name : std::string();
}

}  // namespace topoproof::netlink
