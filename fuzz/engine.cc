// SPDX-License-Identifier: GPL-2.0-or-later
// What libFuzzer and the engines that are compatible with it call.
#include <cstdint>

#include "fuzz/target.hh"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  topoproof::fuzz::run(std::as_bytes(std::span(data, size)));
  return 0;
}
