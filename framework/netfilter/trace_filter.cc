// SPDX-License-Identifier: GPL-2.0-or-later
#include "netfilter/trace_filter.hh"

#include <cstdint>
#include <string>
#include <vector>

#include <linux/filter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "base/check.hh"
#include "sys/error.hh"

namespace topoproof::netfilter {
namespace {

constexpr std::uint32_t kAttributes = NLMSG_HDRLEN + sizeof(nfgenmsg);
constexpr std::uint32_t kTakeAll = UINT32_MAX;
constexpr std::size_t kWord = 4;

class FilterProgram {
 public:
  // The accumulator becomes where the attribute begins, or 0; so does the index register.
  void find_attribute(std::uint32_t type) {
    add(BPF_LD | BPF_IMM, kAttributes);
    add(BPF_LDX | BPF_IMM, type);
    add(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_NLATTR));
    add(BPF_MISC | BPF_TAX, 0);
  }
  // Takes the event unless the attribute that was found has `word` at this offset of its value.
  void take_unless(std::string_view word, std::size_t offset) {
    load_word(offset);
    program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number_of(word), 1, 0));
    add(BPF_RET | BPF_K, kTakeAll);
  }
  void take_if(std::string_view word) {
    load_word(0);
    program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number_of(word), 0, 1));
    add(BPF_RET | BPF_K, kTakeAll);
  }
  void refuse() { add(BPF_RET | BPF_K, 0); }

  void attach(int socket) {
    const sock_fprog program{.len = static_cast<unsigned short>(program_.size()),
                             .filter = program_.data()};
    sys::check_result(::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program),
                      "filter trace events");
  }

 private:
  void add(unsigned code, std::uint32_t value) {
    program_.push_back(BPF_STMT(static_cast<std::uint16_t>(code), value));
  }
  void load_word(std::size_t offset) {
    add(BPF_LD | BPF_W | BPF_IND, static_cast<std::uint32_t>(sizeof(nlattr) + offset));
  }
  // As BPF loads it: in network byte order.
  static std::uint32_t number_of(std::string_view word) {
    std::uint32_t number = 0;
    for (const char c : word.substr(0, kWord)) number = number << 8 | static_cast<unsigned char>(c);
    return number;
  }

  std::vector<sock_filter> program_;
};

}  // namespace

void take_no_event_of(int socket, std::string_view table, std::string_view kept) {
  const std::string name = std::string(table) + '\0';
  TOPOPROOF_CHECK(name.size() % kWord == 0 && kept.size() >= kWord, "names fill whole words");
  FilterProgram program;
  program.find_attribute(NFTA_TRACE_TABLE);
  for (std::size_t i = 0; i < name.size(); i += kWord) {
    program.take_unless(std::string_view(name).substr(i), i);
  }
  program.find_attribute(NFTA_TRACE_CHAIN);
  program.take_if(kept);
  program.refuse();
  program.attach(socket);
}

}  // namespace topoproof::netfilter
