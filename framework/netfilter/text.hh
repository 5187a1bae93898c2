// SPDX-License-Identifier: GPL-2.0-or-later
// The user's own nft text, through libnftables, in a process beside this one (nft_process.hh): a
// text that crashes the library is refused like any other that is wrong.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "base/issue.hh"
#include "sys/netns.hh"

namespace topoproof::netfilter {

// Where a text came from. Its first line is line `first_line` of `file`; `include` and relative
// paths count from the directory of `file` (or from the current one if it has none).
struct TextSource {
  std::string file;
  int first_line = 1;
};

class NftProcess;

// Holds a conversation with the namespace open. It is kept for as long as texts may follow, since
// to close it soon after a text was loaded takes the kernel 6 to 20 ms: the close waits for an RCU
// grace period, until what the text replaced is freed (nft_rcv_nl_event).
class TextLoader {
 public:
  explicit TextLoader(const sys::Netns& netns);  // THROWS: sys::SystemError
  TextLoader(TextLoader&& other) noexcept;
  TextLoader& operator=(TextLoader&& other) noexcept;
  ~TextLoader();

  // Adds what the text says to what the namespace has: all of it or nothing. From any thread; the
  // loaders of one process wait for each other, since libnftables is not safe with threads.
  // RETURNS: what libnftables or the kernel refuses, with file, line and column; empty if all is
  // loaded. Lines of an included file are named with that file. THROWS: sys::SystemError
  [[nodiscard]] Issues load(const std::string& text, const TextSource& source = {});

 private:
  sys::Netns netns_;
  std::uint64_t conversation_;
  std::shared_ptr<NftProcess> process_;
};

// Of one text, with a loader of its own.
[[nodiscard]] Issues load_text(const sys::Netns& netns, const std::string& text,
                               const TextSource& source = {});
// Reads the file itself. An unreadable file is an issue.
[[nodiscard]] Issues load_file(const sys::Netns& netns, const std::filesystem::path& file);

enum class Listing { WithState, Stateless };  // counters, quotas, and elements' ages, or not

// What `nft list ruleset` prints there. THROWS: sys::SystemError
std::string list_ruleset_text(const sys::Netns& netns, Listing listing = Listing::WithState);

}  // namespace topoproof::netfilter
