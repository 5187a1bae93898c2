// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/expression_codec.hh"

#include <cstring>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <linux/netfilter/nf_nat.h>

#include "base/check.hh"
#include "firewall/describe.hh"
#include "nft/expression_fields.hh"

namespace topoproof::nft {
namespace {

// The kernel sets these itself, from the registers in use.
constexpr std::uint32_t kImpliedNatFlags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED;
constexpr std::uint32_t kDefaultLogLevel = 4;

std::uint32_t register_number(fw::Register r) {
  return r.word % 4 == 0 ? r.word / 4U : r.word + 4U;
}

fw::Register register_of(std::uint32_t number) {
  return {static_cast<std::uint8_t>(number < NFT_REG32_00 ? 4 * number : number - 4)};
}

class Writer {
 public:
  Writer(nftnl_expr* expression, const SetIds& ids) : expression_(expression), ids_(ids) {}

  template <class T>
  void u8(std::uint16_t attribute, const T& value) {
    put(value,
        [&](auto v) { nftnl_expr_set_u8(expression_, attribute, static_cast<std::uint8_t>(v)); });
  }
  template <class T>
  void u16(std::uint16_t attribute, const T& value) {
    put(value, [&](auto v) { nftnl_expr_set_u16(expression_, attribute, v); });
  }
  template <class T>
  void u32(std::uint16_t attribute, const T& value) {
    put(value,
        [&](auto v) { nftnl_expr_set_u32(expression_, attribute, static_cast<std::uint32_t>(v)); });
  }
  void u64(std::uint16_t attribute, std::uint64_t value) {
    nftnl_expr_set_u64(expression_, attribute, value);
  }
  void fixed(std::uint16_t attribute, std::uint32_t value) { u32(attribute, value); }
  void flag(std::uint16_t attribute, bool value) { u32(attribute, value ? 1U : 0U); }
  static bool wants(std::uint16_t /*attribute*/, bool value) { return value; }

  void reg(std::uint16_t attribute, fw::Register r) { u32(attribute, register_number(r)); }
  void reg(std::uint16_t attribute, const std::optional<fw::Register>& r) {
    if (r) reg(attribute, *r);
  }
  void upper_reg(std::uint16_t attribute, const std::optional<fw::Register>& r,
                 const std::optional<fw::Register>& /*lower*/) {
    reg(attribute, r);
  }
  // As nft does: it says that a port is given, not that an address is.
  void nat_flags(std::uint16_t attribute, std::uint32_t flags,
                 const std::optional<fw::Register>& port) {
    if (port) flags |= NF_NAT_RANGE_PROTO_SPECIFIED;
    if (flags != 0) u32(attribute, flags);
  }
  void family(std::uint16_t attribute, Family family) {
    u32(attribute,
        std::to_underlying(family == Family::Ipv4 ? fw::TableFamily::Ip : fw::TableFamily::Ip6));
  }

  void data(std::uint16_t attribute, const Bytes& value) {
    nftnl_expr_set(expression_, attribute, value.data(), static_cast<std::uint32_t>(value.size()));
  }
  void number_data(std::uint16_t attribute, std::uint32_t value) {
    nftnl_expr_set(expression_, attribute, &value, sizeof value);
  }
  void size_of(std::uint16_t attribute, const Bytes& value) {
    u32(attribute, static_cast<std::uint32_t>(value.size()));
  }
  void text(std::uint16_t attribute, const std::string& value) {
    if (!value.empty()) nftnl_expr_set_str(expression_, attribute, value.c_str());
  }
  void set(std::uint16_t name, std::uint16_t id, const std::string& value) {
    const auto found = ids_.find(value);
    const bool is_anonymous = found != ids_.end();
    const auto* stem = value.starts_with("__map") ? "__map%d" : "__set%d";
    // Once only: libnftnl 1.2.4 does not free the name that it had.
    nftnl_expr_set_str(expression_, name, is_anonymous ? stem : value.c_str());
    if (is_anonymous) u32(id, found->second);
  }

 private:
  template <class T, class F>
  static void put(const T& value, F f) {
    f(value);
  }
  template <class T, class F>
  static void put(const std::optional<T>& value, F f) {
    if (value) f(*value);
  }

