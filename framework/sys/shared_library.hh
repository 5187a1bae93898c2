// SPDX-License-Identifier: GPL-2.0-or-later
// A shared library that is loaded by whoever first needs it, not with the program: some bring many
// others, and each costs page faults at every start, also of commands that never call it.
#pragma once

#include <mutex>

namespace topoproof::sys {

class SharedLibrary {
 public:
  // Stays loaded until the process ends: threads of its own may run. THROWS: SystemError (ELIBACC)
  // with the loader's words.
  explicit SharedLibrary(const char* soname);

  // Held while one is loaded. To be held by who forks a child that loads another: it would find the
  // loader's lists half changed, by a thread that it does not have.
  static std::mutex& loading();

  // Makes `function` that of this name, whose type it has. THROWS: SystemError (ELIBBAD) if the
  // library has none.
  template <class Function>
  void load(Function*& function, const char* name) const {
    function = reinterpret_cast<Function*>(symbol(name));
  }

 private:
  void* symbol(const char* name) const;

  const char* soname_;
  void* handle_ = nullptr;
};

}  // namespace topoproof::sys
