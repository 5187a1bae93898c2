// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/plain_evaluator.hh"

#include <algorithm>

namespace topoproof::machine::plain {
namespace {

namespace fw = firewall;
using Octets = std::vector<std::uint8_t>;

Octets octets(const topoproof::Bytes& bytes) {
  Octets out;
  for (const auto byte : bytes) out.push_back(std::to_integer<std::uint8_t>(byte));
  return out;
}

// The order of byte strings of one length: that of the numbers they write in network order.
int order(const Octets& a, const Octets& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}

// Host numbers lie in the registers least significant byte first on the machines that tests run on.
Octets host(std::uint32_t value) {
  return {static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8),
          static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 24)};
}
Octets one(std::uint8_t value) { return {value, 0, 0, 0}; }
Octets name(const std::string& text) {
  Octets out(16);
  std::copy(text.begin(), text.end(), out.begin());
  return out;
}

std::uint32_t big16(const Octets& bytes, std::size_t at) {
  return static_cast<std::uint32_t>(bytes.at(at) * 256 + bytes.at(at + 1));
}

void put16(Octets& bytes, std::size_t at, std::uint32_t value) {
  bytes.at(at) = static_cast<std::uint8_t>(value / 256);
  bytes.at(at + 1) = static_cast<std::uint8_t>(value % 256);
}

// Sum of 16-bit words, ends around carried; an odd last byte is a high one.
std::uint32_t sum(const Octets& bytes) {
  std::uint32_t total = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) total += bytes[i] * (i % 2 == 0 ? 256U : 1U);
  while (total > 0xffff) total = total % 0x10000 + total / 0x10000;
  return total;
}

void mend(Octets& bytes, std::size_t at, const Octets& before, const Octets& after) {
  std::uint32_t total = (0xffff - big16(bytes, at)) + (0xffff - sum(before)) + sum(after);
  while (total > 0xffff) total = total % 0x10000 + total / 0x10000;
  const auto mended = 0xffff - total;
  put16(bytes, at, mended == 0 ? 0xffff : mended);
}

bool is_one_of(int value, std::initializer_list<int> values) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

Verdict Evaluator::evaluate(const fw::Chain& base, Packet& packet, std::uint64_t now_ns) {
  packet_ = &packet;
  now_ = now_ns;
  std::fill(registers_.begin(), registers_.end(), std::uint8_t{0});
  verdict_ = {};
  const auto outcome = walk(base);
  if (outcome == Outcome::Unknown) verdict_.unknown = true;
  if (outcome == Outcome::Accept) verdict_.accept = true;
  if (outcome == Outcome::Go || outcome == Outcome::Return) {
    verdict_.accept = !base.base->drops;
    verdict_.rule = nullptr;
  }
  return verdict_;
}

// Go: the chain came to its end. A goto ends this chain with what the other says.
Evaluator::Outcome Evaluator::walk(const fw::Chain& chain) {
  for (const auto& rule : chain.rules) {
    const auto outcome = apply(rule);
    if (outcome == Outcome::Go || outcome == Outcome::NextRule) continue;
    if (outcome == Outcome::Return) return Outcome::Go;
    verdict_.rule = &rule;
    if (outcome != Outcome::Jump && outcome != Outcome::Goto) return outcome;
    const auto inner = walk(*fw::find_chain(table_, target_));
    if (inner != Outcome::Go || outcome == Outcome::Goto) return inner;
  }
  return Outcome::Go;
}

Evaluator::Outcome Evaluator::apply(const fw::Rule& rule) {
  for (const auto& expression : rule.expressions) {
    const auto outcome = apply(expression);
    if (outcome != Outcome::Go) return outcome;
  }
  return Outcome::Go;
}

Octets Evaluator::read(fw::Register at, std::size_t length) const {
  const auto begin = registers_.begin() + at.word * 4;
  return {begin, begin + static_cast<std::ptrdiff_t>(length)};
}

