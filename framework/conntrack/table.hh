// SPDX-License-Identifier: GPL-2.0-or-later
// The flows of one namespace, found by either of their tuples; and by their source, for NAT. An
// entry whose time is over is no longer found, and removed when it is met.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "conntrack/entry.hh"

namespace topoproof::conntrack {

class Table {
 public:
  explicit Table(const Clock& clock);
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  // RETURNS: null if there is none. Valid until the next change of the table.
  Entry::Side* find(const Tuple& tuple, const Zone& zone);

  // Whether another flow's packets would have this tuple (nf_conntrack_tuple_taken). Flows with
  // the same original tuple do not count: that is one flow racing with itself.
  bool is_taken(const Tuple& tuple, const Entry& by_other_than);

  void insert(Entry& entry);  // REQUIRES: not in the table
  // Without effect on an entry that is not in the table.
  void remove(Entry& entry);
  void clear();
  // The flows of another table in place of those that are here. They are entries of their own:
  // packets that hold on to the other's belong to that one.
  void copy_from(const Table& other);

  std::size_t size() const { return size_; }  // those whose time is over count until they are met
  void remove_expired();
  void remove_if(const std::function<bool(const Entry&)>& condition);
  void for_each(const std::function<void(const Entry&)>& f) const;

  // For NAT: flows with a source binding, the newest first.
  void add_by_source(Entry& entry);
  void remove_by_source(Entry& entry);               // done by remove(), and when an entry ends
  Entry* first_by_source(const Tuple& tuple) const;  // then Entry::next_by_source

 private:
  std::size_t bucket_of(const Entry::Side& side) const;
  void link(Entry::Side& side);
  void unlink(Entry::Side& side);
  std::size_t source_bucket_of(const Tuple& tuple) const;
  bool is_over(const Entry& entry) const { return entry.expires <= clock_.now; }
  void grow();
  void grow_by_source();

  const Clock& clock_;
  std::vector<Entry::Side*> buckets_;
  std::vector<Entry*> by_source_;
  std::size_t size_ = 0;
  std::size_t sources_ = 0;
};

}  // namespace topoproof::conntrack
