// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/expression_codec.hh"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>

#include "base/check.hh"
#include "base/planted_fault.hh"
#include "firewall/describe.hh"
#include "nft/expression_fields.hh"

namespace topoproof::nft {
namespace {

// The kernel sets these itself, from the registers in use.
constexpr std::uint32_t kImpliedNatFlags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED;

std::uint32_t register_number(fw::Register r) {
  if (planted("encoder-register")) return NFT_REG_4;
  return r.word % 4 == 0 ? r.word / 4U : r.word + 4U;
}

fw::Register register_of(std::uint32_t number) {
  return {static_cast<std::uint8_t>(number < NFT_REG32_00 ? 4 * number : number - 4)};
}

// The kernel's nft_parse_register() says so, too: 0 is the verdict's.
bool is_register(std::uint32_t number) {
  return number <= NFT_REG_4 || (number >= NFT_REG32_00 && number <= NFT_REG32_15);
}

class Writer {
 public:
  Writer(nftnl_expr* expression, const BatchIds& ids) : expression_(expression), ids_(ids) {}

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
  template <class T>
  void unless_zero(std::uint16_t attribute, const T& value) {
    if (static_cast<std::uint32_t>(value) != 0) u32(attribute, value);
  }
  void unless_zero_u16(std::uint16_t attribute, std::uint16_t value) {
    if (value != 0) u16(attribute, value);
  }
  void unless_zero_u64(std::uint16_t attribute, std::uint64_t value) {
    if (value != 0) u64(attribute, value);
  }
  void fixed(std::uint16_t attribute, std::uint32_t value) { u32(attribute, value); }
  void flag(std::uint16_t attribute, bool value) { u32(attribute, value ? 1U : 0U); }
  static bool wants(std::uint16_t /*attribute*/, bool value) { return value; }

