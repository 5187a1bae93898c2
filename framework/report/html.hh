// SPDX-License-Identifier: GPL-2.0-or-later
// A run as one HTML page that needs nothing but a browser: no network, no other file but the
// captures that it links. Each scenario with its network drawn, who reaches whom as a heat map, and
// each check with its way as a ladder of hops.
#pragma once

#include <functional>
#include <string>

#include "scenario/outcome.hh"

namespace topoproof::report {

struct HtmlOptions {
  std::string file = {};  // where the page will be: captures are linked from there
  // The network of a scenario as an SVG element; empty: none. Asked once for each.
  std::function<std::string(const scenario::ScenarioResult&)> picture = {};
};

std::string to_html(const scenario::RunResult& run, const HtmlOptions& options = {});

}  // namespace topoproof::report
