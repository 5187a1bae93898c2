// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/namespaces.hh"

#include <utility>

#include "netlink/observe.hh"
#include "sys/sandbox.hh"

namespace topoproof::lab {

namespace {

// Namespace, sockets, taps and those of checks: less than this for each node of most networks.
constexpr std::size_t kDescriptorsOfNode = 16;

}  // namespace

Namespaces::Namespaces(std::size_t nodes)
    : may_keep_folders_(sys::raise_open_file_limit() / kDescriptorsOfNode > nodes), nodes_(nodes) {}

void Namespaces::create(NodeId id, const std::function<void()>& inside) {
  Node& node = nodes_[id.index()];
  node.netns = worker_.create([&] {
    node.route.emplace(netlink::Protocol::Route);
    inside();
  });
}

void Namespaces::adopt(NodeId id, sys::Netns netns, rules::RuleLines lines) {
  Node& node = nodes_[id.index()];
  node.netns = std::move(netns);
  node.rule_lines = std::move(lines);
  run(id, [&] { node.route.emplace(netlink::Protocol::Route); });
  node.names = netlink::observe_names(*node.route);
}

void Namespaces::rearrange(std::span<const std::optional<NodeId>> former) {
  std::vector<Node> nodes(former.size());
  for (std::size_t i = 0; i < former.size(); ++i) {
    if (former[i]) nodes[i] = std::move(nodes_[former[i]->index()]);
  }
  nodes_ = std::move(nodes);
}

void Namespaces::run(NodeId node, const std::function<void()>& inside) {
  worker_.run(netns(node), inside);
}

sys::Sysctls& Namespaces::sysctls(NodeId node) {
  if (may_keep_folders_) return nodes_[node.index()].sysctls;
  passing_ = {};
  return passing_;
}

netlink::Socket& Namespaces::netfilter_socket(NodeId id) {
  Node& node = nodes_[id.index()];
  if (!node.netfilter) {
    run(id, [&] { node.netfilter.emplace(netlink::Protocol::Netfilter); });
  }
  return *node.netfilter;
}

netfilter::TextLoader& Namespaces::text_loader(NodeId id) {
  Node& node = nodes_[id.index()];
  if (!node.text) node.text.emplace(node.netns);
  return *node.text;
}

}  // namespace topoproof::lab
