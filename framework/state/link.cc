// SPDX-License-Identifier: GPL-2.0-or-later
#include "state/link.hh"

#include <fmt/format.h>

namespace topoproof::state {
namespace {

std::string describe_seconds(Centiseconds time) {
  return fmt::format("{}s", static_cast<double>(time.count()) / 100);
}

}  // namespace

std::string_view to_string(LinkKind kind) {
  switch (kind) {
    case LinkKind::Loopback:
      return "loopback";
    case LinkKind::Veth:
      return "veth";
    case LinkKind::Bridge:
      return "bridge";
    case LinkKind::Other:
      return "other";
  }
  return "other";
}

Link make_loopback(bool up) {
  return {.name = "lo",
          .kind = LinkKind::Loopback,
          .index = 1,
          .mac = MacAddress{},
          .mtu = 65536,
          .up = up};
}

std::string describe(const BridgeOptions& options) {
  return fmt::format(
      "stp {} ageing_time {} forward_delay {} hello_time {} max_age {} priority {} mcast_snooping "
      "{}",
      options.stp ? "on" : "off", describe_seconds(options.ageing_time),
      describe_seconds(options.forward_delay), describe_seconds(options.hello_time),
      describe_seconds(options.max_age), options.priority,
      options.multicast_snooping ? "on" : "off");
}

std::string describe(const PortOptions& options) {
  std::string text;
  const auto say = [&](bool value, bool usual, const char* name) {
    if (value != usual)
      text += fmt::format("{}{} {}", text.empty() ? "" : " ", name, value ? "on" : "off");
  };
  constexpr PortOptions usual;
  say(options.isolated, usual.isolated, "isolated");
  say(options.hairpin, usual.hairpin, "hairpin");
  say(options.learning, usual.learning, "learning");
  say(options.flood, usual.flood, "flood");
  say(options.multicast_flood, usual.multicast_flood, "mcast_flood");
  say(options.broadcast_flood, usual.broadcast_flood, "bcast_flood");
  say(options.neighbor_suppression, usual.neighbor_suppression, "neigh_suppress");
  return text;
}

std::string describe(const Link& link) {
  std::string text =
      fmt::format("link {} {}", link.name,
                  link.kind == LinkKind::Other ? link.other_kind : to_string(link.kind));
  if (link.index) text += fmt::format(" index {}", *link.index);
  if (link.mac) text += fmt::format(" mac {}", to_string(*link.mac));
  text += fmt::format(" mtu {} {}", link.mtu, link.up ? "up" : "down");
  if (link.master) text += fmt::format(" master {}", *link.master);
  if (link.peer_index) text += fmt::format(" peer index {}", *link.peer_index);
  if (link.bridge) text += " bridge " + describe(*link.bridge);
  if (link.port && *link.port != PortOptions{}) text += " port " + describe(*link.port);
  return text;
}

}  // namespace topoproof::state