void Evaluator::write(fw::Register at, const Octets& bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) registers_.at(at.word * 4U + i) = bytes[i];
}

Evaluator::Outcome Evaluator::apply(const fw::Expression& expression) {
  const auto pass = [](bool matches) { return matches ? Outcome::Go : Outcome::NextRule; };
  if (const auto* e = std::get_if<fw::PayloadLoad>(&expression)) return load(*e);
  if (const auto* e = std::get_if<fw::PayloadStore>(&expression)) return store(*e);
  if (const auto* e = std::get_if<fw::MetaLoad>(&expression)) return load(*e);
  if (const auto* e = std::get_if<fw::Lookup>(&expression)) return look_up(*e);
  if (const auto* e = std::get_if<fw::ExtensionLoad>(&expression)) return option(*e);
  if (const auto* e = std::get_if<fw::Limit>(&expression)) return limit(*e);
  if (const auto* e = std::get_if<fw::Reject>(&expression)) return reject(*e);
  if (const auto* e = std::get_if<fw::Verdict>(&expression)) return follow(*e);
  if (const auto* e = std::get_if<fw::Compare>(&expression)) {
    const auto value = octets(e->value);
    const int compared = order(read(e->from, value.size()), value);
    switch (e->op) {
      case fw::CompareOp::Equal:
        return pass(compared == 0);
      case fw::CompareOp::NotEqual:
        return pass(compared != 0);
      case fw::CompareOp::Less:
        return pass(compared < 0);
      case fw::CompareOp::LessOrEqual:
        return pass(compared <= 0);
      case fw::CompareOp::Greater:
        return pass(compared > 0);
      case fw::CompareOp::GreaterOrEqual:
        return pass(compared >= 0);
    }
  }
  if (const auto* e = std::get_if<fw::Range>(&expression)) {
    const auto value = read(e->from, e->low.size());
    const bool within = order(value, octets(e->low)) >= 0 && order(value, octets(e->high)) <= 0;
    return pass(within != e->inverted);
  }
  if (const auto* e = std::get_if<fw::Bitwise>(&expression)) {
    const auto mask = octets(e->mask);
    const auto flip = octets(e->flip);
    auto value = read(e->from, (mask.size() + 3) / 4 * 4);
    for (std::size_t i = 0; i < value.size(); ++i) {
      value[i] = i < mask.size() ? static_cast<std::uint8_t>((value[i] & mask[i]) ^ flip[i])
                                 : std::uint8_t{0};
    }
    write(e->to, value);
    return Outcome::Go;
  }
  if (const auto* e = std::get_if<fw::ByteOrder>(&expression)) {
    const auto from = read(e->from, e->length);
    Octets turned(from.size());
    for (std::size_t i = 0; i < from.size(); ++i) {
      turned[i] = from.at(i / e->size * e->size + (e->size - 1 - i % e->size));
    }
    write(e->to, turned);
    return Outcome::Go;
  }
  if (const auto* e = std::get_if<fw::Immediate>(&expression)) {
    write(e->to, octets(e->value));
    return Outcome::Go;
  }
  if (const auto* e = std::get_if<fw::MetaStore>(&expression)) {
    const auto value = read(e->from, 4);
    const auto number = value[0] + value[1] * 0x100U + value[2] * 0x10000U + value[3] * 0x1000000U;
    if (e->key == fw::MetaKey::Mark) packet_->mark = number;
    if (e->key == fw::MetaKey::Priority) packet_->priority = number;
    return Outcome::Go;
  }
  if (const auto* e = std::get_if<fw::Counter>(&expression)) {
    ++counters_[e];
    return Outcome::Go;
  }
  if (const auto* e = std::get_if<fw::Quota>(&expression)) {
    auto& used = quotas_[e];
    used += packet_->bytes.size();
    return pass((used <= e->bytes) != e->over);
  }
  if (const auto* e = std::get_if<fw::NumberGenerator>(&expression)) {
    const auto number = numbers_[e]++ % e->modulus;
    write(e->to, host(number + e->offset));
    return Outcome::Go;
  }
  return Outcome::Unknown;
}

