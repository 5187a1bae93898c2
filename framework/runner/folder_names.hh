// SPDX-License-Identifier: GPL-2.0-or-later
// Names of folders for what a user has named freely, scenarios and checks: such as a file system
// and a shell take without a fuss, and no two the same.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace topoproof::runner {

// "red -> client tcp/80" -> "red_-_client_tcp_80". Never empty, never a place such as "..": where
// nothing is left of the text it is `if_nameless`.
std::string folder_name(std::string_view text, std::string_view if_nameless);

class FolderNames {
 public:
  // RETURNS: folder_name(..), with a number behind it ("..-2") if that was taken before.
  std::string take(std::string_view text, std::string_view if_nameless);

 private:
  std::set<std::string> taken_;
};

}  // namespace topoproof::runner
