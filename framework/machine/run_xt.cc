// SPDX-License-Identifier: GPL-2.0-or-later
// Matches and targets of x_tables, as nft_compat.c runs them: a match breaks the rule or not, a
// target gives a verdict or goes on.
#include <algorithm>
#include <cstring>

#include "machine/run.hh"
#include "machine/xt_match.hh"
#include "packet/checksum.hh"
#include "packet/tcp.hh"

namespace topoproof::machine {
namespace {

namespace xt = xtables;

constexpr std::uint8_t kMssOption = 2;

std::uint32_t shifted(std::uint32_t value, const xt::ConnmarkTarget& t) {
  if (t.shift_bits >= 32) return value;
  return t.shifts_right ? value >> t.shift_bits : value << t.shift_bits;
}

template <class T>
concept KeepsState = std::is_same_v<T, xt::LimitMatch> || std::is_same_v<T, xt::HashLimitMatch> ||
                     std::is_same_v<T, xt::RecentMatch> || std::is_same_v<T, xt::StatisticMatch>;

}  // namespace

MatchResult run_match(XtMatchCode& code, const MatchInput& in) {
  return std::visit(
      [&]<class T>(const T& form) -> MatchResult {
        if constexpr (std::is_same_v<T, xt::Extension>) {
          return match_raw(form, in, code).value_or(not_known(code.not_modelled));
        } else if constexpr (std::is_same_v<T, xt::CommentMatch>) {
          return when(true);
        } else if constexpr (std::is_same_v<T, xt::IpSetMatch>) {
          return not_known("a set of ipset");
        } else if constexpr (KeepsState<T>) {
          return match(form, in, code);
        } else {
          return match(form, in);
        }
      },
      code.form);
}

void Run::other(const fw::XtMatch& /*e*/, std::uint32_t index) {
  const MatchInput input{packet_, headers_, at_, world_, random_};
  const auto result = run_match(program_.xt_matches()[index], input);
  is_random_ = is_random_ || result.is_random;
  if (!result.unknown.empty()) return give_up(result.unknown);
  if (result.drops) return drop("too broken for a match of x_tables");
  if (!result.matches) fail();
}

void Run::other(const fw::XtTarget& /*e*/, std::uint32_t index) {
  std::visit([this](const auto& form) { target(form); }, program_.xt_targets()[index]);
}

namespace {

// They look on: a log, a rate, a timer.
bool is_onlooker(const xt::Extension& t) {
  return t.name == "AUDIT" || t.name == "RATEEST" || t.name == "IDLETIMER";
}

}  // namespace

void Run::target(const xt::Extension& t) {
  if (is_onlooker(t)) return;
  if (t.name == "ECN" && t.revision == 0 && t.bytes.size() >= 3) return change_ecn(t.bytes);
  if (t.name == "TCPOPTSTRIP" && t.revision == 0 && t.bytes.size() >= 32) {
    return strip_options(t.bytes);
  }
  give_up("a target of x_tables of this name and revision");
}

// struct ipt_ECN_info: what is set, the bits of IP, those of TCP (ecn_tg).
void Run::change_ecn(BytesView info) {
  constexpr unsigned kIp = 0x01;
  constexpr unsigned kEcho = 0x10;
  constexpr unsigned kReduced = 0x20;
  const auto set = std::to_integer<unsigned>(info[0]);
  if ((set & kIp) != 0) {
    change_traffic_class(0xfc, static_cast<std::uint8_t>(std::to_integer<unsigned>(info[1]) & 3U));
  }
  if ((set & (kEcho | kReduced)) == 0 || headers_.protocol != packet::Tcp::kProtocol) return;
  const auto at = headers_.transport;
  if (!headers_.has_transport || packet_.size() < at + packet::Tcp::kSize) {
    return drop("ECN: no whole TCP header");
  }
  const auto tcp = packet_.writable().subspan(at);
  const Bytes before(tcp.begin() + 12, tcp.begin() + 14);
  auto flags = std::to_integer<unsigned>(tcp[13]);
  const auto wanted = std::to_integer<unsigned>(info[2]);
  if ((set & kEcho) != 0) flags = (flags & ~0x40U) | (wanted & 1U) << 6U;
  if ((set & kReduced) != 0) flags = (flags & ~0x80U) | (wanted >> 1U & 1U) << 7U;
  tcp[13] = static_cast<std::byte>(flags);
  if (packet_.checksum_partial) return;
  store_be16(&tcp[16], packet::updated_checksum(load_be16(&tcp[16]), before, tcp.subspan(12, 2)));
}

// struct xt_tcpoptstrip_target_info: a bit for each kind (tcpoptstrip_mangle_packet).
void Run::strip_options(BytesView kinds) {
  constexpr std::byte kFiller{1};
  if (headers_.fragment_offset != 0 || headers_.protocol != packet::Tcp::kProtocol) return;
  const auto at = headers_.transport;
  if (!headers_.has_transport || packet_.size() < at + packet::Tcp::kSize) {
    return drop("TCPOPTSTRIP: no whole TCP header");
  }
  const auto bytes = packet_.writable();
  const std::size_t length = (std::to_integer<std::size_t>(bytes[at + 12]) >> 4U) * 4U;
  if (length < packet::Tcp::kSize || bytes.size() < at + length) {
    return drop("TCPOPTSTRIP: no whole TCP header");
  }
  const auto tcp = bytes.subspan(at, length);
  const Bytes before(tcp.begin(), tcp.end());
  for (std::size_t i = packet::Tcp::kSize; i + 1 < length;) {
    const auto kind = std::to_integer<std::size_t>(tcp[i]);
    const auto said = std::to_integer<std::size_t>(tcp[i + 1]);
    const std::size_t size = kind <= 1 || said == 0 ? 1 : said;
    if (i + size > length) break;
    std::uint32_t word = 0;
    std::memcpy(&word, &kinds[kind / 32 * 4], sizeof word);
    if ((word >> (kind % 32) & 1U) != 0) std::ranges::fill(tcp.subspan(i, size), kFiller);
    i += size;
  }
  if (packet_.checksum_partial) return;
  store_be16(&tcp[16], packet::updated_checksum(load_be16(&before[16]), before, tcp));
}

void Run::target(const xt::RejectTarget& t) {
  answer_ = RejectAnswer{.tcp_reset = t.is_tcp_reset()};
  if (!t.is_tcp_reset()) {
    answer_->icmp_type = t.icmp_type();
    answer_->icmp_code = t.icmp_code();
  }
  verdict_ = {.next = Next::Drop};
}

void Run::target(const xt::MarkTarget& t) { packet_.mark = (packet_.mark & ~t.mask) ^ t.value; }

void Run::target(const xt::ConnmarkTarget& t) {
  auto* entry = conntrack::entry_of(packet_);
  if (entry == nullptr) return;
  switch (t.mode) {
    case xt::ConnmarkMode::Set:
      entry->mark = shifted((entry->mark & ~t.connection_mask) ^ t.value, t);
      return;
    case xt::ConnmarkMode::Save:
      entry->mark = (entry->mark & ~t.connection_mask) ^ shifted(packet_.mark & t.packet_mask, t);
      return;
    case xt::ConnmarkMode::Restore:
      packet_.mark = (packet_.mark & ~t.packet_mask) ^ shifted(entry->mark & t.connection_mask, t);
      return;
  }
}

// Lowers the segment size that a SYN offers (xt_TCPMSS.c).
void Run::target(const xt::TcpMssTarget& t) {
  if (headers_.fragment_offset != 0) return;
  // The whole packet is made one piece, and leaves in others than it came in.
  if (packet_.reassembled != nullptr) {
    auto forgotten = std::make_shared<skb::Reassembled>(*packet_.reassembled);
    forgotten->sizes.clear();
    packet_.reassembled = std::move(forgotten);
  }
  auto size = t.size;
  if (size == xt::kClampToPathMtu) {
    const auto route = world_.environment.route_of(packet_);
    if (!is_known(route)) return;
    if (!*route) return drop("TCPMSS without a route");
    size = (*route)->tcp_mss;
  }
  const auto at = headers_.transport;
  const auto bytes = packet_.writable();
  if (bytes.size() < at + packet::Tcp::kSize) return drop("TCPMSS: no whole TCP header");
  const std::size_t length = (std::to_integer<unsigned>(bytes[at + 12]) >> 4U) * 4U;
  if (length < packet::Tcp::kSize || bytes.size() < at + length)
    return drop("TCPMSS: no whole TCP header");
  const auto tcp = bytes.subspan(at, length);
  for (std::size_t i = packet::Tcp::kSize; i + 4 <= length;) {
    const auto kind = std::to_integer<unsigned>(tcp[i]);
    const auto said = std::to_integer<unsigned>(tcp[i + 1]);
    if (kind != kMssOption || said != 4) {
      i += kind < 2 || said == 0 ? 1 : said;
      continue;
    }
    if (load_be16(&tcp[i + 2]) <= size) return;
    const Bytes before(tcp.begin() + static_cast<std::ptrdiff_t>(i + 2),
                       tcp.begin() + static_cast<std::ptrdiff_t>(i + 4));
    store_be16(&tcp[i + 2], size);
    const auto sum = packet::updated_checksum(load_be16(&tcp[16]), before, tcp.subspan(i + 2, 2));
    if (!packet_.checksum_partial) store_be16(&tcp[16], sum);
    return;
  }
  const bool has_data = bytes.size() > at + length;
  if (!has_data && length < 60) give_up("TCPMSS adds an option");
}

void Run::target(const xt::NatTarget& t) {
  if (!can_bind()) return;
  conntrack::NatRange range{.flags = t.flags,
                            .low = conntrack::raw_address(t.first_address),
                            .high = conntrack::raw_address(t.last_address),
                            .low_port = t.first_port,
                            .high_port = t.last_port,
                            .base_port = t.base_port};
  const conntrack::HookPoint here{.hook = at_.hook, .family = at_.ip_family()};
  switch (t.kind) {
    case xt::NatTargetKind::Snat:
      return take(world_.nat->bind(packet_, range, conntrack::Manip::Source));
    case xt::NatTargetKind::Dnat:
      return take(world_.nat->bind(packet_, range, conntrack::Manip::Destination));
    case xt::NatTargetKind::Netmap: {
      const auto manip = conntrack::manip_at(at_.hook);
      const bool source = manip == conntrack::Manip::Source;
      const auto address = source ? packet_.source() : packet_.destination();
      return take(world_.nat->bind(
          packet_, conntrack::netmap_range(range, conntrack::raw_address(address)), manip));
    }
    case xt::NatTargetKind::Masquerade: {
      if (at_.out == nullptr) return give_up("masquerading without an outgoing interface");
      const auto address = world_.environment.masquerade_address(packet_, *at_.out);
      if (is_known(address)) take(world_.nat->masquerade(packet_, range, at_.out->index, *address));
      return;
    }
    case xt::NatTargetKind::Redirect: {
      if (at_.hook == fw::Hook::Output) return take(world_.nat->redirect(packet_, range, here, {}));
      if (at_.in == nullptr) return give_up("redirect without an incoming interface");
      const auto address = world_.environment.redirect_address(packet_, *at_.in);
      if (is_known(address)) take(world_.nat->redirect(packet_, range, here, *address));
      return;
    }
  }
}

void Run::target(const xt::CtTarget& t) {
  if (packet_.connection || packet_.ct_info == skb::CtInfo::Untracked) return;
  if ((t.flags & xt::kCtNotrack) != 0) {
    packet_.ct_info = skb::CtInfo::Untracked;
    return;
  }
  if (!t.helper.empty() || !t.timeout.empty()) return give_up("a helper or timeout of CT");
  if (world_.tracker == nullptr) return give_up("CT without connection tracking");
  const bool by_mark = (t.flags & xt::kCtZoneIsMark) != 0;
  const bool only_original = (t.flags & xt::kCtZoneOriginal) != 0;
  const bool only_reply = (t.flags & xt::kCtZoneReply) != 0;
  world_.tracker->choose_zone(packet_,
                              {.id = by_mark ? static_cast<std::uint16_t>(packet_.mark) : t.zone,
                               .original = !only_reply,
                               .reply = !only_original});
}

void Run::change_traffic_class(std::uint8_t mask, std::uint8_t value) {
  const auto bytes = packet_.writable();
  if (packet_.is_ipv6()) {
    const auto word = load_be16(bytes.data());
    const auto old = static_cast<std::uint8_t>(word >> 4U);
    const auto changed = static_cast<std::uint32_t>((old & mask) ^ value);
    return store_be16(bytes.data(), static_cast<std::uint16_t>((word & 0xf00fU) | changed << 4U));
  }
  const Bytes before(bytes.begin(), bytes.begin() + 2);
  const auto old = std::to_integer<unsigned>(bytes[1]);
  bytes[1] = static_cast<std::byte>((old & mask) ^ value);
  const auto sum = packet::updated_checksum(load_be16(&bytes[10]), before, bytes.first(2));
  store_be16(&bytes[10], sum);
}

void Run::target(const xt::DscpTarget& t) {
  change_traffic_class(0x03, static_cast<std::uint8_t>(t.value << 2U));
}
void Run::target(const xt::TosTarget& t) {
  change_traffic_class(static_cast<std::uint8_t>(~t.mask), t.value);
}

void Run::target(const xt::HopLimitTarget& t) {
  const int old = packet_.ttl();
  int changed = t.value;
  if (t.change == xt::HopChange::Increase) changed = std::min(old + t.value, 255);
  if (t.change == xt::HopChange::Decrease) changed = std::max(old - t.value, 0);
  set_hop_limit(static_cast<std::uint8_t>(changed));
}

void Run::set_hop_limit(std::uint8_t value) {
  const auto bytes = packet_.writable();
  const Bytes before(bytes.begin() + 8, bytes.begin() + 10);
  bytes[packet_.is_ipv4() ? 8 : 7] = std::byte{value};
  if (!packet_.is_ipv4()) return;
  store_be16(&bytes[10],
             packet::updated_checksum(load_be16(&bytes[10]), before, bytes.subspan(8, 2)));
}

void Run::target(const xt::QueueTarget& t) {
  constexpr std::uint16_t kBypass = 1;
  queue(t.first, (t.flags & kBypass) != 0);
}

}  // namespace topoproof::machine
