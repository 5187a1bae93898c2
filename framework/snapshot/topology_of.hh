// SPDX-License-Identifier: GPL-2.0-or-later
// From what namespaces hold to a topology that makes the same, and to what it leaves out. Pure.
// Internal to the module.
#pragma once

#include <span>

#include "snapshot/found.hh"
#include "snapshot/snapshot.hh"

namespace topoproof::snapshot {

Snapshot topology_of(std::span<const Found> found, const std::string& name);

}  // namespace topoproof::snapshot
