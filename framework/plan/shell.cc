// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/shell.hh"

#include <algorithm>
#include <optional>
#include <ranges>
#include <string_view>

#include <fmt/format.h>

#include "base/shell_word.hh"
#include "listing/listing.hh"

namespace topoproof::plan {
namespace {

constexpr std::string_view kHeader = R"(#!/bin/sh
# Run as root, or try it out without leaving a trace:
#   unshare -Urnm sh -c 'mount -t tmpfs tmpfs /run && mkdir /run/netns && sh THIS_FILE'
set -eu
)";

constexpr std::string_view kWhilePortsAreDisabled =
    R"(while bridge -n "$0" link show | grep -q "state disabled"; do :; done)";

std::string_view on_off(bool value) { return value ? "on" : "off"; }

// All options of a port, as `ip link set dev X type bridge_slave` takes
// them.
std::string port_words(const state::PortOptions& port) {
  return fmt::format(
      "isolated {} hairpin {} learning {} flood {} mcast_flood {} bcast_flood {} neigh_suppress {}",
      on_off(port.isolated), on_off(port.hairpin), on_off(port.learning), on_off(port.flood),
      on_off(port.multicast_flood), on_off(port.broadcast_flood),
      on_off(port.neighbor_suppression));
}

std::string bridge_words(const state::BridgeOptions& bridge) {
  return fmt::format(
      "stp_state {} forward_delay {} hello_time {} max_age {} ageing_time {} priority {} "
      "mcast_snooping {}",
      int{bridge.stp}, bridge.forward_delay.count(), bridge.hello_time.count(),
      bridge.max_age.count(), bridge.ageing_time.count(), bridge.priority,
      int{bridge.multicast_snooping});
}

std::string way_words(const std::optional<IpAddress>& gateway,
                      const std::optional<std::string>& interface) {
  std::string words;
  if (gateway) words += " via " + to_string(*gateway);
  if (interface) words += " dev " + shell_quoted(*interface);
  return words;
}

std::string route_words(const state::Route& route) {
  std::string words =
      fmt::format("{} {}", state::to_string(route.type),
                  route.destination.is_default() ? "default" : to_string(route.destination));
  words += way_words(route.gateway, route.interface);
  words += " proto " + state::to_string(route.protocol);
  if (route.table != state::kTableMain) words += fmt::format(" table {}", route.table);
  if (route.metric != 0) words += fmt::format(" metric {}", route.metric);
  if (route.source) words += " src " + to_string(*route.source);
  if (route.mtu) words += fmt::format(" mtu {}", *route.mtu);
  if (route.scope) words += " scope " + state::to_string(*route.scope);
  if (route.on_link) words += " onlink";
  for (const state::NextHop& hop : route.next_hops) {
    words += " nexthop" + way_words(hop.gateway, hop.interface);
    words += fmt::format(" weight {}", hop.weight);
    if (route.on_link) words += " onlink";
  }
  return words;
}

std::string_view entry_word(state::NeighborState state) {
  if (state == state::NeighborState::NoArp) return "static";
  return state == state::NeighborState::Permanent ? "local" : "dynamic";
}

std::string link_words(const state::Link& link) {
  std::string words = fmt::format("{}", shell_quoted(link.name));
  if (link.index) words += fmt::format(" index {}", *link.index);
  if (link.mac) words += fmt::format(" address {}", to_string(*link.mac));
  return words + fmt::format(" mtu {}", link.mtu);
}

// A command in `node` that reads `text` from its input.
std::string command_with_input(const std::string& node, std::string_view command,
                               std::string_view text) {
  std::string end = "END";
  while (text.find(end) != std::string_view::npos) end += "_";
  const std::string_view last = text.ends_with('\n') ? "" : "\n";
  return fmt::format("ip netns exec {} {} <<'{}'\n{}{}{}", node, command, end, text, last, end);
}

std::string_view loader(topology::RulesText::Language language) {
  switch (language) {
    case topology::RulesText::Language::Nft:
      return "nft -f -";
    case topology::RulesText::Language::Iptables:
      return "iptables-nft-restore";
    case topology::RulesText::Language::Ip6tables:
      return "ip6tables-nft-restore";
    case topology::RulesText::Language::Compiled:
      break;
  }
  return "";
}

// `include "./x"`, or of a name that is looked for. Only at a line's beginning is it told from what
// is in quotes.
std::optional<int> relative_include(const topology::RulesText& rules) {
  if (rules.language != topology::RulesText::Language::Nft) return std::nullopt;
  static constexpr std::string_view kWord = "include";
  int number = 0;
  for (const auto part : rules.text | std::views::split('\n')) {
    ++number;
    std::string_view line(part.begin(), part.end());
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (!line.starts_with(kWord)) continue;
    line.remove_prefix(kWord.size());
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.starts_with('"') && !line.starts_with("\"/")) return rules.line_of(number);
  }
  return std::nullopt;
}

