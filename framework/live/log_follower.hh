// SPDX-License-Identifier: GPL-2.0-or-later
// What the services of a node print, as they print it.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>

#include "live/client.hh"

namespace topoproof::live {

struct LogQuestion {
  std::string node;
  std::string service = {};  // empty: all of the node
  const std::atomic<bool>* stop = nullptr;
};

// Shows what is kept of what they have printed, then what they go on to print, until the lab ends
// or it is told to stop. With several, each part under a heading. RETURNS: whether the lab has
// ended. THROWS: Refusal if there is no such service; sys::SystemError
bool follow_logs(Client& client, const LogQuestion& question,
                 const std::function<void(std::string_view)>& show);

}  // namespace topoproof::live
