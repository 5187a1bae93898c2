// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/namespaces.hh"

namespace topoproof::lab {

void Namespaces::create(NodeId id, const std::function<void()>& inside) {
  Node& node = nodes_[id.index()];
  node.netns = worker_.create([&] {
    node.route.emplace(netlink::Protocol::Route);
    inside();
  });
}

void Namespaces::run(NodeId node, const std::function<void()>& inside) {
  worker_.run(netns(node), inside);
}

netlink::Socket& Namespaces::netfilter_socket(NodeId id) {
  Node& node = nodes_[id.index()];
  if (!node.netfilter) {
    run(id, [&] { node.netfilter.emplace(netlink::Protocol::Netfilter); });
  }
  return *node.netfilter;
}

nft::TextLoader& Namespaces::text_loader(NodeId id) {
  Node& node = nodes_[id.index()];
  if (!node.text) node.text.emplace(node.netns);
  return *node.text;
}

}  // namespace topoproof::lab
