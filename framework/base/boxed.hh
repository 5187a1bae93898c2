// SPDX-License-Identifier: GPL-2.0-or-later
// A value kept elsewhere: for a large member of a rare alternative, which would make every
// alternative of its variant as large. Copied, compared and const like the value itself.
#pragma once

#include <compare>
#include <memory>
#include <utility>

namespace topoproof {

// A moved-from box may only be destroyed or assigned to.
template <class T>
class Boxed {
 public:
  Boxed(T value) : value_(std::make_unique<T>(std::move(value))) {}  // NOLINT: it is that value
  Boxed(const Boxed& other) : value_(std::make_unique<T>(*other)) {}
  Boxed(Boxed&&) noexcept = default;
  Boxed& operator=(const Boxed& other) { return *this = Boxed(other); }
  Boxed& operator=(Boxed&&) noexcept = default;
  ~Boxed() = default;

  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }
  operator const T&() const { return *value_; }  // NOLINT: likewise

  friend auto operator<=>(const Boxed& a, const Boxed& b) { return *a <=> *b; }
  friend bool operator==(const Boxed& a, const Boxed& b) { return *a == *b; }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace topoproof
