// SPDX-License-Identifier: GPL-2.0-or-later
// A /run of one's own, where ip(8) keeps the names of namespaces.
#pragma once

namespace topoproof::sys {

// For the calling thread, and what it starts from then on: names that are made there are seen by
// nobody else, and go with it. REQUIRES: enter_sandbox() was called. THROWS: SystemError
void enter_own_mounts();

}  // namespace topoproof::sys
