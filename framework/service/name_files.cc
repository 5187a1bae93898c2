// SPDX-License-Identifier: GPL-2.0-or-later
// Apart from hosts.cc: the launcher needs this, and no topology.
#include "service/hosts.hh"

namespace topoproof::service {

namespace fs = std::filesystem;

sys::FilePlaces name_files(const fs::path& folder, const std::string& node) {
  return {{folder / ("hosts." + node), "/etc/hosts"},
          {folder / ("resolv.conf." + node), "/etc/resolv.conf"}};
}

}  // namespace topoproof::service
