// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/describe.hh"

#include <algorithm>
#include <cstring>

#include "firewall/describe_parts.hh"

namespace topoproof::firewall {
namespace describing {

unsigned number(Register r) { return r.word % 4 == 0 ? r.word / 4U : r.word + 4U; }

std::string optional_register(std::string_view what, const std::optional<Register>& r) {
  return r ? fmt::format(" {} {}", what, name(*r)) : "";
}

std::string words(BytesView bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.data() + at, std::min<std::size_t>(4, bytes.size() - at));
    text += fmt::format("{}0x{:08x}", at == 0 ? "" : " ", word);
  }
  return text;
}

std::string_view family_name(const std::optional<Family>& family) {
  if (!family) return "inet";
  return *family == Family::Ipv4 ? "ip" : "ip6";
}

}  // namespace describing

namespace {

template <class T>
constexpr std::string_view kKernelName = "";
// clang-format off
template <> constexpr std::string_view kKernelName<PayloadLoad> = "payload";
template <> constexpr std::string_view kKernelName<PayloadStore> = "payload";
template <> constexpr std::string_view kKernelName<MetaLoad> = "meta";
template <> constexpr std::string_view kKernelName<MetaStore> = "meta";
template <> constexpr std::string_view kKernelName<CtLoad> = "ct";
template <> constexpr std::string_view kKernelName<CtStore> = "ct";
template <> constexpr std::string_view kKernelName<Compare> = "cmp";
template <> constexpr std::string_view kKernelName<Bitwise> = "bitwise";
template <> constexpr std::string_view kKernelName<Shift> = "bitwise";
template <> constexpr std::string_view kKernelName<ByteOrder> = "byteorder";
template <> constexpr std::string_view kKernelName<Range> = "range";
template <> constexpr std::string_view kKernelName<Lookup> = "lookup";
template <> constexpr std::string_view kKernelName<Verdict> = "immediate";
template <> constexpr std::string_view kKernelName<Immediate> = "immediate";
template <> constexpr std::string_view kKernelName<Nat> = "nat";
template <> constexpr std::string_view kKernelName<Masquerade> = "masq";
template <> constexpr std::string_view kKernelName<Redirect> = "redir";
template <> constexpr std::string_view kKernelName<Reject> = "reject";
template <> constexpr std::string_view kKernelName<Counter> = "counter";
template <> constexpr std::string_view kKernelName<Limit> = "limit";
template <> constexpr std::string_view kKernelName<Quota> = "quota";
template <> constexpr std::string_view kKernelName<Log> = "log";
template <> constexpr std::string_view kKernelName<Notrack> = "notrack";
template <> constexpr std::string_view kKernelName<Queue> = "queue";
template <> constexpr std::string_view kKernelName<Fib> = "fib";
template <> constexpr std::string_view kKernelName<ExtensionLoad> = "exthdr";
template <> constexpr std::string_view kKernelName<ExtensionStore> = "exthdr";
template <> constexpr std::string_view kKernelName<ExtensionReset> = "exthdr";
template <> constexpr std::string_view kKernelName<NumberGenerator> = "numgen";
template <> constexpr std::string_view kKernelName<Hash> = "hash";
template <> constexpr std::string_view kKernelName<RouteLoad> = "rt";
template <> constexpr std::string_view kKernelName<SocketLoad> = "socket";
template <> constexpr std::string_view kKernelName<OsfLoad> = "osf";
template <> constexpr std::string_view kKernelName<TunnelLoad> = "tunnel";
template <> constexpr std::string_view kKernelName<XfrmLoad> = "xfrm";
template <> constexpr std::string_view kKernelName<Tproxy> = "tproxy";
template <> constexpr std::string_view kKernelName<Synproxy> = "synproxy";
template <> constexpr std::string_view kKernelName<Duplicate> = "dup";
template <> constexpr std::string_view kKernelName<Forward> = "fwd";
template <> constexpr std::string_view kKernelName<Connlimit> = "connlimit";
template <> constexpr std::string_view kKernelName<Last> = "last";
template <> constexpr std::string_view kKernelName<DynamicSet> = "dynset";
template <> constexpr std::string_view kKernelName<ObjectReference> = "objref";
template <> constexpr std::string_view kKernelName<ObjectLookup> = "objref";
template <> constexpr std::string_view kKernelName<FlowOffload> = "flow_offload";
template <> constexpr std::string_view kKernelName<XtMatch> = "match";
template <> constexpr std::string_view kKernelName<XtTarget> = "target";
// clang-format on

}  // namespace

std::string_view kernel_name(const Expression& expression) {
  return std::visit([]<class T>(const T& /*e*/) { return kKernelName<T>; }, expression);
}

std::string describe(const Verdict& verdict) {
  switch (verdict.kind) {
    case VerdictKind::Drop:
      return "drop";
    case VerdictKind::Accept:
      return "accept";
    case VerdictKind::Stolen:
      return "stolen";
    case VerdictKind::Queue:
      return "queue";
    case VerdictKind::Continue:
      return "continue";
    case VerdictKind::Break:
      return "break";
    case VerdictKind::Jump:
      return "jump -> " + verdict.chain;
    case VerdictKind::Goto:
      return "goto -> " + verdict.chain;
    case VerdictKind::Return:
      return "return";
  }
  return "?";
}

std::string describe(const Expression& expression, Wording wording) {
  const auto text_of = [&](const auto& e) {
    return wording == Wording::Sent ? describing::text(e) : describing::listed(e);
  };
  return std::visit(text_of, expression);
}

}  // namespace topoproof::firewall
