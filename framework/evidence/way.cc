// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/way.hh"

#include <algorithm>
#include <limits>

namespace topoproof::evidence {
namespace {

// More than the longest way has hops and a bridge has ports: what goes round for ever (a rule of
// the ingress hook that forwards lowers no TTL) is looked at no further.
constexpr std::size_t kMostSightings = 4096;

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

bool is_port(const Sighting& s, const Witness& witness) {
  return witness.is_bridge_port(s.node, s.interface);
}

// Each is the next of the one before: the packet was not copied.
bool is_one_way(const Sightings& seen, const Witness& witness) {
  const auto breaks = [&](const Sighting& a, const Sighting& b) {
    return !leads_to(a, b, witness);
  };
  return std::ranges::adjacent_find(seen, breaks) == seen.end();
}

class Copies {
 public:
  Copies(const Sightings& seen, const Witness& witness) : seen_(seen), witness_(witness) {
    for (std::size_t i = 0; i < seen.size(); ++i) origins_.push_back(find_origin(i));
  }

  // All begin at the sender. If not, something on the way was not seen.
  bool are_complete() const {
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      if (origins_[i] == kNone && seen_[i].node != seen_.front().node) return false;
    }
    return true;
  }

  Sightings way() const {
    Sightings way;
    for (std::size_t i = end(); i != kNone; i = origins_[i]) way.push_back(seen_[i]);
    std::ranges::reverse(way);
    return way;
  }

 private:
  std::size_t find_origin(std::size_t i) const {
    for (std::size_t j = i; j-- > 0;) {
      if (leads_to(seen_[j], seen_[i], witness_)) return j;
    }
    return kNone;
  }

  std::size_t end() const {
    std::size_t last = 0;
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      if (is_taken_in(seen_[i], witness_)) last = i;
    }
    for (std::size_t next = last; next != kNone; next = next_of(last)) last = next;
    return last;
  }

  // Of several copies the last; of those that only strangers got, none.
  std::size_t next_of(std::size_t i) const {
    std::size_t next = kNone;
    for (std::size_t j = i + 1; j < seen_.size(); ++j) {
      if (origins_[j] == i && !is_for_strangers(j)) next = j;
    }
    return next;
  }

  bool is_for_strangers(std::size_t i) const {
    if (is_strangers(seen_[i], witness_)) return true;
    if (seen_[i].way == Way::In || !is_port(seen_[i], witness_)) return false;
    return std::ranges::any_of(
        seen_, [&](const Sighting& s) { return is_strangers(s, witness_) && origin_of(s) == i; });
  }
  std::size_t origin_of(const Sighting& s) const {
    return origins_[static_cast<std::size_t>(&s - seen_.data())];
  }

  const Sightings& seen_;
  const Witness& witness_;
  std::vector<std::size_t> origins_;  // of each sighting the one that it followed from
};

}  // namespace

bool is_taken_in(const Sighting& sighting, const Witness& witness) {
  return sighting.way == Way::In && sighting.for_this_host && !is_port(sighting, witness);
}

bool is_strangers(const Sighting& s, const Witness& witness) {
  return s.way == Way::In && !s.for_this_host && !is_port(s, witness);
}

bool leads_to(const Sighting& a, const Sighting& b, const Witness& witness) {
  const auto far = b.way == Way::In ? witness.far_end(b.node, b.interface) : std::nullopt;
  if (far) return a.way == Way::Out && a.node == far->node && a.interface == far->interface;
  if (a.node != b.node) return false;
  // The bridge's own interface takes in what came by a port.
  if (b.way == Way::In) return a.way == Way::In && is_port(a, witness);
  const bool was_sent = a.way == Way::Out && !is_port(a, witness);  // by the bridge's interface
  const bool came_in = a.way == Way::In && is_port(a, witness);
  if (is_port(b, witness)) return was_sent || came_in || is_taken_in(a, witness);
  return is_taken_in(a, witness);
}

Sightings way_of(Sightings copies, const Witness& witness) {
  if (copies.size() > kMostSightings) copies.resize(kMostSightings);
  if (is_one_way(copies, witness)) return copies;
  const Copies tree(copies, witness);
  if (tree.are_complete()) return tree.way();
  std::erase_if(copies, [&](const Sighting& s) { return is_strangers(s, witness); });
  return copies;
}

}  // namespace topoproof::evidence
