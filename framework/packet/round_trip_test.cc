// SPDX-License-Identifier: GPL-2.0-or-later
// The two properties of build and dissect, over random stacks and hostile bytes. TOPOPROOF_SEED
// repeats a run.
#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "base/seed_of_run.hh"
#include "packet/dissect.hh"
#include "packet/golden_packets.hh"
#include "packet/print.hh"
#include "packet/view.hh"

namespace topoproof::packet {
namespace {

class RoundTrip : public testing::Test {
 protected:
  RoundTrip() {
    const std::uint64_t seed = seed_of_run();
    trace_ = std::make_unique<testing::ScopedTrace>(__FILE__, __LINE__,
                                                    "TOPOPROOF_SEED=" + std::to_string(seed));
    random_.seed(seed);
  }

  template <class T = std::uint64_t>
  T number() {
    return static_cast<T>(random_());
  }
  bool coin() { return number() % 2 == 0; }
  std::size_t below(std::size_t end) { return number() % end; }
  Bytes bytes(std::size_t size) {
    Bytes out(size);
    for (std::byte& b : out) b = number<std::byte>();
    return out;
  }
  Ipv6Address address6() { return IpAddress::from_bytes(bytes(16)).v6(); }

  Stack ip() {
    if (coin()) {
      return ipv6({.traffic_class = number<std::uint8_t>(),
                   .flow_label = number<std::uint32_t>() & 0xfffff,
                   .hop_limit = number<std::uint8_t>(),
                   .src = address6(),
                   .dst = address6()}) /
             extensions();
    }
    return ipv4({.tos = number<std::uint8_t>(),
                 .id = number<std::uint16_t>(),
                 .reserved = coin(),
                 .dont_fragment = coin(),
                 .more_fragments = coin(),
                 .ttl = number<std::uint8_t>(),
                 .src = Ipv4Address(number<std::uint32_t>()),
                 .dst = Ipv4Address(number<std::uint32_t>()),
                 .options = bytes(4 * below(11))});
  }
  Stack extensions() {
    Stack stack;
    if (coin()) stack = stack / hop_by_hop({.data = bytes(6 + 8 * below(3))});
    if (coin()) stack = stack / routing({.data = bytes(6 + 8 * below(3))});
    if (coin()) stack = stack / destination_options({.data = bytes(6 + 8 * below(3))});
    if (coin()) stack = stack / ipv6_fragment({.id = number<std::uint32_t>()});
    return stack;
  }
  Stack transport() {
    const auto any16 = [&] { return number<std::uint16_t>(); };
    const auto any32 = [&] { return number<std::uint32_t>(); };
    switch (below(5)) {
      case 0:
        return udp({.sport = any16(), .dport = any16()});
      case 1:
        return tcp({.sport = any16(),
                    .dport = any16(),
                    .seq = any32(),
                    .ack = any32(),
                    .reserved = static_cast<std::uint8_t>(below(16)),
                    .flags = number<std::uint8_t>(),
                    .options = bytes(4 * below(11))});
      case 2:
        return icmp({.type = number<std::uint8_t>(), .id = any16(), .sequence = any16()});
      case 3:
        return icmpv6({.type = static_cast<std::uint8_t>(below(130)), .id = any16()});
      default:
        return icmpv6({.type = Icmpv6::kNeighborAdvertisement}) / nd_target({address6(), bytes(8)});
    }
  }
  // With nothing set that is computed: the form that dissect gives.
  Stack stack() {
    Stack out = ether();
    for (std::size_t tags = below(3); tags > 0; --tags) {
      out = out / vlan({.priority = static_cast<std::uint8_t>(below(8)),
                        .drop_eligible = coin(),
                        .id = static_cast<std::uint16_t>(below(4096))});
    }
    out = out / ip() / transport();
    const bool has_body = std::holds_alternative<NdTarget>(out.layers.back());
    if (!has_body && coin()) out = out / payload(bytes(1 + below(60)));
    if (coin()) out = out / padding(bytes(1 + below(20)));
    return out;
  }
  // Sets one computed field to something that it would not be computed to.
  Stack spoiled(Stack whole) {
    Layer& layer = whole.layers[below(whole.layers.size())];
    if (auto* ip4 = std::get_if<Ipv4>(&layer)) ip4->checksum = number<std::uint16_t>();
    if (auto* ip6 = std::get_if<Ipv6>(&layer)) ip6->payload_length = number<std::uint16_t>();
    if (auto* u = std::get_if<Udp>(&layer)) u->length = number<std::uint16_t>();
    if (auto* t = std::get_if<Tcp>(&layer)) t->data_offset = static_cast<std::uint8_t>(below(16));
    if (auto* i = std::get_if<Icmpv6>(&layer)) i->checksum = number<std::uint16_t>();
    return whole;
  }
  Bytes mutated(Bytes whole) {
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
      whole[below(whole.size())] = number<std::byte>();
    }
    if (coin()) whole.resize(below(whole.size()));
    return whole;
  }

  static constexpr int kRuns = 500;

 private:
  std::mt19937_64 random_;
  std::unique_ptr<testing::ScopedTrace> trace_;
};

TEST_F(RoundTrip, AStackComesBackFromItsBytes) {
  for (int i = 0; i < kRuns; ++i) {
    const Stack sent = stack();
    const Stack read = dissect(build(sent));
    ASSERT_EQ(read, sent) << describe(sent) << "\n" << describe(read);
  }
}

TEST_F(RoundTrip, ASpoiledStackKeepsItsBytes) {
  for (int i = 0; i < kRuns; ++i) {
    const Stack sent = spoiled(stack());
    const Bytes bytes = build(sent);
    ASSERT_EQ(build(dissect(bytes)), bytes) << describe(sent);
  }
}

TEST_F(RoundTrip, HostileBytesComeBackAndAreReadWithinTheirBounds) {
  for (int i = 0; i < kRuns; ++i) {
    const Bytes hostile = mutated(build(stack()));
    ASSERT_EQ(build(dissect(hostile)), hostile) << to_hex(hostile);
    const auto frame = parse_frame_view(hostile);
    const auto packet = frame ? parse_view(frame->network) : std::nullopt;
    const BytesView payload = packet ? packet->payload : BytesView();
    ASSERT_LE(payload.size(), hostile.size()) << to_hex(hostile);
  }
}

TEST_F(RoundTrip, AnyBytesAreAFrameAndAPacket) {
  for (int i = 0; i < kRuns; ++i) {
    const Bytes any = bytes(below(200));
    ASSERT_EQ(build(dissect(any)), any) << to_hex(any);
    ASSERT_EQ(build(dissect(any, LinkType::Ip)), any) << to_hex(any);
  }
}

TEST_F(RoundTrip, AnnotatedHexReadsBack) {
  for (int i = 0; i < kRuns; ++i) {
    const Stack any = spoiled(stack());
    ASSERT_EQ(parse_hex(annotated_hex(any)), build(any)) << annotated_hex(any);
  }
}

}  // namespace
}  // namespace topoproof::packet
