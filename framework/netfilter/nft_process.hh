// SPDX-License-Identifier: GPL-2.0-or-later
// The process in which libnftables runs. Some texts make the library fail an assertion of its own,
// which ends the process that called it (1.0.6: "ip ttl set jhash ip saddr mod 2"): that is not to
// be ours. Internal to the module.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "sys/channel.hh"
#include "sys/fd.hh"
#include "sys/netns.hh"

namespace topoproof::netfilter {

class NftProcess {
 public:
  NftProcess();   // THROWS: SystemError
  ~NftProcess();  // ends it, and waits for that
  NftProcess(const NftProcess&) = delete;
  NftProcess& operator=(const NftProcess&) = delete;

  // The one that others use, too, until this process ends; a new one where there is none. REQUIRES:
  // the caller is where namespaces are its own (sys/sandbox.hh). THROWS: SystemError
  static std::shared_ptr<NftProcess> shared();

  // It lives, and may enter what this process may: it is a child of this process, not of one that
  // has forked this one, nor from before another user namespace was entered.
  bool is_usable() const;

  // What libnftables refuses, in its words, and the name that it has for the text there.
  struct Refusal {
    std::string file;
    std::string text;
  };
  struct Text {
    const sys::Fd& content;    // a file from its beginning
    const sys::Fd& directory;  // from where it includes
  };

  // Both from any thread: they wait for each other. `conversation`: of texts with one number the
  // library keeps its socket open in between. An interrupt (sys/interrupt.hh) gives the library a
  // little more time, and then ends its process.
  // RETURNS: a Refusal, empty if all is loaded. THROWS: SystemError; NftCrash
  Refusal load(std::uint64_t conversation, const sys::Netns& netns, const Text& text);
  // RETURNS: what `nft list ruleset` prints. THROWS: as load()
  std::string list(const sys::Netns& netns, bool stateless);

  void close(std::uint64_t conversation) noexcept;

 private:
  std::string ask(std::string_view request, std::span<const int> descriptors);
  void await_answer();
  std::string how_it_ended();

  pid_t owner_ = 0;
  ino_t user_namespace_ = 0;
  pid_t child_ = 0;  // 0: it was waited for
  sys::Channel channel_;
  sys::Channel lifeline_;  // nothing is said on it; its end is the child's
  sys::Fd said_;           // its stderr
  std::mutex mutex_;
};

// The library ended its process.
class NftCrash : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;  // "signal 6: nft: evaluate.c:1115: ..."
};

}  // namespace topoproof::netfilter
