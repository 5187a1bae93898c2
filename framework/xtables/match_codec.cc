// SPDX-License-Identifier: GPL-2.0-or-later
#include "xtables/codec.hh"
#include "xtables/match_layouts.hh"

namespace topoproof::xtables {
namespace {

const std::vector<Match>& prototypes() {
  static const std::vector<Match> all{TcpMatch{},
                                      UdpMatch{},
                                      MultiportMatch{},
                                      IcmpMatch{.family = Family::Ipv4},
                                      IcmpMatch{.family = Family::Ipv6},
                                      TcpMssMatch{},
                                      LengthMatch{},
                                      HopLimitMatch{.family = Family::Ipv4},
                                      HopLimitMatch{.family = Family::Ipv6},
                                      DscpMatch{},
                                      TosMatch{},
                                      MacMatch{},
                                      PacketTypeMatch{},
                                      AddressTypeMatch{},
                                      IpRangeMatch{},
                                      U32Match{},
                                      StringMatch{},
                                      PhysdevMatch{},
                                      CommentMatch{},
                                      RpfilterMatch{},
                                      ConntrackMatch{},
                                      LimitMatch{},
                                      HashLimitMatch{.family = Family::Ipv4, .name = {}},
                                      HashLimitMatch{.family = Family::Ipv6, .name = {}},
                                      MarkMatch{},
                                      ConnmarkMatch{},
                                      OwnerMatch{},
                                      IpSetMatch{},
                                      RecentMatch{},
                                      StatisticMatch{}};
  return all;
}

using PortNumbers = std::array<uint16_t, XT_MULTI_PORTS>;
using PortFlags = std::array<uint8_t, XT_MULTI_PORTS>;

// A flag says that the number begins a range, which the next one ends.
std::optional<std::vector<PortRange>> join_ports(const PortNumbers& numbers, const PortFlags& flags,
                                                 std::size_t count) {
  std::vector<PortRange> ports;
  if (count > numbers.size()) return std::nullopt;
  for (std::size_t i = 0; i < count; ++i) {
    const auto first = numbers[i];
    if (flags[i] != 0 && ++i == count) return std::nullopt;
    ports.push_back({first, numbers[i]});
  }
  return ports;
}

struct FlaggedPorts {
  PortNumbers numbers{};
  PortFlags flags{};
  std::size_t count = 0;
};

FlaggedPorts split_ports(const std::vector<PortRange>& ports) {
  FlaggedPorts split;
  for (const auto& [first, last] : ports) {
    const std::size_t needed = first == last ? 1 : 2;
    if (split.count + needed > XT_MULTI_PORTS) break;
    split.flags[split.count] = first != last;
    split.numbers[split.count++] = first;
    if (first != last) split.numbers[split.count++] = last;
  }
  return split;
}

// The mask has a byte of ones for each byte of the name that counts; of a whole name its end as
// well.
std::optional<std::string> interface_pattern(const std::string& name, BytesView mask) {
  const auto counted = std::ranges::find(mask, std::byte{0});
  const auto length = static_cast<std::size_t>(counted - mask.begin());
  if (std::any_of(counted, mask.end(), [](std::byte b) { return b != std::byte{0}; }))
    return std::nullopt;
  if (length > name.size() || name.empty()) return name;
  return name.substr(0, length) + '+';
}

Bytes interface_mask(const std::string& pattern) {
  if (pattern.empty()) return {};
  const auto counted = pattern.ends_with('+') ? pattern.size() - 1 : pattern.size() + 1;
  return Bytes(std::min<std::size_t>(counted, IFNAMSIZ), std::byte{0xff});
}

void read_pattern(LayoutReader& io, std::string& pattern) {
  std::string name;
  io.text(name, IFNAMSIZ);
  const auto found = interface_pattern(name, io.raw(IFNAMSIZ));
  io.require(found.has_value());
  pattern = found.value_or("");
}

void write_pattern(LayoutWriter& io, const std::string& pattern) {
  io.text(pattern, IFNAMSIZ);
  io.field(interface_mask(pattern), IFNAMSIZ);
}

constexpr std::size_t kU32Places = XT_U32_MAXSIZE + 1;

void layout(auto& io, Is<U32Step> auto& s) {
  io.template number<uint32_t>(s.number);
  io.template choice<uint8_t>(s.next, U32Operation::At);
  io.skip(0, 4);
}
void layout(auto& io, Is<U32Range> auto& r) {
  io.template number<uint32_t>(r.first);
  io.template number<uint32_t>(r.last);
}

template <class T>
void write_places(LayoutWriter& io, std::vector<T> values) {
  values.resize(kU32Places);
  for (const auto& value : values) layout(io, value);
}

template <class T>
std::vector<T> read_places(LayoutReader& io) {
  std::vector<T> values(kU32Places);
  for (auto& value : values) layout(io, value);
  return values;
}

void layout(LayoutReader& io, U32Test& test) {
  test.steps = read_places<U32Step>(io);
  test.allowed = read_places<U32Range>(io);
  uint8_t steps = 0;
  uint8_t allowed = 0;
  io.number<uint8_t>(steps);
  io.number<uint8_t>(allowed);
  io.skip(0, 4);
  // Tests beyond the last are empty: the caller looks at what it keeps.
  test.steps.resize(std::min<std::size_t>(steps, kU32Places));
  test.allowed.resize(std::min<std::size_t>(allowed, kU32Places));
  io.require(steps <= kU32Places && allowed <= kU32Places);
}

void layout(LayoutWriter& io, const U32Test& test) {
  write_places(io, test.steps);
  write_places(io, test.allowed);
  io.number<uint8_t>(test.steps.size());
  io.number<uint8_t>(test.allowed.size());
  io.skip(0, 4);
}

}  // namespace

void layout(LayoutReader& io, MultiportMatch& m) {
  PortNumbers numbers{};
  PortFlags flags{};
  uint8_t count = 0;
  io.choice<uint8_t>(m.side, MultiportSide::Either);
  io.number<uint8_t>(count);
  for (auto& number : numbers) io.number<uint16_t>(number);
  for (auto& flag : flags) io.number<uint8_t>(flag);
  io.number<uint8_t>(m.inverted);
  auto ports = join_ports(numbers, flags, count);
  io.require(ports.has_value());
  if (ports) m.ports = *std::move(ports);
}

void layout(LayoutWriter& io, const MultiportMatch& m) {
  const auto split = split_ports(m.ports);
  io.number<uint8_t>(m.side);
  io.number<uint8_t>(split.count);
  for (const auto number : split.numbers) io.number<uint16_t>(number);
  for (const auto flag : split.flags) io.number<uint8_t>(flag);
  io.number<uint8_t>(m.inverted);
}

void layout(LayoutReader& io, U32Match& m) {
  m.tests.resize(kU32Places);
  for (auto& test : m.tests) layout(io, test);
  uint8_t count = 0;
  io.number<uint8_t>(count);
  io.number<uint8_t>(m.inverted);
  io.require(count >= 1 && count <= kU32Places);
  m.tests.resize(std::min<std::size_t>(count, kU32Places));
  io.require(std::ranges::none_of(
      m.tests, [](const U32Test& test) { return test.steps.empty() || test.allowed.empty(); }));
}

void layout(LayoutWriter& io, const U32Match& m) {
  for (std::size_t i = 0; i < kU32Places; ++i)
    layout(io, i < m.tests.size() ? m.tests[i] : U32Test{});
  io.number<uint8_t>(m.tests.size());
  io.number<uint8_t>(m.inverted);
}

void layout(LayoutReader& io, StringMatch& m) {
  uint8_t length = 0;
  uint8_t flags = 0;
  io.number<uint16_t>(m.from);
  io.number<uint16_t>(m.to);
  io.text(m.algorithm, XT_STRING_MAX_ALGO_NAME_SIZE);
  const BytesView pattern = io.raw(XT_STRING_MAX_PATTERN_SIZE);
  io.number<uint8_t>(length);
  io.bits<uint8_t>(flags, XT_STRING_FLAG_INVERT | XT_STRING_FLAG_IGNORECASE);
  io.skip(sizeof(void*), sizeof(void*));  // the kernel's own
  io.require(length <= pattern.size());
  if (!io.ok()) return;
  m.pattern.assign(pattern.begin(), pattern.begin() + length);
  m.inverted = (flags & XT_STRING_FLAG_INVERT) != 0;
  m.ignores_case = (flags & XT_STRING_FLAG_IGNORECASE) != 0;
}

void layout(LayoutWriter& io, const StringMatch& m) {
  io.number<uint16_t>(m.from);
  io.number<uint16_t>(m.to);
  io.text(m.algorithm, XT_STRING_MAX_ALGO_NAME_SIZE);
  io.field(m.pattern, XT_STRING_MAX_PATTERN_SIZE);
  io.number<uint8_t>(std::min<std::size_t>(m.pattern.size(), XT_STRING_MAX_PATTERN_SIZE));
  io.number<uint8_t>((m.inverted ? XT_STRING_FLAG_INVERT : 0) |
                     (m.ignores_case ? XT_STRING_FLAG_IGNORECASE : 0));
  io.skip(sizeof(void*), sizeof(void*));
}

void layout(LayoutReader& io, PhysdevMatch& m) {
  read_pattern(io, m.in);
  read_pattern(io, m.out);
  io.bits<uint8_t>(m.inverted, XT_PHYSDEV_OP_MASK);
  io.bits<uint8_t>(m.asked, XT_PHYSDEV_OP_MASK);
}

void layout(LayoutWriter& io, const PhysdevMatch& m) {
  write_pattern(io, m.in);
  write_pattern(io, m.out);
  io.number<uint8_t>(m.inverted);
  io.number<uint8_t>(m.asked);
}

Match decode_match(std::string_view name, std::uint32_t revision, BytesView bytes, Family family) {
  return decode<Match>(prototypes(), name, revision, bytes, family);
}

Extension encode(const Match& match) {
  return std::visit([](const auto& form) { return encode_form(form); }, match);
}

}  // namespace topoproof::xtables
