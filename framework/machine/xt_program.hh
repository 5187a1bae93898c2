// SPDX-License-Identifier: GPL-2.0-or-later
// Matches and targets of x_tables as a program has them: typed, with the state that some of them
// keep.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "machine/state.hh"
#include "xtables/match.hh"
#include "xtables/target.hh"

namespace topoproof::machine {

// Buckets of `hashlimit`, one for each key.
using HashLimitTable = std::map<Bytes, LimitState>;

// A list of `recent`: addresses, the one seen last at the end, with the times they were seen.
struct RecentList {
  static constexpr std::size_t kMost = 100;  // ip_list_tot
  struct Address {
    Bytes bytes;
    std::uint8_t ttl = 0;
    std::deque<Time> seen;
  };
  std::list<Address> addresses;
};

struct XtMatchCode {
  xtables::Match form;
  LimitState limit = {};                              // of limit
  std::uint32_t count = 0;                            // of statistic --mode nth
  std::shared_ptr<HashLimitTable> buckets = nullptr;  // of hashlimit: one for all of its name
  std::shared_ptr<RecentList> recent = nullptr;       // of recent: likewise
  std::optional<std::uint64_t> quota = {};            // of quota: bytes that are left
  std::map<Bytes, ConnlimitState> connections = {};   // of connlimit: by masked address
  std::string not_modelled = {};                      // of what has no type: why nothing is known
};

// Decodes, and lets matches share what their names say they share.
class XtCompiler {
 public:
  XtMatchCode make(const firewall::XtMatch& match, Family family);
  static xtables::Target make(const firewall::XtTarget& target, Family family);

 private:
  template <class T>
  using Named = std::map<std::pair<Family, std::string>, std::shared_ptr<T>>;
  Named<HashLimitTable> buckets_;
  Named<RecentList> recent_;
};

}  // namespace topoproof::machine
