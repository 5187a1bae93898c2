// SPDX-License-Identifier: GPL-2.0-or-later
#include "conntrack/table.hh"

#include <map>
#include <ranges>
#include <utility>

#include "base/check.hh"

namespace topoproof::conntrack {
namespace {

constexpr std::size_t kFirstBuckets = 64;

// What same_src() of nf_nat_core.c compares.
Tuple source_of(const Tuple& tuple) {
  return {.source = tuple.source,
          .destination = {},
          .source_port = tuple.source_port,
          .destination_port = 0,
          .protocol = tuple.protocol,
          .family = tuple.family};
}

void hold(Entry& entry) { skb::Ref<Entry>(&entry).release(); }
void let_go(Entry& entry) { skb::Ref<Entry>::adopt(&entry); }

}  // namespace

Entry::~Entry() {
  if (by_source != nullptr) by_source->remove_by_source(*this);
}

Table::Table(const Clock& clock)
    : clock_(clock), buckets_(kFirstBuckets), by_source_(kFirstBuckets) {}
Table::~Table() {
  clear();
  for (auto* entry : by_source_) {
    for (; entry != nullptr; entry = entry->next_by_source) entry->by_source = nullptr;
  }
}

std::size_t Table::bucket_of(const Entry::Side& side) const {
  const auto zone = side.entry->zone.id_of(side.direction());
  return hash_of(side.tuple, zone) & (buckets_.size() - 1);
}

std::size_t Table::source_bucket_of(const Tuple& tuple) const {
  return hash_of(source_of(tuple), 0) & (by_source_.size() - 1);
}

Entry::Side* Table::find(const Tuple& tuple, const Zone& zone) {
  for (const auto direction : {Direction::Original, Direction::Reply}) {
    const auto hash = hash_of(tuple, zone.id_of(direction));
    for (auto* side = buckets_[hash & (buckets_.size() - 1)]; side != nullptr; side = side->next) {
      if (side->tuple != tuple) continue;
      const auto of = side->direction();
      if (side->entry->zone.id_of(of) != zone.id_of(of)) continue;
      if (!is_over(*side->entry)) return side;
      remove(*side->entry);
      return find(tuple, zone);
    }
    if (zone.id_of(Direction::Original) == zone.id_of(Direction::Reply)) break;
  }
  return nullptr;
}

bool Table::is_taken(const Tuple& tuple, const Entry& by_other_than) {
  const auto& zone = by_other_than.zone;
  const auto hash = hash_of(tuple, zone.id_of(Direction::Reply));
  for (auto* side = buckets_[hash & (buckets_.size() - 1)]; side != nullptr; side = side->next) {
    const auto& entry = *side->entry;
    if (side->tuple != tuple || &entry == &by_other_than || is_over(entry)) continue;
    const auto of = side->direction();
    if (entry.zone.id_of(of) != zone.id_of(of)) continue;
    const bool same_flow = entry.original() == by_other_than.original() &&
                           entry.zone.id_of(Direction::Original) == zone.id_of(Direction::Original);
    if (!same_flow) return true;
  }
  return false;
}

void Table::link(Entry::Side& side) {
  auto& bucket = buckets_[bucket_of(side)];
  side.next = bucket;
  bucket = &side;
}

void Table::unlink(Entry::Side& side) {
  auto** at = &buckets_[bucket_of(side)];
  while (*at != nullptr && *at != &side) at = &(*at)->next;
  TOPOPROOF_CHECK(*at == &side, "a confirmed entry is in the table");
  *at = side.next;
  side.next = nullptr;
}

void Table::insert(Entry& entry) {
  if (2 * (size_ + 1) > buckets_.size()) grow();
  hold(entry);
  for (auto& side : entry.sides) link(side);
  entry.status |= kConfirmed;
  entry.in_table = true;
  ++size_;
}

void Table::remove(Entry& entry) {
  entry.status |= kDying;
  remove_by_source(entry);
  if (!entry.in_table) return;
  for (auto& side : entry.sides) unlink(side);
  entry.in_table = false;
  --size_;
  let_go(entry);
}

void Table::clear() {
  remove_if([](const Entry&) { return true; });
}

void Table::copy_from(const Table& other) {
  clear();
  std::map<const Entry*, Entry*> copies;
  other.for_each([&](const Entry& entry) {
    const skb::Ref<Entry> copy(new Entry(entry.original(), entry.reply(), entry));
    insert(*copy);
    copies[&entry] = copy.get();
  });
  for (const Entry* entry : other.by_source_) {
    std::vector<Entry*> newest_first;
    for (; entry != nullptr; entry = entry->next_by_source) {
      const auto copy = copies.find(entry);
      if (copy != copies.end()) newest_first.push_back(copy->second);
    }
    for (Entry* copy : newest_first | std::views::reverse) add_by_source(*copy);
  }
}

void Table::remove_expired() {
  remove_if([this](const Entry& entry) { return is_over(entry); });
}

void Table::remove_if(const std::function<bool(const Entry&)>& condition) {
  for (auto*& bucket : buckets_) {
    for (auto* side = bucket; side != nullptr;) {
      auto& entry = *side->entry;
      if (!condition(entry)) {
        side = side->next;
        continue;
      }
      remove(entry);
      side = bucket;  // both of its sides may have been in this bucket
    }
  }
}

void Table::for_each(const std::function<void(const Entry&)>& f) const {
  for (const auto* side : buckets_) {
    for (; side != nullptr; side = side->next) {
      if (side->direction() == Direction::Original && !is_over(*side->entry)) f(*side->entry);
    }
  }
}

void Table::add_by_source(Entry& entry) {
  if (sources_ >= by_source_.size()) grow_by_source();
  auto*& bucket = by_source_[source_bucket_of(entry.original())];
  entry.next_by_source = bucket;
  entry.by_source = this;
  bucket = &entry;
  ++sources_;
}

void Table::remove_by_source(Entry& entry) {
  if (entry.by_source != this) return;
  auto** at = &by_source_[source_bucket_of(entry.original())];
  while (*at != nullptr && *at != &entry) at = &(*at)->next_by_source;
  TOPOPROOF_CHECK(*at == &entry, "an entry with a source binding is found by it");
  *at = entry.next_by_source;
  entry.by_source = nullptr;
  --sources_;
}

// Oldest first into the new buckets, so that the newest is met first there as well.
void Table::grow_by_source() {
  auto old = std::exchange(by_source_, std::vector<Entry*>(by_source_.size() * 2));
  for (auto* entry : old) {
    std::vector<Entry*> chain;
    for (; entry != nullptr; entry = entry->next_by_source) chain.push_back(entry);
    for (auto* next : chain | std::views::reverse) {
      auto*& bucket = by_source_[source_bucket_of(next->original())];
      next->next_by_source = std::exchange(bucket, next);
    }
  }
}

Entry* Table::first_by_source(const Tuple& tuple) const {
  return by_source_[source_bucket_of(tuple)];
}

void Table::grow() {
  remove_expired();
  if (2 * (size_ + 1) <= buckets_.size() / 2) return;
  auto old = std::exchange(buckets_, std::vector<Entry::Side*>(buckets_.size() * 2));
  for (auto* side : old) {
    while (side != nullptr) link(*std::exchange(side, side->next));
  }
}

}  // namespace topoproof::conntrack
