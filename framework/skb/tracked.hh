// SPDX-License-Identifier: GPL-2.0-or-later
// How packets hold on to an entry of connection tracking without knowing what it is: a counted
// reference. An entry that was never confirmed ends with the last packet that refers to it, as in
// the kernel. Not for threads: a packet and all that it refers to belong to one simulation.
#pragma once

#include <cstdint>
#include <utility>

namespace topoproof::skb {

class Tracked {
 public:
  Tracked() = default;
  virtual ~Tracked() = default;
  Tracked(const Tracked&) = delete;
  Tracked& operator=(const Tracked&) = delete;

  std::uint32_t references() const { return references_; }

 private:
  template <class T>
  friend class Ref;
  std::uint32_t references_ = 0;
};

// T: Tracked, or a class derived from it.
template <class T>
class Ref {
 public:
  Ref() = default;
  explicit Ref(T* target) : target_(target) { hold(); }
  Ref(const Ref& other) : target_(other.target_) { hold(); }
  Ref(Ref&& other) noexcept : target_(std::exchange(other.target_, nullptr)) {}
  template <class U>
  Ref(const Ref<U>& other) : target_(other.get()) {  // NOLINT: as pointers convert
    hold();
  }
  Ref& operator=(Ref other) noexcept {
    std::swap(target_, other.target_);
    return *this;
  }
  ~Ref() { reset(); }

  void reset() noexcept {
    auto* target = std::exchange(target_, nullptr);
    if (target != nullptr && --counted(target).references_ == 0) delete target;
  }
  // To count a reference that is kept as a bare pointer: release() gives it up without letting go,
  // adopt() takes it back.
  T* release() { return std::exchange(target_, nullptr); }
  static Ref adopt(T* counted_before) {
    Ref ref;
    ref.target_ = counted_before;
    return ref;
  }
  T* get() const { return target_; }
  T& operator*() const { return *target_; }
  T* operator->() const { return target_; }
  explicit operator bool() const { return target_ != nullptr; }
  friend bool operator==(const Ref&, const Ref&) = default;

 private:
  static Tracked& counted(T* target) { return *target; }
  void hold() {
    if (target_ != nullptr) ++counted(target_).references_;
  }

  T* target_ = nullptr;
};

}  // namespace topoproof::skb
