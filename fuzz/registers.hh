// SPDX-License-Identifier: GPL-2.0-or-later
// Follows the registers through the expressions of a rule, as nft_parse_register_load() has done
// since Linux 5.18: what is read must have been written in the same rule.
#pragma once

#include <bitset>

#include "firewall/ruleset.hh"

namespace topoproof::fuzz {

namespace fw = firewall;

class Registers {
 public:
  explicit Registers(const fw::Table& table) : table_(table) {}

  // RETURNS: whether all that the rule reads was written.
  bool are_sound(const fw::Rule& rule) {
    written_.reset();
    sound_ = true;
    for (const auto& expression : rule.expressions) std::visit(*this, expression);
    return sound_;
  }

  void operator()(const fw::PayloadLoad& e) { write(e.to, e.length); }
  void operator()(const fw::PayloadStore& e) { read(e.from, e.length); }
  void operator()(const fw::MetaLoad& e) { write(e.to, is_name(e.key) ? 16 : 4); }
  void operator()(const fw::MetaStore& e) { read(e.from, 4); }
  void operator()(const fw::CtLoad& e) { write(e.to, 4); }
  void operator()(const fw::CtStore& e) { read(e.from, 4); }
  void operator()(const fw::Fib& e) { write(e.to, 4); }
  void operator()(const fw::ExtensionLoad& e) { write(e.to, e.length); }
  void operator()(const fw::ExtensionStore& e) { read(e.from, e.length); }
  void operator()(const fw::RouteLoad& e) { write(e.to, 4); }
  void operator()(const fw::Immediate& e) { write(e.to, e.value.size()); }
  void operator()(const fw::Compare& e) { read(e.from, e.value.size()); }
  void operator()(const fw::Range& e) { read(e.from, e.low.size()); }
  void operator()(const fw::Bitwise& e) { change(e.from, e.to, e.mask.size()); }
  void operator()(const fw::ByteOrder& e) { change(e.from, e.to, e.length); }
  void operator()(const fw::Lookup& e) {
    const auto* set = find_set(table_, e.set);
    sound_ = sound_ && set != nullptr;
    if (set == nullptr) return;
    read(e.from, set->key_length);
    if (e.to && *e.to != fw::kVerdictRegister) write(*e.to, set->data_length);
  }
  void operator()(const fw::Nat& e) {
    const std::size_t size = e.family == Family::Ipv6 ? 16 : 4;
    for (const auto& at : {e.address, e.address_high}) read_if(at, size);
    for (const auto& at : {e.port, e.port_high}) read_if(at, 2);
  }
  void operator()(const fw::Redirect& e) { read_if(e.port, 2); }
  void operator()(const fw::Masquerade& e) { read_if(e.port, 2); }
  void operator()(const auto& /*no registers that the generator uses*/) {}

 private:
  static bool is_name(fw::MetaKey key) {
    return key == fw::MetaKey::Iifname || key == fw::MetaKey::Oifname;
  }
  static std::size_t words(std::size_t bytes) { return (bytes + 3) / 4; }
  void write(fw::Register to, std::size_t bytes) {
    for (std::size_t i = 0; i < words(bytes); ++i) written_.set(to.word + i);
  }
  void read(fw::Register from, std::size_t bytes) {
    for (std::size_t i = 0; i < words(bytes); ++i) sound_ = sound_ && written_.test(from.word + i);
  }
  void read_if(const std::optional<fw::Register>& from, std::size_t bytes) {
    if (from) read(*from, bytes);
  }
  void change(fw::Register from, fw::Register to, std::size_t bytes) {
    read(from, bytes);
    write(to, bytes);
  }

  const fw::Table& table_;
  std::bitset<20> written_;
  bool sound_ = true;
};

}  // namespace topoproof::fuzz
