// SPDX-License-Identifier: GPL-2.0-or-later
// Turns the expressions of one rule back into phrases: it follows what each register holds, as the
// machine would. For the printer only.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "firewall/ruleset.hh"
#include "listing/fields.hh"

namespace topoproof::listing {

class RuleText {
 public:
  explicit RuleText(const Table& table);

  // RETURNS: false if it cannot be said.
  bool add(const Expression& expression);
  // The phrases, separated by spaces. The last call. RETURNS: nothing if something is unsaid.
  std::optional<std::string> take();

 private:
  // What a register holds: something loaded, perhaps masked, or a constant.
  struct Content {
    std::variant<std::monostate, PayloadLoad, MetaKey, CtKey, Fib, RouteLoad, Bytes> source;
    Bytes mask;
  };
  // A test that nft adds by itself where the next phrase needs it.
  struct Dependency {
    bool is_network = false;
    std::string text;
  };

  bool say(const PayloadLoad& e);
  bool say(const MetaLoad& e);
  bool say(const MetaStore& e);
  bool say(const CtLoad& e);
  bool say(const Compare& e);
  bool say(const Bitwise& e);
  bool say(const Range& e);
  bool say(const Lookup& e);
  bool say(const Verdict& e);
  bool say(const Immediate& e);
  bool say(const Nat& e);
  bool say(const Masquerade& e);
  bool say(const Redirect& e);
  bool say(const Reject& e);
  bool say(const Counter& e);
  bool say(const Limit& e);
  bool say(const Log& e);
  bool say(const Notrack& e);
  bool say(const Quota& e);
  bool say(const Queue& e);
  bool say(const CtStore& e);
  bool say(const Fib& e);
  bool say(const RouteLoad& e);
  bool say(const ByteOrder& e);
  bool say(const ExtensionStore& e);
  template <class Other>
  bool say(const Other& /*e*/) {
    return false;
  }

  bool say_dependency(const Compare& e, MetaKey key);
  bool say_ct_bits(const Compare& e, const Content& content);
  bool say_tcp_flags(const Compare& e, const PayloadLoad& load, const Bytes& mask);
  bool say_fib(const Compare& e, const Fib& fib);
  bool say_payload(const Compare& e, const PayloadLoad& load, const Bytes& mask);
  bool say_field(const Compare& e, const Field& field);
  bool say_bound(const Compare& e, const Field& field);
  std::optional<Field> field_of(const Content& content) const;  // exactly one, unmasked
  std::optional<std::string> constant(const std::optional<Register>& r, ValueForm form) const;
  std::optional<std::string> ports(const std::optional<Register>& low,
                                   const std::optional<Register>& high) const;
  template <class Key>
  bool holds(Register r, Key key) const {  // exactly this, unmasked
    const auto* held = std::get_if<Key>(&at(r).source);
    return held != nullptr && *held == key && at(r).mask.empty();
  }
  Content& at(Register r) { return registers_.at(r.word); }
  const Content& at(Register r) const { return registers_.at(r.word); }
  bool phrase(std::string text);
  bool field_phrase(const Field& field, const std::string& rest);
  bool fields_phrase(const std::vector<Field>& fields, const std::string& rest);
  void drop_implied(const Field& field);
  std::vector<Field> fields_of(Register from, std::uint32_t length) const;  // empty if not known

  const Table& table_;
  PacketContext context_;
  std::array<Content, 20> registers_;
  std::vector<Dependency> pending_;
  std::optional<Compare> lower_bound_;
  std::string text_;
};

}  // namespace topoproof::listing
