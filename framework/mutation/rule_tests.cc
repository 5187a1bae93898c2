// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutation/rule_tests.hh"

#include <array>
#include <optional>
#include <variant>

namespace topoproof::mutation {
namespace {

namespace fw = firewall;

// Offsets of RFC 791, 3.1 and RFC 8200, 3: only the first bytes of an address may be loaded.
Asked asked_of(const fw::PayloadLoad& load) {
  if (load.base == fw::PayloadBase::Transport && load.length == 2) {
    if (load.offset == 0) return Asked::SourcePort;
    if (load.offset == 2) return Asked::DestinationPort;
  }
  if (load.base != fw::PayloadBase::Network) return Asked::Other;
  if (load.offset == 9 && load.length == 1) return Asked::Protocol;
  const bool is_short = load.length <= 4;
  if ((load.offset == 12 && is_short) || (load.offset == 8 && load.length > 1))
    return Asked::Source;
  if ((load.offset == 16 && is_short) || load.offset == 24) return Asked::Destination;
  return Asked::Other;
}

Asked asked_of(const fw::MetaLoad& load) {
  if (load.key == fw::MetaKey::L4proto) return Asked::Protocol;
  if (load.key == fw::MetaKey::Iifname) return Asked::Input;
  if (load.key == fw::MetaKey::Oifname) return Asked::Output;
  const bool is_family = load.key == fw::MetaKey::Nfproto || load.key == fw::MetaKey::Protocol;
  return is_family ? Asked::Family : Asked::Other;
}

Asked asked_of(const fw::CtLoad& load) {
  if (load.key == fw::CtKey::State) return Asked::CtState;
  return load.key == fw::CtKey::Status ? Asked::CtStatus : Asked::Other;
}

class Finder {
 public:
  explicit Finder(const fw::Rule& rule) : rule_(rule) { held_.fill(Asked::Other); }

  std::vector<Test> find() {
    for (at_ = 0; at_ < rule_.expressions.size(); ++at_) {
      std::visit([this](const auto& e) { look_at(e); }, rule_.expressions[at_]);
    }
    return std::move(tests_);
  }

 private:
  void begin() {
    if (!first_) first_ = at_;
  }
  template <class Load>
  void load(const Load& e, Asked asked) {
    begin();
    held_.at(e.to.word) = asked;
    ++loads_;
  }

  void look_at(const fw::PayloadLoad& e) { load(e, asked_of(e)); }
  void look_at(const fw::MetaLoad& e) { load(e, asked_of(e)); }
  void look_at(const fw::CtLoad& e) { load(e, asked_of(e)); }
  void look_at(const fw::Fib& e) { load(e, Asked::Other); }
  void look_at(const fw::RouteLoad& e) { load(e, Asked::Other); }
  void look_at(const fw::ExtensionLoad& e) { load(e, Asked::Other); }
  void look_at(const fw::SocketLoad& e) { load(e, Asked::Other); }
  void look_at(const fw::Bitwise& e) { pass_on(e); }
  void look_at(const fw::Shift& e) { pass_on(e); }
  void look_at(const fw::ByteOrder& e) { pass_on(e); }
  template <class Step>
  void pass_on(const Step& e) {
    begin();
    held_.at(e.to.word) = held_.at(e.from.word);
  }

  void look_at(const fw::Compare& e) { test(e.from); }
  void look_at(const fw::Range& e) { test(e.from); }
  void look_at(const fw::Lookup& e) {
    if (e.to) return end();
    test(e.from);
  }
  void look_at(const fw::XtMatch&) {
    begin();
    add(Asked::Other);
  }
  // Anything else acts.
  template <class Other>
  void look_at(const Other&) {
    end();
  }

  // Without a load of its own it goes on with what the test before has loaded.
  void test(fw::Register from) {
    const bool goes_on = !first_ && !tests_.empty() && tests_.back().end == at_;
    if (goes_on) {
      tests_.back().end = at_ + 1;
      return;
    }
    if (!first_) return;  // of what was loaded before an action: it stays as it is
    add(loads_ > 1 ? Asked::Other : held_.at(from.word));
  }
  void add(Asked asked) {
    tests_.push_back({asked, *first_, at_ + 1});
    end();
  }
  void end() {
    first_.reset();
    loads_ = 0;
  }

  const fw::Rule& rule_;
  std::vector<Test> tests_;
  std::array<Asked, 32> held_{};
  std::optional<std::size_t> first_;
  std::size_t at_ = 0;
  std::size_t loads_ = 0;
};

}  // namespace

std::string_view to_string(Asked asked) {
  constexpr std::array<std::string_view, 11> kNames{"saddr",     "daddr",   "sport",   "dport",
                                                    "protocol",  "iifname", "oifname", "ct state",
                                                    "ct status", "family",  "other"};
  return kNames.at(static_cast<std::size_t>(asked));
}

std::vector<Test> tests_of(const fw::Rule& rule) { return Finder(rule).find(); }

}  // namespace topoproof::mutation
