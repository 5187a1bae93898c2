// SPDX-License-Identifier: GPL-2.0-or-later
#include "netfilter/sent_by_nft.hh"

#include <charconv>
#include <stdexcept>
#include <string_view>

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include "netfilter/libnftables.hh"

namespace topoproof::netfilter {
namespace {

std::string without_colors(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\033') {
      plain += text[at];
    } else {
      at = std::min(text.find('m', at), text.size());
    }
  }
  return plain;
}

unsigned number(std::string_view text, int base) {
  const auto start = text.find_first_not_of(' ');
  if (start == std::string_view::npos) return 0;
  text.remove_prefix(start);
  unsigned value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

// The hexadecimal form of libmnl: one row of four bytes, or one attribute's header, a line.
class HexDump {
 public:
  void add(std::string_view line) {
    if (!line.starts_with('|')) return;
    if (line.ends_with("message length |")) messages_.emplace_back();
    if (messages_.empty()) return;
    if (line.ends_with("type | flags  |")) set_type(line);
    if (line.ends_with("|len |flags| type|")) add_attribute(line);
    const bool is_extra = line.ends_with("extra header  |");
    if (is_extra || line.find("      data      ") != std::string_view::npos) add_row(line);
  }
  std::vector<SentMessage> take() { return std::move(messages_); }

 private:
  Bytes& body() { return messages_.back().body; }
  // "| 02569 | R--- |"
  void set_type(std::string_view line) {
    messages_.back().type = static_cast<std::uint16_t>(number(line.substr(1, 6), 10));
  }
  // "| 74 00 00 00  |"
  void add_row(std::string_view line) {
    for (std::size_t i = 0; i < 4; ++i) {
      body().push_back(static_cast<std::byte>(number(line.substr(2 + 3 * i, 2), 16)));
    }
  }
  // "|00006|N-|00001|"
  void add_attribute(std::string_view line) {
    auto type = number(line.substr(10, 5), 10);
    if (line[7] == 'N') type |= NLA_F_NESTED;
    if (line[8] == 'B') type |= NLA_F_NET_BYTEORDER;
    for (const auto half : {number(line.substr(1, 5), 10), type}) {
      body().push_back(static_cast<std::byte>(half & 0xff));
      body().push_back(static_cast<std::byte>(half >> 8));
    }
  }

  std::vector<SentMessage> messages_;
};

std::vector<SentMessage> run(const std::string& command) {
  const UniqueContext context(libnftables().ctx_new(NFT_CTX_DEFAULT));
  libnftables().ctx_buffer_output(context.get());
  libnftables().ctx_buffer_error(context.get());
  libnftables().ctx_output_set_debug(context.get(), NFT_DEBUG_MNL);
  if (libnftables().run_cmd_from_buffer(context.get(), command.c_str()) != 0) {
    throw std::runtime_error(libnftables().ctx_get_error_buffer(context.get()));
  }
  const auto text = without_colors(libnftables().ctx_get_output_buffer(context.get()));
  HexDump dump;
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = rest.find('\n');
    dump.add(rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return dump.take();
}

}  // namespace

std::vector<SentMessage> sent_by_nft(const sys::Netns& netns, const std::string& command) {
  auto messages = sys::call_in(netns, [&] { return run(command); });
  // Between them it asks what is there already.
  std::erase_if(messages, [](const SentMessage& message) {
    const auto type = NFNL_MSG_TYPE(message.type);
    return NFNL_SUBSYS_ID(message.type) != NFNL_SUBSYS_NFTABLES ||
           (type != NFT_MSG_NEWSET && type != NFT_MSG_NEWSETELEM && type != NFT_MSG_NEWRULE);
  });
  return messages;
}

}  // namespace topoproof::netfilter