  nftnl_expr* expression_;
  const SetIds& ids_;
};

class Reader {
 public:
  Reader(const nftnl_expr& expression, const SetIds& ids) : expression_(&expression), ids_(ids) {}

  template <class T>
  void u8(std::uint16_t attribute, T& value) {
    get(attribute, value, nftnl_expr_get_u8);
  }
  template <class T>
  void u16(std::uint16_t attribute, T& value) {
    get(attribute, value, nftnl_expr_get_u16);
  }
  template <class T>
  void u32(std::uint16_t attribute, T& value) {
    get(attribute, value, nftnl_expr_get_u32);
  }
  void u64(std::uint16_t attribute, std::uint64_t& value) {
    get(attribute, value, nftnl_expr_get_u64);
  }
  void fixed(std::uint16_t /*attribute*/, std::uint32_t /*value*/) {}
  void flag(std::uint16_t attribute, bool& value) {
    std::uint32_t number = 0;
    u32(attribute, number);
    if (number > 1) unknown_ = true;
    value = number != 0;
  }
  bool wants(std::uint16_t attribute, bool /*value*/) const { return has(attribute); }

  void reg(std::uint16_t attribute, fw::Register& r) {
    std::uint32_t number = 0;
    u32(attribute, number);
    r = register_of(number);
  }
  void reg(std::uint16_t attribute, std::optional<fw::Register>& r) {
    if (has(attribute)) reg(attribute, r.emplace());
  }
  // The kernel repeats the lower end where no upper one was given.
  void upper_reg(std::uint16_t attribute, std::optional<fw::Register>& r,
                 const std::optional<fw::Register>& lower) {
    reg(attribute, r);
    if (r == lower) r.reset();
  }
  void nat_flags(std::uint16_t attribute, std::uint32_t& flags,
                 const std::optional<fw::Register>& /*port*/) {
    u32(attribute, flags);
    flags &= ~kImpliedNatFlags;
  }
  void family(std::uint16_t attribute, Family& family) {
    std::uint32_t number = 0;
    u32(attribute, number);
    const auto table = static_cast<fw::TableFamily>(number);
    if (table != fw::TableFamily::Ip && table != fw::TableFamily::Ip6) unknown_ = true;
    family = table == fw::TableFamily::Ip6 ? Family::Ipv6 : Family::Ipv4;
  }

  void data(std::uint16_t attribute, Bytes& value) {
    if (!has(attribute)) return;
    std::uint32_t size = 0;
    const auto* begin =
        static_cast<const std::byte*>(nftnl_expr_get(expression_, attribute, &size));
    value.assign(begin, begin + size);
  }
  void number_data(std::uint16_t attribute, std::uint32_t& value) {
    Bytes bytes;
    data(attribute, bytes);
    if (bytes.size() == sizeof value) value = fw::load_host_number(bytes);
  }
  void size_of(std::uint16_t /*attribute*/, const Bytes& /*value*/) {}
  void text(std::uint16_t attribute, std::string& value) {
    if (has(attribute)) value = nftnl_expr_get_str(expression_, attribute);
  }
  // A rule of a batch names the anonymous set by its number, a rule of the kernel by its name.
  void set(std::uint16_t name, std::uint16_t id, std::string& value) {
    text(name, value);
    if (!has(id) || value.find('%') == std::string::npos) return;
    const auto number = nftnl_expr_get_u32(expression_, id);
    for (const auto& [known, known_id] : ids_) {
      if (known_id == number) value = known;
    }
  }

  bool saw_unknown() const { return unknown_; }

 private:
  bool has(std::uint16_t attribute) const { return nftnl_expr_is_set(expression_, attribute); }

  template <class T, class F>
  void get(std::uint16_t attribute, T& value, F f) {
    if (has(attribute)) value = static_cast<T>(f(expression_, attribute));
  }
  template <class T, class F>
  void get(std::uint16_t attribute, std::optional<T>& value, F f) {
    if (has(attribute)) value = static_cast<T>(f(expression_, attribute));
  }