struct Commands {
  const std::vector<std::string>& names;

  using Result = std::expected<std::string, Issue>;

  std::string name(NodeId node) const { return shell_quoted(names[node.index()]); }
  std::string ip(NodeId node, std::string_view words) const {
    return fmt::format("ip -n {} {}", name(node), words);
  }
  std::string ip(NodeId node, Family family, std::string_view words) const {
    return fmt::format("ip {} -n {} {}", family == Family::Ipv4 ? "-4" : "-6", name(node), words);
  }

  Result operator()(const CreateNamespace& op) const {
    return fmt::format("ip netns add {}", name(op.node));
  }
  Result operator()(const SetSysctl& op) const {
    return fmt::format(
        "ip netns exec {} sysctl -qw {}", name(op.node),
        shell_quoted(fmt::format("{}={}", op.sysctl.name.str(), op.sysctl.value.str())));
  }
  Result operator()(const CreateBridge& op) const {
    return ip(op.node, fmt::format("link add name {}{} type bridge {}", link_words(op.link),
                                   op.link->up ? " up" : "",
                                   bridge_words(op.link->bridge.value_or(state::BridgeOptions{}))));
  }
  Result operator()(const CreateVeth& op) const {
    std::string near = link_words(op.link);
    if (op.link->master) near += " master " + shell_quoted(*op.link->master);
    if (op.link->up) near += " up";
    return ip(op.node, fmt::format("link add name {} type veth peer name {} netns {}", near,
                                   link_words(*op.peer), name(op.peer_node)));
  }
  Result operator()(const DeleteLink& op) const {
    return ip(op.node, "link delete dev " + shell_quoted(op.interface));
  }
  Result operator()(const SetLink& op) const {
    const std::string dev = shell_quoted(op.interface);
    std::string words;
    if (op.mtu) words += fmt::format(" mtu {}", *op.mtu);
    if (op.master) words += " master " + shell_quoted(*op.master);
    if (op.up) words += *op.up ? " up" : " down";
    std::string commands;
    if (!words.empty()) commands = ip(op.node, fmt::format("link set dev {}{}", dev, words));
    if (op.port) {
      if (!commands.empty()) commands += "\n";
      commands += ip(
          op.node, fmt::format("link set dev {} type bridge_slave {}", dev, port_words(*op.port)));
    }
    return commands;
  }
  // netem draws its own numbers: the same share is lost, not the same packets.
  Result operator()(const Impair& op) const {
    impair::Impairment impairment = op.impairment;
    impairment.seed = 0;
    const std::string words = impair::to_string(impairment);
    return fmt::format("tc -n {} qdisc {} dev {} root{}{}", name(op.node),
                       words.empty() ? "delete" : "replace", shell_quoted(op.interface),
                       words.empty() ? "" : " netem ", words);
  }
  Result operator()(const AddAddress& op) const {
    return ip(op.node,
              fmt::format("address add {} dev {}{}", to_string(op.address.address),
                          shell_quoted(op.address.interface), op.address.no_dad ? " nodad" : ""));
  }
  Result operator()(const DeleteAddress& op) const {
    return ip(op.node, fmt::format("address delete {} dev {}", to_string(op.address.address),
                                   shell_quoted(op.address.interface)));
  }
  Result operator()(const AddRoute& op) const {
    return ip(op.node, op.route->family(), "route add " + route_words(op.route));
  }
  Result operator()(const DeleteRoute& op) const {
    return ip(op.node, op.route->family(), "route delete " + route_words(op.route));
  }
  Result operator()(const AddPolicyRule& op) const {
    return ip(op.node, op.rule->family, "rule add " + to_string(op.rule));
  }
  Result operator()(const DeletePolicyRule& op) const {
    return ip(op.node, op.rule->family, "rule delete " + to_string(op.rule));
  }
  Result operator()(const AddNeighbor& op) const {
    const std::string mac = op.neighbor.mac ? " lladdr " + to_string(*op.neighbor.mac) : "";
    return ip(
        op.node,
        fmt::format("neighbor add {}{} dev {} nud {}", to_string(op.neighbor.address), mac,
                    shell_quoted(op.neighbor.interface), state::to_string(op.neighbor.state)));
  }
  Result operator()(const DeleteNeighbor& op) const {
    return ip(op.node, fmt::format("neighbor delete {} dev {}", to_string(op.neighbor.address),
                                   shell_quoted(op.neighbor.interface)));
  }
  Result operator()(const AddBridgeEntry& op) const {
    return fmt::format("bridge -n {} fdb replace {} dev {} master {}", name(op.node),
                       to_string(op.entry.mac), shell_quoted(op.entry.port),
                       entry_word(op.entry.state));
  }
  Result operator()(const LoadRuleset& op) const {
    auto text = listing::to_text(op.ruleset);
    if (!text) return std::unexpected(text.error());
    return command_with_input(name(op.node), "nft -f -", *text);
  }
  Result operator()(const LoadRulesText& op) const {
    if (op.rules->language == topology::RulesText::Language::Compiled) {
      return std::unexpected(
          make_issue(op.rules->where, "compiled rules are messages: no command loads them"));
    }
    if (const auto line = relative_include(*op.rules)) {
      return std::unexpected(make_issue(
          {.file = op.rules->where.file, .line = *line},
          "the script gives the text to nft without its folder, from where the include counts: "
          "write the path from / on"));
    }
    return command_with_input(name(op.node), loader(op.rules->language), op.rules->text);
  }
  Result operator()(const FlushRuleset& op) const {
    return fmt::format("ip netns exec {} nft flush ruleset", name(op.node));
  }
};

