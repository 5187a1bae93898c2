// SPDX-License-Identifier: GPL-2.0-or-later
// The running namespaces of a lab, with what is needed to talk to each. They live as long as this
// object: it holds them by descriptors, and closing these is the whole teardown.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/id.hh"
#include "base/shared_text.hh"
#include "netfilter/text.hh"
#include "netlink/interface_names.hh"
#include "netlink/socket.hh"
#include "rules/rule_lines.hh"
#include "sys/netns.hh"
#include "sys/sysctls.hh"

namespace topoproof::lab {

class Namespaces {
 public:
  // Raises the limit of open files.
  explicit Namespaces(std::size_t nodes);

  // Creates the namespace of `node` and runs `inside` in it. THROWS: SystemError, what it throws.
  void create(NodeId node, const std::function<void()>& inside);
  // One that somebody else made, with the interfaces that it has now.
  void adopt(NodeId node, sys::Netns netns, rules::RuleLines lines);
  // Many of these calls in one `f` cost one hand-over to the worker (sys::NetnsWorker::perform).
  void perform(const std::function<void()>& f) { worker_.perform(f); }
  // Each node becomes the one that had this number; without one it does not exist. What nobody
  // becomes is let go.
  void rearrange(std::span<const std::optional<NodeId>> former);
  bool exists(NodeId node) const { return nodes_[node.index()].netns.is_open(); }

  // Of the rest: REQUIRES: the namespace exists.
  const sys::Netns& netns(NodeId node) const { return nodes_[node.index()].netns; }
  void run(NodeId node, const std::function<void()>& inside);
  netlink::Socket& route_socket(NodeId node) { return *nodes_[node.index()].route; }
  netlink::Socket& netfilter_socket(NodeId node);   // opened when first asked for
  netfilter::TextLoader& text_loader(NodeId node);  // likewise
  netlink::InterfaceNames& names(NodeId node) { return nodes_[node.index()].names; }
  // Of the node's namespace, where the calling thread is. The next call may end what this returned.
  sys::Sysctls& sysctls(NodeId node);
  rules::RuleLines& rule_lines(NodeId node) { return nodes_[node.index()].rule_lines; }
  // Few: what new namespaces have anyway is not written.
  std::set<SharedText>& written_sysctls(NodeId node) {
    return nodes_[node.index()].written_sysctls;
  }

 private:
  struct Node {
    sys::Netns netns;
    std::optional<netlink::Socket> route;
    std::optional<netlink::Socket> netfilter;
    std::optional<netfilter::TextLoader> text;
    netlink::InterfaceNames names;
    sys::Sysctls sysctls;
    rules::RuleLines rule_lines;  // of the rules that were loaded
    std::set<SharedText> written_sysctls;
  };

  bool may_keep_folders_;  // of sysctls: two or three descriptors a namespace
  sys::Sysctls passing_;
  std::vector<Node> nodes_;
  sys::NetnsWorker worker_;
};

}  // namespace topoproof::lab
