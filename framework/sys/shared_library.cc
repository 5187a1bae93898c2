// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/shared_library.hh"

#include <cerrno>

#include <dlfcn.h>
#include <fmt/format.h>

#include "sys/error.hh"

namespace topoproof::sys {

std::mutex& SharedLibrary::loading() {
  static std::mutex mutex;
  return mutex;
}

SharedLibrary::SharedLibrary(const char* soname) : soname_(soname) {
  const std::scoped_lock lock(loading());
  handle_ = ::dlopen(soname, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
  if (handle_ == nullptr) {
    throw SystemError(ELIBACC, fmt::format("load {}: {}", soname, ::dlerror()));
  }
}

void* SharedLibrary::symbol(const char* name) const {
  void* found = ::dlsym(handle_, name);
  if (found == nullptr) throw SystemError(ELIBBAD, fmt::format("find {} in {}", name, soname_));
  return found;
}

}  // namespace topoproof::sys
