// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/random_kinds.hh"

#include <array>
#include <bit>
#include <concepts>
#include <limits>
#include <set>
#include <span>

namespace topoproof::machine {
namespace {

namespace fw = firewall;

template <class T, class... Ts>
concept OneOf = (std::same_as<T, Ts> || ...);

// The number on its way through the rest of the rule.
class NumberInRule {
 public:
  explicit NumberInRule(fw::Register at) : at_(at) {}

  // False once something else was loaded over it.
  bool is_there() const { return is_there_; }
  std::vector<std::uint32_t> kinds() const { return {kinds_.begin(), kinds_.end()}; }

  // RETURNS: false if the expression may do more with the number than to compare it.
  bool pass(const fw::Compare& e) { return e.from != at_ || add(e.value); }
  bool pass(const fw::Range& e) { return e.from != at_ || (add(e.low) && add(e.high)); }
  bool pass(const fw::ByteOrder& e) {
    if (e.from != at_ || e.size != 4 || e.length != 4) return false;
    is_swapped_ = !is_swapped_;
    at_ = e.to;
    return true;
  }
  bool pass(const OneOf<fw::MetaLoad, fw::PayloadLoad, fw::CtLoad, fw::Immediate> auto& e) {
    return write(e.to);
  }
  bool pass(const fw::Bitwise& e) { return e.from != at_ && write(e.to); }
  bool pass(const OneOf<fw::PayloadStore, fw::MetaStore, fw::CtStore> auto& e) {
    return e.from != at_;
  }
  bool pass(const OneOf<fw::Counter, fw::Verdict, fw::Reject, fw::Log, fw::Notrack> auto&) {
    return true;
  }
  bool pass(const auto&) { return false; }

 private:
  // What is wide reaches into the registers behind.
  bool write(fw::Register to) {
    is_there_ = to != at_;
    return to.word >= at_.word;
  }
  // Registers are compared byte by byte: as numbers in the network's order.
  bool add(const Bytes& value) {
    if (value.size() != 4) return false;
    const std::uint32_t number = load_be32(value.data());
    for (const std::uint32_t kind : {number - 1, number, number + 1}) kinds_.insert(loaded(kind));
    return true;
  }
  // What is loaded, for this number to be compared.
  std::uint32_t loaded(std::uint32_t number) const {
    if (is_swapped_) return number;
    std::array<std::byte, 4> bytes{};
    store_be32(bytes.data(), number);
    return std::bit_cast<std::uint32_t>(bytes);
  }

  fw::Register at_;
  bool is_there_ = true;
  bool is_swapped_ = false;
  std::set<std::uint32_t> kinds_{0, std::numeric_limits<std::uint32_t>::max()};
};

}  // namespace

std::vector<std::uint32_t> kinds_of_numbers(const fw::Rule& rule, std::size_t load) {
  NumberInRule number(std::get<fw::MetaLoad>(rule.expressions[load]).to);
  for (const fw::Expression& expression : std::span(rule.expressions).subspan(load + 1)) {
    if (!std::visit([&](const auto& e) { return number.pass(e); }, expression)) return {};
    if (!number.is_there()) break;
  }
  return number.kinds();
}

}  // namespace topoproof::machine
