// SPDX-License-Identifier: GPL-2.0-or-later
// The links of a running lab that somebody took down (`link down`): they stay down when the lab
// becomes another network, as long as it has them. Pure.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "plan/update.hh"

namespace topoproof::live {

class TakenDown {
 public:
  struct Place {
    std::string node;
    std::string interface;
    friend auto operator<=>(const Place&, const Place&) = default;
  };

  void set(const Place& place, bool up);
  // Those at one of the nodes.
  std::vector<Place> at(const std::set<std::string>& nodes) const;
  // What becomes of them in the update, a line each.
  std::string outlook(const plan::Update& update) const;
  // Those that are no more, and those in whose place the update makes another link, which is up.
  void forget_lost(const plan::Update& update);

 private:
  std::set<Place> places_;
};

}  // namespace topoproof::live