  void reg(std::uint16_t attribute, fw::Register r) { u32(attribute, register_number(r)); }
  void reg(std::uint16_t attribute, const std::optional<fw::Register>& r) {
    if (r) reg(attribute, *r);
  }
  // As nft does: it says that a port is given, not that an address is.
  void nat_flags(std::uint16_t attribute, std::uint32_t flags, bool says_port) {
    if (says_port) flags |= NF_NAT_RANGE_PROTO_SPECIFIED;
    if (flags != 0) u32(attribute, flags);
  }
  void given_family(std::uint16_t attribute, const std::optional<Family>& family) {
    if (family) this->family(attribute, family, 0);
  }
  // `none` is what no family is told as.
  void family(std::uint16_t attribute, const std::optional<Family>& family, std::uint32_t none) {
    const std::uint32_t number = family == Family::Ipv4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
    u32(attribute, family ? number : none);
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
  // libnftnl keeps these bytes: it frees them.
  void info(std::uint16_t attribute, const Bytes& value) {
    auto* copy = std::malloc(std::max<std::size_t>(value.size(), 1));
    TOPOPROOF_CHECK(copy != nullptr, "there is memory");
    std::memcpy(copy, value.data(), value.size());
    nftnl_expr_set(expression_, attribute, copy, static_cast<std::uint32_t>(value.size()));
  }
  void statements(const std::vector<fw::StatefulExpression>& statements) {
    // One has an attribute of its own, several have a list: older kernels know only the first.
    std::uint32_t attribute = NFTNL_EXPR_DYNSET_EXPR;
    if (statements.size() > 1) attribute = NFTNL_EXPR_DYNSET_EXPRESSIONS;
    for (const auto& statement : statements) {
      nftnl_expr_add_expr(expression_, attribute, encode(statement).release());
    }
  }
  void dynamic_flags(std::uint16_t attribute, bool inverted, bool has_list) {
    std::uint32_t flags = 0;
    if (inverted) flags |= NFT_DYNSET_F_INV;
    if (has_list) flags |= NFT_DYNSET_F_EXPR;
    u32(attribute, flags);
  }
  void text(std::uint16_t attribute, const std::string& value) {
    if (!value.empty()) nftnl_expr_set_str(expression_, attribute, value.c_str());
  }
  void set(std::uint16_t name, std::uint16_t id, const std::string& value) {
    const auto found = ids_.sets.find(value);
    const bool is_anonymous = found != ids_.sets.end();
    // Once only: libnftnl 1.2.4 does not free the name that it had.
    const auto& told = is_anonymous ? name_template(value) : value;
    nftnl_expr_set_str(expression_, name, told.c_str());
    if (is_anonymous) u32(id, found->second);
  }
  void chain(std::uint16_t name, std::uint16_t id, const std::string& value) {
    const auto found = ids_.chains.find(value);
    if (found == ids_.chains.end()) return text(name, value);
    u32(id, found->second);
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
  const BatchIds& ids_;
};

class Reader {
 public:
  Reader(const nftnl_expr& expression, const BatchNames& names)
      : expression_(&expression), names_(names) {}

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
  template <class T>
  void unless_zero(std::uint16_t attribute, T& value) {
    value = T{};
    u32(attribute, value);
  }
  void unless_zero_u16(std::uint16_t attribute, std::uint16_t& value) {
    value = 0;
    u16(attribute, value);
  }
  void unless_zero_u64(std::uint16_t attribute, std::uint64_t& value) {
    value = 0;
    u64(attribute, value);
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
    if (!is_register(number)) wrong_register_ = number;
    r = register_of(number);
  }
  void reg(std::uint16_t attribute, std::optional<fw::Register>& r) {
    if (has(attribute)) reg(attribute, r.emplace());
  }
  void nat_flags(std::uint16_t attribute, std::uint32_t& flags, bool /*says_port*/) {
    u32(attribute, flags);
    flags &= ~kImpliedNatFlags;
  }
  void given_family(std::uint16_t attribute, std::optional<Family>& family) {
    if (has(attribute)) this->family(attribute, family, UINT32_MAX);
  }
  void family(std::uint16_t attribute, std::optional<Family>& family, std::uint32_t none) {
    std::uint32_t number = 0;
    u32(attribute, number);
    const bool is_none = number == none;
    if (!is_none && number != NFPROTO_IPV4 && number != NFPROTO_IPV6) unknown_ = true;
    family.reset();
    if (!is_none) family = number == NFPROTO_IPV4 ? Family::Ipv4 : Family::Ipv6;
  }

  void info(std::uint16_t attribute, Bytes& value) { data(attribute, value); }
  void statements(std::vector<fw::StatefulExpression>& statements) {
    for_each_statement([&](const nftnl_expr& statement) {
      auto decoded = decode_stateful(statement);
      if (decoded) {
        statements.push_back(*std::move(decoded));
      } else {
        unknown_ = true;
      }
    });
  }
  void dynamic_flags(std::uint16_t attribute, bool& inverted, bool /*has_list*/) {
    std::uint32_t flags = 0;
    u32(attribute, flags);
    inverted = (flags & NFT_DYNSET_F_INV) != 0;
    if ((flags & ~std::uint32_t{NFT_DYNSET_F_INV | NFT_DYNSET_F_EXPR}) != 0) unknown_ = true;
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
    const auto found = names_.sets.find(nftnl_expr_get_u32(expression_, id));
    if (found != names_.sets.end()) value = found->second;
  }
  // libnftnl 1.2.4 writes the number of an anonymous chain, but does not read it: the decoder does.
  void chain(std::uint16_t name, std::uint16_t /*id*/, std::string& value) {
    if (!has(name)) return;
    const auto* chain = nftnl_expr_get_str(expression_, name);
    if (chain != nullptr) value = chain;
  }

  bool saw_unknown() const { return unknown_; }
  std::optional<std::uint32_t> wrong_register() const { return wrong_register_; }

 private:
  bool has(std::uint16_t attribute) const { return nftnl_expr_is_set(expression_, attribute); }

  template <class F>
  void for_each_statement(const F& f) {
    const auto step = [](nftnl_expr* statement, void* data) {
      (*static_cast<const F*>(data))(*statement);
      return 0;
    };
    nftnl_expr_expr_foreach(expression_, step, const_cast<F*>(&f));  // NOLINT: void* of C
  }

  template <class T, class F>
  void get(std::uint16_t attribute, T& value, F f) {
    if (has(attribute)) value = static_cast<T>(f(expression_, attribute));
  }
  template <class T, class F>
  void get(std::uint16_t attribute, std::optional<T>& value, F f) {
    if (has(attribute)) value = static_cast<T>(f(expression_, attribute));
  }

  const nftnl_expr* expression_;
  const BatchNames& names_;
  bool unknown_ = false;
  std::optional<std::uint32_t> wrong_register_;
};

// Names that mean one expression whatever the attributes are.
std::optional<fw::Expression> plain_alternative(std::string_view name) {
  struct Entry {
    std::string_view name;
    fw::Expression expression;
  };
  static const Entry kEntries[] = {
      {"cmp", fw::Compare{}},
      {"byteorder", fw::ByteOrder{}},
      {"range", fw::Range{}},
      {"lookup", fw::Lookup{}},
      {"nat", fw::Nat{}},
      {"masq", fw::Masquerade{}},
      {"redir", fw::Redirect{}},
      {"reject", fw::Reject{fw::RejectKind::AnyError, 0}},  // a reset has no code
      {"counter", fw::Counter{}},
      {"limit", fw::Limit{}},
      {"quota", fw::Quota{}},
      {"log", fw::Log{}},
      {"notrack", fw::Notrack{}},
      {"queue", fw::Queue{}},
      {"fib", fw::Fib{}},
      {"numgen", fw::NumberGenerator{}},
      {"hash", fw::Hash{}},
      {"rt", fw::RouteLoad{}},
      {"socket", fw::SocketLoad{}},
      {"osf", fw::OsfLoad{}},
      {"tunnel", fw::TunnelLoad{}},
      {"xfrm", fw::XfrmLoad{}},
      {"tproxy", fw::Tproxy{}},
      {"synproxy", fw::Synproxy{}},
      {"dup", fw::Duplicate{}},
      {"fwd", fw::Forward{}},
      {"connlimit", fw::Connlimit{}},
      {"last", fw::Last{}},
      {"dynset", fw::DynamicSet{}},
      {"flow_offload", fw::FlowOffload{}},
      {"match", fw::XtMatch{}},
      {"target", fw::XtTarget{}},
  };
  const auto* found = std::ranges::find(kEntries, name, &Entry::name);
  return found == std::end(kEntries) ? std::nullopt : std::optional(found->expression);
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
  if (name == "exthdr") {
    return nftnl_expr_is_set(&e, NFTNL_EXPR_EXTHDR_SREG)
               ? fw::ExtensionStore{}
               : either(NFTNL_EXPR_EXTHDR_DREG, fw::ExtensionLoad{}, fw::ExtensionReset{});
  }
  if (name == "objref") {
    return either(NFTNL_EXPR_OBJREF_IMM_NAME, fw::ObjectReference{}, fw::ObjectLookup{});
  }
  if (name == "immediate") return either(NFTNL_EXPR_IMM_VERDICT, fw::Verdict{}, fw::Immediate{});
  if (name == "bitwise") return bitwise_alternative(e);
  return plain_alternative(name);
}

}  // namespace

UniqueExpression encode(const firewall::Expression& expression, const BatchIds& ids) {
  UniqueExpression object(nftnl_expr_alloc(std::string(fw::kernel_name(expression)).c_str()));
  TOPOPROOF_CHECK(object != nullptr, "libnftnl knows every expression of the IR");
  Writer writer(object.get(), ids);
  std::visit([&](const auto& e) { fields(writer, e); }, expression);
  return object;
}

std::expected<firewall::Expression, Issue> decode(const nftnl_expr& expression,
                                                  const BatchNames& names) {
  const auto refuse = [&] {
    const auto* name = nftnl_expr_get_str(&expression, NFTNL_EXPR_NAME);
    return std::unexpected(make_issue(fmt::format("the expression '{}' is not supported", name)));
  };
  auto found = alternative(expression);
  if (!found) return refuse();
  Reader reader(expression, names);
  std::visit([&](auto& e) { fields(reader, e); }, *found);
  if (const auto number = reader.wrong_register()) {
    return std::unexpected(
        make_issue(fmt::format("the expression '{}' names register {}, which there is not",
                               fw::kernel_name(*found), *number)));
  }
  if (reader.saw_unknown()) return refuse();
  return *std::move(found);
}

UniqueExpression encode(const firewall::StatefulExpression& expression) {
  return std::visit([](const auto& e) { return encode(fw::Expression(e), {}); }, expression);
}

std::expected<firewall::StatefulExpression, Issue> decode_stateful(const nftnl_expr& expression) {
  using Result = std::expected<fw::StatefulExpression, Issue>;
  auto decoded = decode(expression, {});
  if (!decoded) return std::unexpected(std::move(decoded).error());
  return std::visit(
      [&]<class T>(const T& e) -> Result {
        if constexpr (std::is_constructible_v<fw::StatefulExpression, T>) {
          return fw::StatefulExpression(e);
        } else {
          return std::unexpected(make_issue(
              fmt::format("the expression '{}' cannot stand in a set", fw::kernel_name(*decoded))));
        }
      },
      *decoded);
}

}  // namespace topoproof::nft
