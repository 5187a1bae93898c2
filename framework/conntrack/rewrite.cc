// SPDX-License-Identifier: GPL-2.0-or-later
#include "conntrack/rewrite.hh"

#include <algorithm>
#include <array>

#include "conntrack/wire.hh"
#include "packet/checksum.hh"

namespace topoproof::conntrack {
namespace {

constexpr std::size_t kPortsSize = 8;  // what an ICMP error quotes at least

class Rewriter {
 public:
  Rewriter(skb::Skb& packet, std::size_t network, const Tuple& target, Manip manip)
      : packet_(packet),
        bytes_(packet.writable()),
        network_(network),
        target_(target),
        source_(manip == Manip::Source),
        size_(target.family == Family::Ipv4 ? 4 : 16) {}

  bool run() { return target_.family == Family::Ipv4 ? run_ipv4() : run_ipv6(); }

 private:
  bool run_ipv4() {
    if (bytes_.size() < network_ + kIpv4Size) return false;
    const auto header = (u8_at(bytes_, network_) & 0x0fU) * 4U;
    if (!rewrite_transport(network_ + header)) return false;
    update(bytes_.subspan(network_ + 10, 2), address(), new_address(), true);
    std::ranges::copy(new_address(), address().begin());
    return true;
  }

  bool run_ipv6() {
    if (bytes_.size() < network_ + kIpv6Size) return false;
    const auto found = skip_extensions(bytes_, network_ + kIpv6Size, u8_at(bytes_, network_ + 6));
    if (found && !found->later_fragment && !rewrite_transport(found->offset)) return false;
    std::ranges::copy(new_address(), address().begin());
    return true;
  }

  std::span<std::byte> address() {
    const auto first = network_ + (size_ == 4 ? 12 : 8);
    return bytes_.subspan(source_ ? first : first + size_, size_);
  }
  std::span<const std::byte> new_address() {
    new_address_ = (source_ ? target_.source : target_.destination).bytes();
    return std::span(new_address_).first(size_);
  }

  bool rewrite_transport(std::size_t at) {
    switch (target_.protocol) {
      case kTcp:
        return rewrite_ports(at, 16, false);
      case kUdp:
        return rewrite_ports(at, 6, true);
      case kIcmp:
        return rewrite_icmp(at);
      case kIcmpv6:
        return rewrite_icmpv6(at);
      case kGre:
        return rewrite_gre(at);
      default:
        return true;
    }
  }

  // `checksum` is its place in the header; a quote may end before that of TCP. Of UDP 0 means that
  // there is none, and stays.
  bool rewrite_ports(std::size_t at, std::size_t checksum, bool optional) {
    if (bytes_.size() < at + kPortsSize) return false;
    const auto port = bytes_.subspan(at + (source_ ? 0 : 2), 2);
    std::array<std::byte, 2> changed;
    store_be16(changed.data(), source_ ? target_.source_port : target_.destination_port);
    const bool whole = optional || bytes_.size() >= at + 20;
    if (whole && !(optional && load_be16(&bytes_[at + checksum]) == 0)) {
      const auto sum = bytes_.subspan(at + checksum, 2);
      update(sum, address(), new_address(), false);
      update(sum, port, changed, false);
      if (optional && load_be16(sum.data()) == 0) store_be16(sum.data(), 0xffff);
    }
    std::ranges::copy(changed, port.begin());
    return true;
  }

  bool rewrite_icmp(std::size_t at) {
    if (bytes_.size() < at + kPortsSize) return false;
    const auto type = u8_at(bytes_, at);
    const bool query = type == 0 || type == 8 || (type >= 13 && type <= 18);
    if (query) rewrite_id(at);
    return true;
  }

  bool rewrite_icmpv6(std::size_t at) {
    if (bytes_.size() < at + kPortsSize) return false;
    update(bytes_.subspan(at + 2, 2), address(), new_address(), false);
    const auto type = u8_at(bytes_, at);
    if (type == 128 || type == 129) rewrite_id(at);
    return true;
  }

  void rewrite_id(std::size_t at) {
    std::array<std::byte, 2> id;
    store_be16(id.data(), target_.source_port);
    update(bytes_.subspan(at + 2, 2), bytes_.subspan(at + 4, 2), id, target_.protocol == kIcmp);
    std::ranges::copy(id, bytes_.begin() + static_cast<std::ptrdiff_t>(at + 4));
  }

  bool rewrite_gre(std::size_t at) {
    if (bytes_.size() < at + kPortsSize) return false;
    const auto version = u8_at(bytes_, at + 1) & 7U;
    if (source_ || version == 0) return true;
    if (version != 1) return false;
    store_be16(&bytes_[at + 6], target_.destination_port);
    return true;
  }

  // `own`: a checksum that no device fills in (IPv4 header, ICMP).
  void update(std::span<std::byte> sum, BytesView before, BytesView after, bool own) const {
    if (packet_.checksum_partial && !own && network_ == 0) return;
    const auto old = load_be16(sum.data());
    store_be16(sum.data(), packet::updated_checksum(old, before, after));
  }

  skb::Skb& packet_;
  std::span<std::byte> bytes_;
  std::size_t network_;
  const Tuple& target_;
  bool source_;
  std::size_t size_;
  std::array<std::byte, 16> new_address_{};
};

}  // namespace

bool rewrite(skb::Skb& packet, std::size_t network, const Tuple& target, Manip manip) {
  return Rewriter(packet, network, target, manip).run();
}

}  // namespace topoproof::conntrack
