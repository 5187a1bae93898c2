// SPDX-License-Identifier: GPL-2.0-or-later
// Mistakes in what a rule asks for.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/prefix.hh"
#include "firewall/build.hh"
#include "mutation/rule_operators.hh"
#include "mutation/rule_tests.hh"

namespace topoproof::mutation {
namespace {

namespace fw = firewall;

constexpr std::uint32_t kCtEveryState = 127;

class TestChanger {
 public:
  TestChanger(const fw::Rule& rule, const Test& test, const Alternatives& others, RuleVariants& out)
      : rule_(rule), test_(test), others_(others), out_(out) {}

  void change() {
    if (test_.asked == Asked::Family) return;  // it only says what the next test reads
    add(fmt::format("{} match dropped", to_string(test_.asked)), {});
    if (test_.asked != Asked::Protocol) turn_round();
    const bool is_port = test_.asked == Asked::SourcePort || test_.asked == Asked::DestinationPort;
    const bool is_address = test_.asked == Asked::Source || test_.asked == Asked::Destination;
    const bool is_interface = test_.asked == Asked::Input || test_.asked == Asked::Output;
    if (is_port) change_ports();
    if (is_address) change_address();
    if (is_interface) change_interface();
    if (test_.asked == Asked::Protocol) swap_protocol();
    if (test_.asked == Asked::CtState) change_states();
    if (test_.asked == Asked::CtStatus) swap_status();
  }

 private:
  fw::Expressions part() const {
    const auto view = part_of(rule_, test_);
    return {view.begin(), view.end()};
  }
  // The comparison that ends the test; null if it ends otherwise.
  static fw::Compare* last_compare(fw::Expressions& part) {
    return std::get_if<fw::Compare>(&part.back());
  }
  // Its only comparison, for a value of so many bytes.
  static fw::Compare* only_compare(fw::Expressions& part, std::size_t size) {
    const auto count = std::ranges::count_if(
        part, [](const auto& e) { return std::holds_alternative<fw::Compare>(e); });
    fw::Compare* last = last_compare(part);
    const bool fits = count == 1 && last != nullptr && last->value.size() == size &&
                      (last->op == fw::CompareOp::Equal || last->op == fw::CompareOp::NotEqual);
    return fits ? last : nullptr;
  }

  void add(std::string what, const fw::Expressions& instead) {
    fw::Rule changed = rule_;
    auto& code = changed.expressions;
    const auto at = [&](std::size_t i) { return code.begin() + static_cast<std::ptrdiff_t>(i); };
    code.erase(at(test_.first), at(test_.end));
    code.insert(at(test_.first), instead.begin(), instead.end());
    out_.push_back({std::move(what), std::move(changed)});
  }

  void turn_round() {
    fw::Expressions changed = part();
    if (auto* range = std::get_if<fw::Range>(&changed.back())) {
      range->inverted = !range->inverted;
    } else if (auto* lookup = std::get_if<fw::Lookup>(&changed.back())) {
      lookup->inverted = !lookup->inverted;
    } else {
      auto* compare = last_compare(changed);
      const bool plain = compare != nullptr && (compare->op == fw::CompareOp::Equal ||
                                                compare->op == fw::CompareOp::NotEqual);
      if (!plain) return;
      const bool equal = compare->op == fw::CompareOp::Equal;
      compare->op = equal ? fw::CompareOp::NotEqual : fw::CompareOp::Equal;
    }
    add(fmt::format("{} match turned round", to_string(test_.asked)), changed);
  }

  void change_ports() {
    fw::Expressions changed = part();
    if (const auto* compare = only_compare(changed, 2)) {
      change_port(load_be16(compare->value.data()));
      if (compare->op == fw::CompareOp::Equal) widen_port(load_be16(compare->value.data()));
      return;
    }
    for (std::size_t i = 0; i < changed.size(); ++i) {
      if (const auto* compare = std::get_if<fw::Compare>(&changed[i])) move_bound(i, compare->op);
    }
    if (std::holds_alternative<fw::Range>(changed.back())) move_range();
  }

