// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of the HTML page that are the same for every run: the files in page/, which the build
// puts here. Internal to the module.
#pragma once

#include <string_view>

namespace topoproof::report {

// With @STYLE@, @SCRIPT@, @PICTURES@ and @RUN@ where these go.
std::string_view page_frame();
std::string_view page_style();
std::string_view page_script();

}  // namespace topoproof::report
