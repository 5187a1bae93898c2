// SPDX-License-Identifier: GPL-2.0-or-later
// A text that many values hold: copying it counts, and copies nothing. A thousand namespaces have
// fifty settings each, and all have the same names, values and reasons.
#pragma once

#include <compare>
#include <concepts>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace topoproof {

// Immutable; compared by what it says.
class SharedText {
 public:
  SharedText() = default;
  template <class T>
    requires(std::constructible_from<std::string, T> &&
             !std::same_as<std::remove_cvref_t<T>, SharedText>)
  SharedText(T&& text)  // NOLINT: it is that text
      : text_(std::make_shared<const std::string>(std::forward<T>(text))) {}

  const std::string& str() const {
    static const std::string kNothing;
    return text_ ? *text_ : kNothing;
  }
  operator const std::string&() const { return str(); }  // NOLINT: likewise
  operator std::string_view() const { return str(); }    // NOLINT
  bool empty() const { return str().empty(); }

  friend bool operator==(const SharedText& a, const SharedText& b) {
    return a.text_ == b.text_ || a.str() == b.str();
  }
  friend auto operator<=>(const SharedText& a, const SharedText& b) { return a.str() <=> b.str(); }
  template <class T>
    requires(std::convertible_to<const T&, std::string_view> && !std::same_as<T, SharedText>)
  friend bool operator==(const SharedText& a, const T& b) {
    return a.str() == b;
  }
  friend std::ostream& operator<<(std::ostream& out, const SharedText& text) {
    return out << text.str();
  }

 private:
  std::shared_ptr<const std::string> text_;  // null: ""
};

}  // namespace topoproof
