// SPDX-License-Identifier: GPL-2.0-or-later
// Actions with ranges and options.
#include "base/check.hh"
#include "firewall/build.hh"
#include "firewall/layout.hh"

namespace topoproof::firewall {
namespace {

constexpr std::uint8_t kMaxsegOption = 2;  // RFC 9293, 3.2
constexpr std::uint32_t kMaxsegOffset = 2;

// Loads values into one register after another; nft counts those of 16 bytes.
class Registers {
 public:
  explicit Registers(Statement& statement) : statement_(statement) {}
  Register load(Bytes value) {
    statement_.expressions.emplace_back(Immediate{reg(next_), std::move(value)});
    return reg(next_++);
  }

 private:
  Statement& statement_;
  int next_ = 1;
};

template <class Action>
void put_ports(Registers& registers, const std::optional<PortRange>& ports, Action& action) {
  if (!ports) return;
  TOPOPROOF_CHECK(ports->first <= ports->last, "a range of ports goes upwards");
  action.port = registers.load(wire_port(ports->first));
  if (ports->first != ports->last) action.port_high = registers.load(wire_port(ports->last));
}

Statement translate(NatKind kind, const AddressRange& to, const std::optional<PortRange>& ports,
                    std::uint32_t flags) {
  TOPOPROOF_CHECK(to.first.family() == to.last.family(), "a range is of one family");
  Statement statement;
  Registers registers(statement);
  Nat nat{.kind = kind, .family = to.first.family(), .flags = flags};
  nat.address = registers.load(to.first.bytes());
  if (to.first != to.last) nat.address_high = registers.load(to.last.bytes());
  put_ports(registers, ports, nat);
  statement.expressions.emplace_back(nat);
  return statement;
}

}  // namespace

Statement snat_to(const AddressRange& to, std::optional<PortRange> ports, std::uint32_t flags) {
  return translate(NatKind::Source, to, ports, flags);
}

Statement dnat_to(const AddressRange& to, std::optional<PortRange> ports, std::uint32_t flags) {
  return translate(NatKind::Destination, to, ports, flags);
}

Statement masquerade(std::optional<PortRange> ports, std::uint32_t flags) {
  Statement statement;
  Registers registers(statement);
  Masquerade action{.flags = flags};
  put_ports(registers, ports, action);
  statement.expressions.emplace_back(action);
  return statement;
}

Statement redirect_to(PortRange ports, std::uint32_t flags) {
  Statement statement;
  Registers registers(statement);
  Redirect action{.flags = flags};
  put_ports(registers, ports, action);
  statement.expressions.emplace_back(action);
  return statement;
}

Statement set_ct_mark(std::uint32_t mark) {
  return {.expressions = {Immediate{reg(1), host_number(mark)}, CtStore{CtKey::Mark, reg(1), {}}}};
}

Statement save_mark() {
  return {.expressions = {MetaLoad{MetaKey::Mark, reg(1)}, CtStore{CtKey::Mark, reg(1), {}}}};
}

Statement restore_mark() {
  return {.expressions = {CtLoad{CtKey::Mark, reg(1), {}}, MetaStore{MetaKey::Mark, reg(1)}}};
}

Statement quota(std::uint64_t bytes, bool over) {
  return {.expressions = {Quota{.bytes = bytes, .over = over}}};
}

Statement queue_to(std::uint16_t first, std::uint16_t last, bool bypass) {
  TOPOPROOF_CHECK(first <= last, "a range of queues goes upwards");
  return {.expressions = {Queue{.first = first,
                                .total = static_cast<std::uint16_t>(last - first + 1),
                                .flags = static_cast<std::uint16_t>(bypass ? 1 : 0),
                                .number = {}}}};
}

Statement clamp_mss() {
  return {.expressions = {RouteLoad{RouteKey::TcpMss, reg(1)},
                          ByteOrder{ByteOrderOp::ToNetwork, reg(1), reg(1), 2, 2},
                          ExtensionStore{ExtensionKind::TcpOption, kMaxsegOption, kMaxsegOffset, 2,
                                         reg(1)}},
          .network = {},
          .transport = {}};
}

}  // namespace topoproof::firewall
