// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/pins.hh"

#include <algorithm>
#include <array>
#include <span>

namespace topoproof::plan {
namespace {

struct PinText {
  std::string_view name;
  std::string_view value;
  std::string_view reason;
};

constexpr std::string_view kRouter = "the topology says that it forwards";
constexpr std::string_view kHost = "only nodes with `forwarding` route for others";
constexpr std::string_view kErrors = "every probe gets its ICMP error, however many there are";
constexpr std::string_view kReversePath = "packets are not judged by the way back to their source";
constexpr std::string_view kSources = "packets with our own source address are refused";
constexpr std::string_view kArpReply = "ARP is answered on every interface for every own address";
constexpr std::string_view kArpSource = "ARP asks with any own address";
constexpr std::string_view kSendRedirects = "routers tell of a better gateway";
constexpr std::string_view kTakeRedirects =
    "the routes are those of the file, whatever routers say";
constexpr std::string_view kArpForOthers = "ARP is answered for own addresses only";
constexpr std::string_view kArpLearning = "neighbours are learned by asking";
constexpr std::string_view kLoopback = "127.0.0.0/8 does not leave its node";
constexpr std::string_view kSourceRoutes = "packets do not choose their own way";
constexpr std::string_view kGroupFrames = "a packet to one address may come in a frame to many";
constexpr std::string_view kDeadWays = "routes over a link without carrier are routes";
constexpr std::string_view kTracking = "connection tracking judges TCP as its documentation says";

constexpr std::array kEverywhere = {
    PinText{"net.ipv4.conf.all.rp_filter", "0", kReversePath},
    PinText{"net.ipv4.conf.default.rp_filter", "0", kReversePath},
    PinText{"net.ipv4.conf.all.accept_local", "0", kSources},
    PinText{"net.ipv4.conf.default.accept_local", "0", kSources},
    PinText{"net.ipv4.conf.all.arp_ignore", "0", kArpReply},
    PinText{"net.ipv4.conf.default.arp_ignore", "0", kArpReply},
    PinText{"net.ipv4.conf.all.arp_announce", "0", kArpSource},
    PinText{"net.ipv4.conf.default.arp_announce", "0", kArpSource},
    PinText{"net.ipv4.conf.all.send_redirects", "1", kSendRedirects},
    PinText{"net.ipv4.conf.default.send_redirects", "1", kSendRedirects},
    PinText{"net.ipv4.conf.all.accept_redirects", "0", kTakeRedirects},
    PinText{"net.ipv4.conf.default.accept_redirects", "0", kTakeRedirects},
    PinText{"net.ipv4.conf.all.shared_media", "1", kSendRedirects},
    PinText{"net.ipv4.conf.all.accept_source_route", "0", kSourceRoutes},
    PinText{"net.ipv4.conf.all.bootp_relay", "0", kSources},
    PinText{"net.ipv4.conf.all.src_valid_mark", "0", kReversePath},
    PinText{"net.ipv4.conf.default.src_valid_mark", "0", kReversePath},
    PinText{"net.ipv4.conf.all.route_localnet", "0", kLoopback},
    PinText{"net.ipv4.conf.default.route_localnet", "0", kLoopback},
    PinText{"net.ipv4.conf.all.proxy_arp", "0", kArpForOthers},
    PinText{"net.ipv4.conf.default.proxy_arp", "0", kArpForOthers},
    PinText{"net.ipv4.conf.default.proxy_arp_pvlan", "0", kArpForOthers},
    PinText{"net.ipv4.conf.all.arp_filter", "0", kArpReply},
    PinText{"net.ipv4.conf.default.arp_filter", "0", kArpReply},
    PinText{"net.ipv4.conf.all.arp_accept", "0", kArpLearning},
    PinText{"net.ipv4.conf.default.arp_accept", "0", kArpLearning},
    PinText{"net.ipv4.conf.all.drop_gratuitous_arp", "0", kArpLearning},
    PinText{"net.ipv4.conf.default.drop_gratuitous_arp", "0", kArpLearning},
    PinText{"net.ipv4.conf.all.drop_unicast_in_l2_multicast", "0", kGroupFrames},
    PinText{"net.ipv4.conf.default.drop_unicast_in_l2_multicast", "0", kGroupFrames},
    PinText{"net.ipv4.conf.all.ignore_routes_with_linkdown", "0", kDeadWays},
    PinText{"net.ipv4.conf.default.ignore_routes_with_linkdown", "0", kDeadWays},
    PinText{"net.ipv4.icmp_ratelimit", "0", kErrors},
    // Per namespace since Linux 6.13; before, only the machine's administrator can set them.
    PinText{"net.ipv4.icmp_msgs_per_sec", "1000000", kErrors},
    PinText{"net.ipv4.icmp_msgs_burst", "1000000", kErrors},
    PinText{"net.ipv4.ip_local_port_range", "32768 60999",
            "source ports come from the usual range"},
    PinText{"net.netfilter.nf_conntrack_tcp_loose", "1", kTracking},
    PinText{"net.netfilter.nf_conntrack_tcp_be_liberal", "0", kTracking},
};

// Written to "all" it holds for "default" and for every interface, present and future.
constexpr std::array kWithoutIpv6 = {
    PinText{"net.ipv6.conf.all.disable_ipv6", "1",
            "no address is IPv6: discovery would only fill links and captures"},
};

constexpr std::array kWithIpv6 = {
    PinText{"net.ipv6.conf.all.disable_ipv6", "0", "the topology has IPv6 addresses"},
    PinText{"net.ipv6.conf.default.accept_dad", "0", "addresses are usable at once"},
    PinText{"net.ipv6.conf.all.accept_dad", "0", "addresses are usable at once"},
    PinText{"net.ipv6.conf.default.accept_ra", "0", "addresses and routes are those of the file"},
    PinText{"net.ipv6.conf.default.router_solicitations", "0", "nobody waits for an advertisement"},
    // Else each is repeated after up to a second, into captures of something else.
    PinText{"net.ipv6.conf.default.mldv2_unsolicited_report_interval", "0",
            "groups are reported when they are joined"},
    PinText{"net.ipv6.conf.default.accept_redirects", "0", kTakeRedirects},
    // As new namespaces have it, but where the machine says that they take its own settings
    // (net.core.devconf_inherit_init_net).
    PinText{"net.ipv6.conf.default.hop_limit", "64", "packets begin with the usual TTL"},
    PinText{"net.ipv6.conf.all.proxy_ndp", "0", kArpForOthers},
    PinText{"net.ipv6.conf.default.proxy_ndp", "0", kArpForOthers},
    PinText{"net.ipv6.icmp.ratelimit", "0", kErrors},
};

constexpr std::string_view kBridged =
    "bridged frames do not cross the IP hooks (where br_netfilter is built in, they do)";
constexpr std::array kWithBridges = {
    PinText{"net.bridge.bridge-nf-call-iptables", "0", kBridged},
    PinText{"net.bridge.bridge-nf-call-ip6tables", "0", kBridged},
    PinText{"net.bridge.bridge-nf-call-arptables", "0", kBridged},
};

constexpr std::array kWithForwarding = {
    PinText{"net.ipv4.fib_multipath_hash_seed", "1", "equal ways are chosen alike in every run"},
};

bool is_dotted(std::string_view name) {
  const auto first = name.find_first_of("./");
  return first != std::string_view::npos && name[first] == '.';
}

std::string with_slashes(std::string_view name) {
  std::string text(name);
  if (is_dotted(name)) std::ranges::replace(text, '.', '/');
  return text;
}

bool is_same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const bool is_a_dotted = is_dotted(a);
  const bool is_b_dotted = is_dotted(b);
  const auto as_path = [](char c, bool dotted) { return dotted && c == '.' ? '/' : c; };
  return std::ranges::equal(
      a, b, [&](char x, char y) { return as_path(x, is_a_dotted) == as_path(y, is_b_dotted); });
}

void append(std::vector<Pin>& pins, std::span<const PinText> more) {
  for (const PinText& pin : more) pins.push_back({pin.name, pin.value, pin.reason});
}

std::vector<Pin> make_pins(const PinScope& scope) {
  const std::string_view forwarding = scope.forwarding ? "1" : "0";
  const std::string_view reason = scope.forwarding ? kRouter : kHost;
  std::vector<Pin> pins = {{"net.ipv4.ip_forward", forwarding, reason}};
  append(pins, kEverywhere);
  if (scope.ipv6) {
    pins.push_back({"net.ipv6.conf.all.forwarding", forwarding, reason});
    append(pins, kWithIpv6);
  } else {
    append(pins, kWithoutIpv6);
  }
  if (scope.bridges) append(pins, kWithBridges);
  if (scope.forwarding) append(pins, kWithForwarding);
  return pins;
}

constexpr std::size_t kScopes = 8;

std::size_t number_of(const PinScope& scope) {
  return (scope.forwarding ? 4U : 0U) + (scope.bridges ? 2U : 0U) + (scope.ipv6 ? 1U : 0U);
}

std::array<std::vector<Pin>, kScopes> pins_of_all_scopes() {
  std::array<std::vector<Pin>, kScopes> pins;
  for (const bool forwarding : {false, true}) {
    for (const bool bridges : {false, true}) {
      for (const bool ipv6 : {false, true}) {
        const PinScope scope{.forwarding = forwarding, .bridges = bridges, .ipv6 = ipv6};
        pins[number_of(scope)] = make_pins(scope);
      }
    }
  }
  return pins;
}

}  // namespace

const std::vector<Pin>& pins_of(const PinScope& scope) {
  static const auto kPins = pins_of_all_scopes();
  return kPins[number_of(scope)];
}

bool is_forwarding_of_ipv4(std::string_view sysctl) {
  return is_same_name(sysctl, "net.ipv4.ip_forward") ||
         is_same_name(sysctl, "net.ipv4.conf.all.forwarding");
}

bool is_same_sysctl(std::string_view a, std::string_view b) {
  if (a.size() == b.size()) return is_same_name(a, b);
  return is_forwarding_of_ipv4(a) && is_forwarding_of_ipv4(b);
}

std::string interface_of_sysctl(std::string_view name) {
  const std::string path = with_slashes(name);
  for (const std::string_view folder :
       {"net/ipv4/conf/", "net/ipv6/conf/", "net/ipv4/neigh/", "net/ipv6/neigh/"}) {
    if (!path.starts_with(folder)) continue;
    const std::size_t begin = folder.size();
    std::string interface = path.substr(begin, path.rfind('/') - begin);
    return interface == "all" || interface == "default" ? "" : interface;
  }
  return {};
}

}  // namespace topoproof::plan