// A reason may hold what a user wrote (a node's name): it must not end the comment.
std::string comment(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return "# " + text + "\n";
}

// Joins the pins of a node into one call of sysctl(8), and says a reason once where it holds for
// several steps.
class Script {
 public:
  explicit Script(const Plan& plan) : plan_(plan) {}

  std::optional<Issue> add(const Step& step) {
    if (const auto* pin = std::get_if<SetSysctl>(&step.operation); pin && pin->where_present) {
      add_pin(*pin, step.reason);
      return {};
    }
    end_pins();
    if (const auto* op = std::get_if<AddBridgeEntry>(&step.operation)) await_ports(op->node);
    const auto command = std::visit(Commands{plan_.nodes}, step.operation);
    if (!command) return command.error();
    say(step.reason, text_);
    text_ += *command + "\n";
    return {};
  }

  std::string finish() {
    end_pins();
    return text_;
  }

 private:
  void say(const std::string& reason, std::string& text) {
    if (reason != last_reason_) text += comment(reason);
    last_reason_ = reason;
  }
  void add_pin(const SetSysctl& pin, const std::string& reason) {
    if (pin.node != pinned_) end_pins();
    pinned_ = pin.node;
    say(reason, pins_);
    pins_ += fmt::format("{} = {}\n", pin.sysctl.name, pin.sysctl.value);
  }
  // Without STP, a port that is not disabled forwards.
  void await_ports(NodeId node) {
    if (node == awaited_) return;
    awaited_ = node;
    say("a port takes entries once it forwards, a moment after both ends of its link are up",
        text_);
    text_ += fmt::format("timeout 40 sh -c '{}' {}\n", kWhilePortsAreDisabled,
                         shell_quoted(plan_.nodes[node.index()]));
  }
  void end_pins() {
    if (pins_.empty()) return;
    // -e: a kernel without one of them needs no such pin.
    text_ += command_with_input(shell_quoted(plan_.nodes[pinned_.index()]), "sysctl -eqp -", pins_);
    text_ += "\n";
    pins_.clear();
  }

  const Plan& plan_;
  std::string text_{kHeader};
  std::string pins_;
  NodeId pinned_;
  std::optional<NodeId> awaited_;
  std::string last_reason_;
};

}  // namespace

std::expected<std::string, Issue> shell_script(const Plan& plan) {
  Script script(plan);
  for (const Step& step : plan.steps) {
    if (auto issue = script.add(step)) return std::unexpected(std::move(*issue));
  }
  return script.finish();
}

}  // namespace topoproof::plan
