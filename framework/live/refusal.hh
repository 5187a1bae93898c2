// SPDX-License-Identifier: GPL-2.0-or-later
// What is asked of a lab and cannot be, because of how it was asked: no lab or node of that name, a
// name in use, a file that is wrong. What the system refuses is a sys::SystemError, as everywhere.
#pragma once

#include <stdexcept>
#include <string>

namespace topoproof::live {

class Refusal : public std::runtime_error {
 public:
  explicit Refusal(const std::string& sentence) : std::runtime_error(sentence) {}
};

// The lab was there, and has ended while it was asked.
class LabDied : public std::runtime_error {
 public:
  explicit LabDied(const std::string& sentence) : std::runtime_error(sentence) {}
};

}  // namespace topoproof::live
