// SPDX-License-Identifier: GPL-2.0-or-later
#include "state/connection.hh"

#include <fmt/format.h>

namespace topoproof::state {
namespace {

std::string protocol_name(std::uint8_t protocol) {
  switch (protocol) {
    case 1:
      return "icmp";
    case 6:
      return "tcp";
    case 17:
      return "udp";
    case 58:
      return "icmpv6";
    default:
      return fmt::format("protocol {}", protocol);
  }
}

std::string with_port(const IpAddress& address, std::uint16_t port) {
  return fmt::format(fmt::runtime(address.is_v4() ? "{}:{}" : "[{}]:{}"), to_string(address), port);
}

}  // namespace

std::string to_string(TcpState state) {
  switch (state) {
    case TcpState::None:
      return "none";
    case TcpState::SynSent:
      return "syn-sent";
    case TcpState::SynReceived:
      return "syn-received";
    case TcpState::Established:
      return "established";
    case TcpState::FinWait:
      return "fin-wait";
    case TcpState::CloseWait:
      return "close-wait";
    case TcpState::LastAck:
      return "last-ack";
    case TcpState::TimeWait:
      return "time-wait";
    case TcpState::Close:
      return "close";
    case TcpState::SimultaneousOpen:
      return "simultaneous-open";
  }
  return std::to_string(static_cast<unsigned>(state));
}

std::string describe(const Tuple& tuple) {
  const bool is_icmp = tuple.protocol == 1 || tuple.protocol == 58;
  if (is_icmp) {
    return fmt::format("{} {} -> {} type {} code {} id {}", protocol_name(tuple.protocol),
                       to_string(tuple.source), to_string(tuple.destination), tuple.icmp_type,
                       tuple.icmp_code, tuple.icmp_id);
  }
  return fmt::format("{} {} -> {}", protocol_name(tuple.protocol),
                     with_port(tuple.source, tuple.source_port),
                     with_port(tuple.destination, tuple.destination_port));
}

std::string describe(const Connection& connection) {
  std::string text = describe(connection.original) + " reply " + describe(connection.reply);
  const auto say = [&](std::uint32_t bit, const char* word) {
    if ((connection.status & bit) != 0) text += word;
  };
  if (connection.tcp_state) text += " " + to_string(*connection.tcp_state);
  say(kSeenReply, " seen-reply");
  say(kAssured, " assured");
  say(kSourceNat, " source-nat");
  say(kDestinationNat, " destination-nat");
  if (connection.mark != 0) text += fmt::format(" mark {:#x}", connection.mark);
  if (connection.zone != 0) text += fmt::format(" zone {}", connection.zone);
  return text;
}

}  // namespace topoproof::state