std::optional<Evaluator::Place> Evaluator::transport() const {
  const auto& bytes = packet_->bytes;
  if (packet_->version == 4) {
    if (bytes.size() < 20) return {};
    return Place{bytes[0] % 16 * 4U, bytes[9], (big16(bytes, 6) & 0x1fff) != 0};
  }
  if (bytes.size() < 40) return {};
  std::size_t at = 40;
  int next = bytes[6];
  for (;;) {
    if (!is_one_of(next, {0, 43, 44, 60})) break;
    if (bytes.size() < at + (next == 44 || next == 43 ? 4U : 2U)) return {};
    if (next == 44 && (big16(bytes, at + 2) & 0xfff8) != 0) {
      if (is_one_of(bytes[at], {0, 43, 44, 51, 60})) return {};
      return Place{0, bytes[at], true};
    }
    const std::size_t length = next == 44 ? 8 : (bytes[at + 1] + 1U) * 8U;
    next = bytes[at];
    at += length;
    if (at > bytes.size()) return {};
  }
  if (next == 51 && bytes.size() < at + 2) return {};
  return Place{at, next, false};
}

Evaluator::Outcome Evaluator::load(const fw::PayloadLoad& e) {
  Octets from = packet_->bytes;
  std::size_t begin = e.offset;
  if (e.base == fw::PayloadBase::Link) {
    if (packet_->link.empty()) return Outcome::NextRule;
    from.insert(from.begin(), packet_->link.begin(), packet_->link.end());
  }
  if (e.base == fw::PayloadBase::Inner) return Outcome::Unknown;
  if (e.base == fw::PayloadBase::Transport) {
    const auto place = transport();
    if (!place) return Outcome::NextRule;
    const bool aligned =
        (e.length == 1 || e.length == 2 || e.length == 4) && e.offset % e.length == 0;
    if (place->later_fragment && !aligned) return Outcome::NextRule;
    begin += place->at;
    // The short way that failed is followed by the long one, which sees the fragment.
    if (place->later_fragment && begin + e.length > from.size()) return Outcome::NextRule;
  }
  if (begin + e.length > from.size()) return Outcome::NextRule;
  Octets value((e.length + 3) / 4 * 4);
  for (std::size_t i = 0; i < e.length; ++i) value[i] = from[begin + i];
  write(e.to, value);
  return Outcome::Go;
}

Evaluator::Outcome Evaluator::load(const fw::MetaLoad& e) {
  const auto put = [&](const Octets& value) {
    write(e.to, value);
    return Outcome::Go;
  };
  using enum fw::MetaKey;
  if (e.key == Length) return put(host(static_cast<std::uint32_t>(packet_->bytes.size())));
  if (e.key == Mark) return put(host(packet_->mark));
  if (e.key == Priority) return put(host(packet_->priority));
  if (e.key == Iif) return put(host(packet_->in_index));
  if (e.key == Oif) return put(host(packet_->out_index));
  if (e.key == Iifname) return put(name(packet_->in));
  if (e.key == Oifname) return put(name(packet_->out));
  if (e.key == Pkttype) return put(one(static_cast<std::uint8_t>(packet_->packet_type)));
  if (e.key == Nfproto) return put(one(packet_->version == 4 ? 2 : 10));
  if (e.key == Protocol) {
    return put(packet_->version == 4 ? Octets{0x08, 0x00, 0, 0} : Octets{0x86, 0xdd, 0, 0});
  }
  if (e.key != L4proto) return Outcome::Unknown;
  const auto place = transport();
  if (!place) return Outcome::NextRule;
  return put(one(static_cast<std::uint8_t>(place->protocol)));
}

