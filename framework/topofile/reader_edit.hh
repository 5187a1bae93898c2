// SPDX-License-Identifier: GPL-2.0-or-later
// Edits of a topology's document, before it is read: what `extends:` and `variants:` mean. Every
// node of the result keeps the place where it was written. Internal to the reader.
//
// One rule wherever two descriptions meet (extends, add, defaults, groups): mappings merge key by
// key, lists are appended, anything else is replaced.
#pragma once

#include "base/issue.hh"
#include "document/node.hh"

namespace topoproof::topofile {

document::Node merge(const document::Node& base, const document::Node& over);

// The keys of an edit; they are applied in this order.
//   remove: [host.masquerade, client, red:eth0]   a key, a node with its links, a link by an end
//   set:    { host.forwarding: false }            replaces, or puts what was not there
//   add:    { host.masquerade: [{ out: eth0 }] }  merges
// A path begins with a node's name, or with links, defaults, groups, addressing or routing.
document::Node apply_edit(const document::Node& topology, const document::Node* remove,
                          const document::Node* set, const document::Node* add, Issues& issues);

}  // namespace topoproof::topofile
