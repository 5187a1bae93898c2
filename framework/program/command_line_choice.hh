// SPDX-License-Identifier: GPL-2.0-or-later
// Options that take one of a few words. For the sources of the command line: CLI11 is heavy.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace topoproof::program {

template <class T>
using Choices = std::vector<std::pair<std::string_view, T>>;

// The first word is the default. REQUIRES: both references outlive the application.
template <class T>
void add_choice(CLI::App& app, const std::string& name, const Choices<T>& choices, T& chosen) {
  const std::string words = fmt::format("{}", fmt::join(choices | std::views::keys, ", "));
  app.add_option_function<std::string>(
         name,
         [&choices, &chosen, name, words](const std::string& word) {
           const auto found =
               std::ranges::find(choices, word, &std::pair<std::string_view, T>::first);
           if (found == choices.end()) {
             throw CLI::ValidationError(name, fmt::format("'{}' is none of {}", word, words));
           }
           chosen = found->second;
         },
         fmt::format("{} (by default {})", words, choices.front().first))
      ->type_name("WORD");
}

}  // namespace topoproof::program
