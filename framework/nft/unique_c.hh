// SPDX-License-Identifier: GPL-2.0-or-later
// Objects of C libraries, owned: one alias per type.
#pragma once

#include <memory>

namespace topoproof::nft {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
template <class T, auto Free>
using UniqueC = std::unique_ptr<T, Freer<Free>>;

}  // namespace topoproof::nft