  void change_port(std::uint16_t port) {
    const auto swapped = static_cast<std::uint16_t>(port << 8U | port >> 8U);
    set_port("port + 1", static_cast<std::uint16_t>(port + 1));
    set_port("port - 1", static_cast<std::uint16_t>(port - 1));
    if (swapped != port) set_port("bytes of the port swapped", swapped);
    if (test_.asked != Asked::DestinationPort) return;
    for (const auto& [before, after] : others_.translated_ports) {
      if (before == after) continue;
      if (port == before) set_port("port as it is after NAT", after);
      if (port == after) set_port("port as it is before NAT", before);
    }
  }
  void set_port(std::string what, std::uint16_t port) {
    fw::Expressions changed = part();
    store_be16(last_compare(changed)->value.data(), port);
    add(std::move(what), changed);
  }
  void widen_port(std::uint16_t port) {
    if (port == 0xffff) return;
    fw::Expressions changed = part();
    fw::Compare* low = last_compare(changed);
    low->op = fw::CompareOp::GreaterOrEqual;
    fw::Compare high = *low;
    high.op = fw::CompareOp::LessOrEqual;
    store_be16(high.value.data(), static_cast<std::uint16_t>(port + 1));
    changed.emplace_back(std::move(high));
    add("port range widened", changed);
  }
  // Of a range that two comparisons make.
  void move_bound(std::size_t at, fw::CompareOp op) {
    const bool low = op == fw::CompareOp::GreaterOrEqual;
    if (!low && op != fw::CompareOp::LessOrEqual) return;
    for (const int by : {-1, +1}) {
      fw::Expressions changed = part();
      auto& value = std::get<fw::Compare>(changed[at]).value;
      if (value.size() != 2) return;
      move(value, by);
      add(bound_text(low, by), changed);
    }
  }
  void move_range() {
    for (const bool low : {true, false}) {
      for (const int by : {-1, +1}) {
        fw::Expressions changed = part();
        auto& range = std::get<fw::Range>(changed.back());
        auto& value = low ? range.low : range.high;
        if (value.size() != 2) return;
        move(value, by);
        add(bound_text(low, by), changed);
      }
    }
  }
  static void move(Bytes& value, int by) {
    store_be16(value.data(), static_cast<std::uint16_t>(load_be16(value.data()) + by));
  }
  static std::string bound_text(bool low, int by) {
    return fmt::format("{} port {} 1", low ? "first" : "last", by < 0 ? '-' : '+');
  }

  // The network that is compared with, if it is one.
  static std::optional<Prefix> network_of(fw::Expressions& part) {
    const auto* load = std::get_if<fw::PayloadLoad>(&part.front());
    const auto* compare = last_compare(part);
    if (load == nullptr || compare == nullptr || compare->value.size() != load->length) return {};
    const bool is_v4 = load->offset == 12 || load->offset == 16;
    Bytes address = compare->value;
    address.resize(is_v4 ? 4 : 16);
    int length = static_cast<int>(load->length) * 8;
    if (part.size() == 3) {
      const auto* mask = std::get_if<fw::Bitwise>(&part[1]);
      if (mask == nullptr) return {};
      length = leading_ones(mask->mask);
    }
    return make_prefix(IpAddress::from_bytes(address), length);
  }
  static int leading_ones(const Bytes& mask) {
    int ones = 0;
    for (const std::byte b : mask) {
      for (int bit = 7; bit >= 0; --bit) {
        if ((std::to_integer<int>(b) >> bit & 1) == 0) return ones;
        ++ones;
      }
    }
    return ones;
  }

