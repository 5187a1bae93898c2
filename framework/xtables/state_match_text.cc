// SPDX-License-Identifier: GPL-2.0-or-later
#include <array>

#include <fmt/format.h>

#include "xtables/match_text.hh"
#include "xtables/words.hh"

namespace topoproof::xtables {
namespace {

constexpr std::array<BitName, 7> kStates{{{kStateInvalid, "INVALID"},
                                          {kStateNew, "NEW"},
                                          {kStateRelated, "RELATED"},
                                          {kStateEstablished, "ESTABLISHED"},
                                          {kStateUntracked, "UNTRACKED"},
                                          {kStateSourceNat, "SNAT"},
                                          {kStateDestinationNat, "DNAT"}}};
constexpr std::array<BitName, 4> kStatuses{
    {{1, "EXPECTED"}, {2, "SEEN_REPLY"}, {4, "ASSURED"}, {8, "CONFIRMED"}}};
constexpr std::array<BitName, 4> kHashKeys{{{kHashBySource, "srcip"},
                                            {kHashBySourcePort, "srcport"},
                                            {kHashByDestination, "dstip"},
                                            {kHashByDestinationPort, "dstport"}}};

struct Unit {
  std::string_view name;
  std::uint64_t seconds;
};
constexpr std::array<Unit, 4> kUnits{{{"day", 86400}, {"hour", 3600}, {"min", 60}, {"sec", 1}}};

struct Rate {
  std::uint64_t count;
  Unit unit;
};

// The finest unit in which the rate is still about a whole number, as iptables chooses it.
Rate rate_of(std::uint64_t period, std::uint64_t second) {
  std::size_t chosen = 0;
  for (std::size_t next = 1; next < kUnits.size(); ++next) {
    const auto unit = kUnits[next].seconds * second;
    if (period == 0 || period > unit || unit / period < unit % period) break;
    chosen = next;
  }
  return {period == 0 ? 0 : kUnits[chosen].seconds * second / period, kUnits[chosen]};
}

std::string rate_text(const Rate& rate) { return fmt::format("{}/{}", rate.count, rate.unit.name); }

// user2credits_byte of xt_hashlimit.c, turned around.
std::uint64_t bytes_of_cost(std::uint64_t cost) {
  constexpr std::uint64_t kAll = 0xffffffff;
  const auto shifted = cost == 0 ? kAll : kAll / cost;
  return (shifted - 1) << 4;
}

std::string bytes_text(std::uint64_t bytes) {
  if (bytes >= 1 << 20 && bytes % (1 << 20) == 0) return fmt::format("{}mb", bytes >> 20);
  if (bytes >= 1 << 10 && bytes % (1 << 10) == 0) return fmt::format("{}kb", bytes >> 10);
  return fmt::format("{}b", bytes);
}

constexpr std::uint32_t kByteExpireMs = 15000;
constexpr std::uint32_t kByteBurstExpireMs = 60000;
constexpr std::uint32_t kCollectMs = 1000;

// What iptables takes where nothing is said.
std::uint32_t default_expire_ms(const HashLimitMatch& m) {
  if ((m.mode & kHashLimitBytes) != 0) return m.burst > 1 ? kByteBurstExpireMs : kByteExpireMs;
  return static_cast<std::uint32_t>(rate_of(m.period, 1000000).unit.seconds * 1000);
}

void add_hash_options(Words& words, const HashLimitMatch& m) {
  const int whole = address_bits(m.family);
  words.option_if((m.mode & 15) != 0, "--hashlimit-mode", names_of(m.mode & 15, kHashKeys))
      .option("--hashlimit-name", m.name)
      .option_if(m.buckets != 0, "--hashlimit-htable-size", std::to_string(m.buckets))
      .option_if(m.entries != 0, "--hashlimit-htable-max", std::to_string(m.entries))
      .option_if(m.collect_ms != kCollectMs, "--hashlimit-htable-gcinterval",
                 std::to_string(m.collect_ms))
      .option_if(m.expire_ms != default_expire_ms(m), "--hashlimit-htable-expire",
                 std::to_string(m.expire_ms))
      .option_if(m.source_length != whole, "--hashlimit-srcmask", std::to_string(m.source_length))
      .option_if(m.destination_length != whole, "--hashlimit-dstmask",
                 std::to_string(m.destination_length))
      .option_if((m.mode & kHashLimitRateMatch) != 0, "--hashlimit-rate-match")
      .option_if((m.mode & kHashLimitRateMatch) != 0 && m.interval != 1,
                 "--hashlimit-rate-interval", std::to_string(m.interval));
}

std::string owner_text(std::uint32_t first, std::uint32_t last) {
  return range_text(first, last, '-');
}

std::string status_text(std::uint16_t status) {
  return status == 0 ? "NONE" : names_of(status, kStatuses);
}

// The parts of an entry of ipset, first to last: "src,dst".
std::string directions_text(const IpSetMatch& m) {
  std::string text;
  for (int part = 1; part <= m.dimensions; ++part) {
    text += part > 1 ? "," : "";
    text += (m.directions >> part & 1) != 0 ? "src" : "dst";
  }
  return text;
}

std::string_view action_text(std::uint8_t action) {
  if ((action & kRecentSet) != 0) return "--set";
  if ((action & kRecentCheck) != 0) return "--rcheck";
  if ((action & kRecentUpdate) != 0) return "--update";
  return "--remove";
}

}  // namespace

std::string match_text(const ConntrackMatch& m) {
  const auto asks = [&](std::uint16_t bit) { return (m.asked & bit) != 0; };
  Words words(asks(kSaidAsState) ? "-m state" : "-m conntrack");
  const auto add = [&](std::uint16_t bit, std::string_view option, std::string_view value) {
    words.option_if(asks(bit), option, value, (m.inverted & bit) != 0 && bit != kAskDirection);
  };
  add(kAskState, asks(kSaidAsState) ? "--state" : "--ctstate", names_of(m.states, kStates));
  add(kAskProtocol, "--ctproto", std::to_string(m.protocol));
  add(kAskOriginalSource, "--ctorigsrc", masked_text(m.original_source));
  add(kAskOriginalDestination, "--ctorigdst", masked_text(m.original_destination));
  add(kAskReplySource, "--ctreplsrc", masked_text(m.reply_source));
  add(kAskReplyDestination, "--ctrepldst", masked_text(m.reply_destination));
  add(kAskOriginalSourcePort, "--ctorigsrcport", range_text(m.original_source_ports, ':'));
  add(kAskOriginalDestinationPort, "--ctorigdstport",
      range_text(m.original_destination_ports, ':'));
  add(kAskReplySourcePort, "--ctreplsrcport", range_text(m.reply_source_ports, ':'));
  add(kAskReplyDestinationPort, "--ctrepldstport", range_text(m.reply_destination_ports, ':'));
  add(kAskStatus, "--ctstatus", status_text(m.status));
  add(kAskExpiry, "--ctexpire", range_text(m.expiry_first, m.expiry_last, ':'));
  add(kAskDirection, "--ctdir", (m.inverted & kAskDirection) != 0 ? "REPLY" : "ORIGINAL");
  return words.take();
}

std::string match_text(const LimitMatch& m) {
  return Words("-m limit")
      .option("--limit", rate_text(rate_of(m.period, 10000)))
      .option_if(m.burst != 5, "--limit-burst", std::to_string(m.burst))
      .take();
}

std::string match_text(const HashLimitMatch& m) {
  const bool counts_bytes = (m.mode & kHashLimitBytes) != 0;
  const bool is_above = (m.mode & kHashLimitAbove) != 0;
  const auto bytes = bytes_of_cost(m.period);
  Words words("-m hashlimit");
  words.option(is_above ? "--hashlimit-above" : "--hashlimit-upto",
               counts_bytes ? bytes_text(bytes) + "/s" : rate_text(rate_of(m.period, 1000000)));
  if (counts_bytes)
    words.option_if(m.burst > 1, "--hashlimit-burst", bytes_text(m.burst * bytes));
  else
    words.option("--hashlimit-burst", std::to_string(m.burst));
  add_hash_options(words, m);
  return words.take();
}

std::string match_text(const MarkMatch& m) {
  return Words("-m mark").option("--mark", with_mask(m.mark, m.mask), m.inverted).take();
}

std::string match_text(const ConnmarkMatch& m) {
  return Words("-m connmark").option("--mark", with_mask(m.mark, m.mask), m.inverted).take();
}

std::string match_text(const OwnerMatch& m) {
  const auto asks = [&](std::uint8_t bit) { return (m.asked & bit) != 0; };
  const auto inverts = [&](std::uint8_t bit) { return (m.inverted & bit) != 0; };
  return Words("-m owner")
      .option_if(asks(kOwnerSocket), "--socket-exists", {}, inverts(kOwnerSocket))
      .option_if(asks(kOwnerUser), "--uid-owner", owner_text(m.first_user, m.last_user),
                 inverts(kOwnerUser))
      .option_if(asks(kOwnerGroup), "--gid-owner", owner_text(m.first_group, m.last_group),
                 inverts(kOwnerGroup))
      .option_if(asks(kOwnerOtherGroups), "--suppl-groups")
      .take();
}

std::string match_text(const IpSetMatch& m) {
  const bool is_inverted = (m.directions & 1) != 0;
  return Words("-m set")
      .option("--match-set", fmt::format("#{} {}", m.set, directions_text(m)), is_inverted)
      .take();
}

std::string match_text(const RecentMatch& m) {
  const auto has = [&](std::uint8_t bit) { return (m.action & bit) != 0; };
  return Words("-m recent")
      .option(action_text(m.action), {}, m.inverted)
      .option_if(m.seconds != 0, "--seconds", std::to_string(m.seconds))
      .option_if(has(kRecentReap), "--reap")
      .option_if(m.hits != 0, "--hitcount", std::to_string(m.hits))
      .option_if(has(kRecentTtl), "--rttl")
      .option("--name", m.list)
      .option("--mask", to_string(m.mask))
      .option(m.by_destination ? "--rdest" : "--rsource")
      .take();
}

std::string match_text(const StatisticMatch& m) {
  if (m.mode == StatisticMode::Random) {
    return Words("-m statistic")
        .option("--mode", "random")
        .option("--probability", fmt::format("{:.11f}", m.probability / 2147483648.0), m.inverted)
        .take();
  }
  return Words("-m statistic")
      .option("--mode", "nth")
      .option("--every", std::to_string(m.every + 1), m.inverted)
      .option("--packet", std::to_string(m.packet))
      .take();
}

std::string match_text(const Extension& m) { return unknown_text("-m", m); }

std::string to_string(const Match& match) {
  return std::visit([](const auto& form) { return match_text(form); }, match);
}

}  // namespace topoproof::xtables