  const nftnl_expr* expression_;
  const SetIds& ids_;
  bool unknown_ = false;
};

// Names that mean one expression whatever the attributes are.
fw::Expression plain_alternative(std::string_view name, bool& known) {
  known = true;
  if (name == "cmp") return fw::Compare{};
  if (name == "byteorder") return fw::ByteOrder{};
  if (name == "range") return fw::Range{};
  if (name == "lookup") return fw::Lookup{};
  if (name == "nat") return fw::Nat{};
  if (name == "masq") return fw::Masquerade{};
  if (name == "redir") return fw::Redirect{};
  if (name == "reject") return fw::Reject{fw::RejectKind::AnyError, 0};  // a reset has none
  if (name == "counter") return fw::Counter{};
  if (name == "limit") return fw::Limit{};
  if (name == "quota") return fw::Quota{};
  if (name == "log") return fw::Log{};
  if (name == "notrack") return fw::Notrack{};
  if (name == "queue") return fw::Queue{};
  if (name == "fib") return fw::Fib{};
  known = false;
  return {};
}

std::optional<fw::Expression> bitwise_alternative(const nftnl_expr& e) {
  if (!nftnl_expr_is_set(&e, NFTNL_EXPR_BITWISE_OP)) return fw::Bitwise{};
  const auto op = nftnl_expr_get_u32(&e, NFTNL_EXPR_BITWISE_OP);
  if (op == NFT_BITWISE_BOOL) return fw::Bitwise{};
  if (op == NFT_BITWISE_LSHIFT || op == NFT_BITWISE_RSHIFT) return fw::Shift{};
  return std::nullopt;
}

// The alternative of the variant that this expression is.
std::optional<fw::Expression> alternative(const nftnl_expr& e) {
  const std::string_view name = nftnl_expr_get_str(&e, NFTNL_EXPR_NAME);
  const auto either = [&](std::uint16_t attribute, fw::Expression with, fw::Expression without) {
    return nftnl_expr_is_set(&e, attribute) ? with : without;
  };
  if (name == "payload")
    return either(NFTNL_EXPR_PAYLOAD_DREG, fw::PayloadLoad{}, fw::PayloadStore{});
  if (name == "meta") return either(NFTNL_EXPR_META_DREG, fw::MetaLoad{}, fw::MetaStore{});
  if (name == "ct") return either(NFTNL_EXPR_CT_DREG, fw::CtLoad{}, fw::CtStore{});
  if (name == "immediate") return either(NFTNL_EXPR_IMM_VERDICT, fw::Verdict{}, fw::Immediate{});
  if (name == "bitwise") return bitwise_alternative(e);
  bool known = false;
  auto plain = plain_alternative(name, known);
  return known ? std::optional(std::move(plain)) : std::nullopt;
}

// The kernel tells the level also where none was asked for.
void forget_defaults(fw::Expression& expression) {
  auto* log = std::get_if<fw::Log>(&expression);
  if (log != nullptr && log->level == kDefaultLogLevel) log->level.reset();
}

}  // namespace

std::string name_template(const firewall::Set& set) { return set.is_map() ? "__map%d" : "__set%d"; }

UniqueExpression encode(const firewall::Expression& expression, const SetIds& ids) {
  UniqueExpression object(nftnl_expr_alloc(std::string(fw::kernel_name(expression)).c_str()));
  TOPOPROOF_CHECK(object != nullptr, "libnftnl knows every expression of the IR");
  Writer writer(object.get(), ids);
  std::visit([&](const auto& e) { fields(writer, e); }, expression);
  return object;
}

std::expected<firewall::Expression, Issue> decode(const nftnl_expr& expression, const SetIds& ids) {
  const auto refuse = [&] {
    const auto* name = nftnl_expr_get_str(&expression, NFTNL_EXPR_NAME);
    return std::unexpected(make_issue(fmt::format("the expression '{}' is not supported", name)));
  };
  auto found = alternative(expression);
  if (!found) return refuse();
  Reader reader(expression, ids);
  std::visit([&](auto& e) { fields(reader, e); }, *found);
  if (reader.saw_unknown()) return refuse();
  forget_defaults(*found);
  return *std::move(found);
}

}  // namespace topoproof::nft