  void change_address() {
    fw::Expressions whole = part();
    const auto network = network_of(whole);
    if (!network || whole.size() > 3) return;
    const int most = address_bits(network->family());
    if (network->length() > 1) set_network("prefix - 1", resized(*network, -1));
    if (network->length() < most) {
      set_network("prefix + 1", resized(*network, +1));
      set_network("the network before or after it", sibling(*network));
      return;
    }
    const auto other = std::ranges::find_if(others_.hosts, [&](const IpAddress& host) {
      return host.family() == network->family() && host != network->address();
    });
    if (other != others_.hosts.end()) set_network("wrong host", make_host_prefix(*other));
  }
  static Prefix resized(const Prefix& network, int by) {
    return make_prefix(network.address(), network.length() + by);
  }
  // With the last bit of the network flipped.
  static Prefix sibling(const Prefix& network) {
    Bytes bytes = network.address().bytes();
    const auto bit = static_cast<std::size_t>(network.length() - 1);
    bytes[bit / 8] ^= static_cast<std::byte>(0x80U >> (bit % 8));
    return make_prefix(IpAddress::from_bytes(bytes), network.length());
  }
  void set_network(std::string what, const Prefix& network) {
    fw::Expressions whole = part();
    const bool is_not = last_compare(whole)->op == fw::CompareOp::NotEqual;
    const auto match = is_not ? fw::Match::IsNot : fw::Match::Is;
    const auto statement =
        test_.asked == Asked::Source ? fw::ip_saddr(network, match) : fw::ip_daddr(network, match);
    add(fmt::format("{}: {}", to_string(test_.asked), what), statement.expressions);
  }

  void change_interface() {
    fw::Expressions whole = part();
    const fw::Compare* compare = last_compare(whole);
    if (compare == nullptr) return;
    const std::string_view padded = as_text(compare->value);
    const std::string_view name = padded.substr(0, padded.find('\0'));
    const auto other = std::ranges::find_if(
        others_.interfaces, [&](const std::string& interface) { return interface != name; });
    if (other == others_.interfaces.end()) return;
    const bool is_not = compare->op == fw::CompareOp::NotEqual;
    const auto match = is_not ? fw::Match::IsNot : fw::Match::Is;
    const auto statement =
        test_.asked == Asked::Input ? fw::iifname(*other, match) : fw::oifname(*other, match);
    add(fmt::format("{}: wrong interface", to_string(test_.asked)), statement.expressions);
  }

  void swap_protocol() {
    fw::Expressions changed = part();
    fw::Compare* compare = only_compare(changed, 1);
    if (compare == nullptr) return;
    const auto protocol = std::to_integer<std::uint8_t>(compare->value[0]);
    if (protocol != fw::kTcp && protocol != fw::kUdp) return;
    compare->value[0] = std::byte{protocol == fw::kTcp ? fw::kUdp : fw::kTcp};
    add("protocol swapped", changed);
  }

  // The bits that are looked at, where the test is "any of these".
  static std::optional<std::uint32_t> bits_of(const fw::Expressions& part) {
    if (part.size() != 3) return std::nullopt;
    const auto* mask = std::get_if<fw::Bitwise>(&part[1]);
    const auto* compare = std::get_if<fw::Compare>(&part[2]);
    const bool any = mask != nullptr && mask->mask.size() == 4 && compare != nullptr &&
                     compare->op == fw::CompareOp::NotEqual;
    return any ? std::optional(fw::load_host_number(mask->mask)) : std::nullopt;
  }

  void change_states() {
    const auto states = bits_of(part());
    if (!states) return;
    for (std::uint32_t bit = 1; bit <= kCtEveryState; bit <<= 1U) {
      if ((*states & bit) == 0 || *states == bit) continue;
      add(fmt::format("ct state {} missing", state_name(bit)),
          fw::ct_state(*states & ~bit).expressions);
    }
  }
  static std::string_view state_name(std::uint32_t bit) {
    if (bit == fw::kCtInvalid) return "invalid";
    if (bit == fw::kCtEstablished) return "established";
    if (bit == fw::kCtRelated) return "related";
    return bit == fw::kCtNew ? "new" : "untracked";
  }

  void swap_status() {
    const auto bits = bits_of(part());
    constexpr auto kBoth = fw::kCtSourceNat | fw::kCtDestinationNat;
    if (!bits || (*bits & kBoth) == 0 || (*bits & kBoth) == kBoth) return;
    add("ct status of the other NAT", fw::ct_status(*bits ^ kBoth).expressions);
  }

  const fw::Rule& rule_;
  const Test& test_;
  const Alternatives& others_;
  RuleVariants& out_;
};

}  // namespace

void add_changed_tests(const fw::Rule& rule, const Alternatives& others, RuleVariants& out) {
  for (const Test& test : tests_of(rule)) TestChanger(rule, test, others, out).change();
}

}  // namespace topoproof::mutation
