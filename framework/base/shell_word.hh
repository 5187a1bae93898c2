// SPDX-License-Identifier: GPL-2.0-or-later
// Texts as words of sh(1).
#pragma once

#include <string>

namespace topoproof {

// `text` as one word, quoted where it has to be.
std::string shell_quoted(const std::string& text);

}  // namespace topoproof