Evaluator::Outcome Evaluator::store(const fw::PayloadStore& e) {
  auto& bytes = packet_->bytes;
  const auto place = transport();
  std::size_t base = 0;
  if (e.base == fw::PayloadBase::Transport) {
    if (!place || place->later_fragment) return Outcome::NextRule;
    base = place->at;
  } else if (e.base != fw::PayloadBase::Network) {
    return Outcome::Unknown;
  }
  const auto begin = base + e.offset;
  if (begin + e.length > bytes.size()) return Outcome::NextRule;
  const Octets before(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                      bytes.begin() + static_cast<std::ptrdiff_t>(begin + e.length));
  const auto after = read(e.from, e.length);
  if (e.checksum == fw::ChecksumKind::Internet) {
    const auto at = base + e.checksum_offset;
    if (at + 2 > bytes.size()) return Outcome::NextRule;
    mend(bytes, at, before, after);
  }
  if (e.checksum_flags != 0 && place && !place->later_fragment) {
    std::optional<std::size_t> at;
    if (place->protocol == 6) at = place->at + 16;
    if (place->protocol == 17 || place->protocol == 136) at = place->at + 6;
    if (place->protocol == 58) at = place->at + 2;
    if (at) {
      if (*at + 2 > bytes.size()) return Outcome::NextRule;
      if (place->protocol != 17 || big16(bytes, *at) != 0) mend(bytes, *at, before, after);
    }
  }
  std::copy(after.begin(), after.end(), bytes.begin() + static_cast<std::ptrdiff_t>(begin));
  return Outcome::Go;
}

const fw::Element* Evaluator::find(const fw::Set& set, const Octets& key) const {
  const fw::Element* found = nullptr;
  if (set.field_lengths.size() > 1) {
    for (const auto& element : set.elements) {
      bool inside = true;
      std::size_t at = 0;
      for (const auto length : set.field_lengths) {
        const auto part = [&](const Octets& whole) {
          return Octets(whole.begin() + static_cast<std::ptrdiff_t>(at),
                        whole.begin() + static_cast<std::ptrdiff_t>(at + length));
        };
        const auto low = octets(element.key);
        const auto high = element.key_high.empty() ? low : octets(element.key_high);
        inside = inside && order(part(low), part(key)) <= 0 && order(part(key), part(high)) <= 0;
        at += (length + 3) / 4 * 4;
      }
      if (inside) return &element;
    }
    return nullptr;
  }
  if ((set.flags & fw::kSetInterval) == 0) {
    for (const auto& element : set.elements) {
      if ((element.flags & fw::kElementCatchall) == 0 && octets(element.key) == key)
        return &element;
    }
    return nullptr;
  }
  // The nearest bound at or below the key; where one ends as another begins, the one that begins.
  for (const auto& element : set.elements) {
    if ((element.flags & fw::kElementCatchall) != 0) continue;
    const auto bound = octets(element.key);
    if (order(bound, key) > 0) continue;
    const int nearer = found == nullptr ? 1 : order(bound, octets(found->key));
    const bool begins = (element.flags & fw::kElementIntervalEnd) == 0;
    if (nearer > 0 || (nearer == 0 && begins)) found = &element;
  }
  if (found != nullptr && (found->flags & fw::kElementIntervalEnd) != 0) return nullptr;
  return found;
}

Evaluator::Outcome Evaluator::look_up(const fw::Lookup& e) {
  const auto& set = *fw::find_set(table_, e.set);
  const auto* element = find(set, read(e.from, set.key_length));
  for (const auto& other : set.elements) {
    if (element == nullptr && (other.flags & fw::kElementCatchall) != 0) element = &other;
  }
  if ((element == nullptr) != e.inverted) return Outcome::NextRule;
  if (element == nullptr || !e.to) return Outcome::Go;
  if (const auto* verdict = std::get_if<fw::Verdict>(&element->data)) return follow(*verdict);
  write(*e.to, octets(std::get<topoproof::Bytes>(element->data)));
  return Outcome::Go;
}

