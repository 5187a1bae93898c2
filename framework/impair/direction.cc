// SPDX-License-Identifier: GPL-2.0-or-later
#include "impair/direction.hh"

#include <algorithm>

#include "packet/view.hh"

namespace topoproof::impair {
namespace {

// In a link that is used for days no more is remembered than this.
constexpr std::size_t kMostNames = 1'000'000;

// What a packet is asked about, each by a number of its own.
enum class Question : std::uint64_t { Loss = 1, Duplicate, Reorder, Jitter };

// splitmix64: every bit of the result depends on every bit of the argument.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

class Hash {
 public:
  void add(std::uint64_t value) { state_ = mixed(state_ ^ value); }
  void add(const IpAddress& address) {
    if (address.is_v4()) return add(address.v4().bits());
    for (const std::byte b : address.v6().bytes()) add(std::to_integer<std::uint64_t>(b));
  }
  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0;
};

std::uint64_t hash_of(const packet::PacketView& packet) {
  Hash hash;
  hash.add(packet.src);
  hash.add(packet.dst);
  hash.add(packet.protocol);
  hash.add(packet.fragment_offset);
  hash.add(packet.sport().value_or(0));
  hash.add(packet.dport().value_or(0));
  if (const auto* icmp = packet.icmp()) {
    hash.add(icmp->type);
    hash.add(icmp->id.value_or(0));
    hash.add(icmp->sequence.value_or(0));
  }
  return hash.value();
}

// What the fragments of a packet have in common.
std::uint64_t whole_of(const packet::PacketView& packet) {
  Hash hash;
  hash.add(packet.src);
  hash.add(packet.dst);
  hash.add(packet.id.value_or(0));
  return hash.value();
}

std::uint64_t answer(std::uint64_t packet, Question question) {
  return mixed(packet ^ mixed(static_cast<std::uint64_t>(question)));
}

bool is_among(Share share, std::uint64_t packet, Question question) {
  return answer(packet, question) % Share::kAll < share.millionths;
}

}  // namespace

// Later ones follow their first, whatever else of the same sender passes between packets.
std::uint64_t Direction::as_fragment(const packet::PacketView& fragment, std::uint64_t content) {
  if (first_fragments_.size() > kMostNames) first_fragments_.clear();
  std::uint64_t& first = first_fragments_[whole_of(fragment)];
  if (fragment.fragment_offset == 0) first = content;
  return fragment.fragment_offset == 0 ? content : mixed(first ^ content);
}

// Of those that are no IP packet each is like the other.
std::uint64_t Direction::name_of(BytesView packet) {
  if (passed_.size() > kMostNames) passed_.clear();
  const auto view = packet::parse_view(packet);
  std::uint64_t content = view ? hash_of(*view) : 0;
  if (view && view->is_fragment()) content = as_fragment(*view, content);
  return mixed(content ^ mixed(passed_[content]++)) ^ mixed(impairment_.seed);
}

Direction::Time Direction::delay_for(std::uint64_t packet) const {
  const auto jitter = static_cast<std::uint64_t>(impairment_.jitter.count());
  if (jitter == 0) return impairment_.delay;
  const std::uint64_t offset = answer(packet, Question::Jitter) % (2 * jitter + 1);
  return impairment_.delay - impairment_.jitter + Time(static_cast<std::int64_t>(offset));
}

// When its last bit has left, behind those before it.
Direction::Time Direction::sent(std::size_t size, Time now) {
  if (impairment_.rate.bits == 0) return now;
  const double seconds = static_cast<double>(size) * 8 / static_cast<double>(impairment_.rate.bits);
  idle_at_ = std::max(idle_at_, now) + Time(static_cast<std::int64_t>(seconds * 1e9));
  return idle_at_;
}

std::vector<Direction::Time> Direction::pass(BytesView bytes, std::size_t size, Time now) {
  const std::uint64_t packet = name_of(bytes);
  if (is_among(impairment_.loss, packet, Question::Loss)) return {};
  const Time left = sent(size, now);
  Time arrival = left;
  if (!is_among(impairment_.reorder, packet, Question::Reorder)) {
    arrival = last_arrival_ = std::max(last_arrival_, left + delay_for(packet));
  }
  if (is_among(impairment_.duplicate, packet, Question::Duplicate)) return {arrival, arrival};
  return {arrival};
}

}  // namespace topoproof::impair