Evaluator::Outcome Evaluator::option(const fw::ExtensionLoad& e) {
  if (e.kind != fw::ExtensionKind::TcpOption) return Outcome::Unknown;
  const auto& bytes = packet_->bytes;
  const auto place = transport();
  std::optional<Octets> value;
  if (place && !place->later_fragment && place->protocol == 6 && place->at + 20 <= bytes.size()) {
    const std::size_t size = bytes[place->at + 12] / 16 * 4U;
    if (size >= 20 && place->at + size <= bytes.size()) {
      for (std::size_t i = 20; i + 1 < size;) {
        const auto kind = bytes[place->at + i];
        const std::size_t said = bytes[place->at + i + 1];
        const std::size_t length = kind < 2 || said == 0 ? 1 : said;
        if (kind == e.type) {
          if (i + length <= size && e.offset + e.length <= length) {
            const auto begin =
                bytes.begin() + static_cast<std::ptrdiff_t>(place->at + i + e.offset);
            value = Octets(begin, begin + static_cast<std::ptrdiff_t>(e.length));
          }
          break;
        }
        i += length;
      }
    }
  }
  if (e.presence) {
    write(e.to, one(value ? 1 : 0));
    return Outcome::Go;
  }
  if (!value) return Outcome::NextRule;
  value->resize((e.length + 3) / 4 * 4);
  write(e.to, *value);
  return Outcome::Go;
}

// A token bucket counted in packets, where the first evaluator counts in nanoseconds.
Evaluator::Outcome Evaluator::limit(const fw::Limit& e) {
  const double burst = e.burst == 0 ? 5 : e.burst;
  auto [at, is_new] = limits_.try_emplace(&e, Bucket{burst, 0});
  auto& bucket = at->second;
  const double passed = static_cast<double>(now_ - bucket.last) / 1e9;
  const double rate = static_cast<double>(e.rate) / static_cast<double>(e.per_seconds);
  bucket.tokens = std::min(burst, bucket.tokens + passed * rate);
  bucket.last = now_;
  const bool within = bucket.tokens >= 1 - 1e-9;
  if (within) bucket.tokens -= 1;
  return within != e.over ? Outcome::Go : Outcome::NextRule;
}

Evaluator::Outcome Evaluator::reject(const fw::Reject& e) {
  verdict_.reset = e.kind == fw::RejectKind::TcpReset;
  if (verdict_.reset) return Outcome::Drop;
  verdict_.icmp_type = packet_->version == 4 ? 3 : 1;
  verdict_.icmp_code = e.code;
  if (e.kind == fw::RejectKind::AnyError) {
    const int v4[] = {0, 3, 1, 13};
    const int v6[] = {0, 4, 3, 1};
    verdict_.icmp_code = packet_->version == 4 ? v4[e.code] : v6[e.code];
  }
  return Outcome::Drop;
}

Evaluator::Outcome Evaluator::follow(const fw::Verdict& verdict) {
  target_ = verdict.chain;
  switch (verdict.kind) {
    case fw::VerdictKind::Accept:
      return Outcome::Accept;
    case fw::VerdictKind::Drop:
      return Outcome::Drop;
    case fw::VerdictKind::Jump:
      return Outcome::Jump;
    case fw::VerdictKind::Goto:
      return Outcome::Goto;
    case fw::VerdictKind::Return:
      return Outcome::Return;
    case fw::VerdictKind::Break:
      return Outcome::NextRule;
    case fw::VerdictKind::Continue:
      return Outcome::Go;
    case fw::VerdictKind::Stolen:
    case fw::VerdictKind::Queue:
      break;
  }
  return Outcome::Unknown;
}

std::uint64_t Evaluator::counted(const fw::Rule& rule) const {
  for (const auto& expression : rule.expressions) {
    const auto* counter = std::get_if<fw::Counter>(&expression);
    if (counter == nullptr) continue;
    const auto at = counters_.find(counter);
    return at == counters_.end() ? 0 : at->second;
  }
  return 0;
}

}  // namespace topoproof::machine::plain
