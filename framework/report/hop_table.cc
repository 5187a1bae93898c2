// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/hop_table.hh"

#include <iterator>

#include <fmt/format.h>

#include "base/printable.hh"

namespace topoproof::report {
namespace {

// "192.168.15.1:20000", "fd00::2 port 80"; the identifier of an echo is no port.
std::string address_text(const IpAddress& address, std::uint16_t port, std::uint16_t own,
                         flow::Protocol protocol) {
  std::string text = to_string(address);
  if (protocol == flow::Protocol::Icmp) return text;
  text += address.family() == Family::Ipv4 ? ":" : " port ";
  return text + (port == own ? std::string(kOwnPort) : std::to_string(port));
}

// The list in which the entry is, or is put, and its place there.
std::size_t intern(std::string entry, std::unordered_map<std::string, std::size_t>& known,
                   std::string& list) {
  const auto [found, is_new] = known.try_emplace(std::move(entry), known.size());
  if (is_new) list += (list.empty() ? "" : ",") + found->first;
  return found->second;
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : printable(text)) {
    if (c == '<') {
      out += "\\u003c";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::size_t HopTable::text(std::string value) {
  return intern(json_string(value), known_texts_, texts_);
}

std::size_t HopTable::place_of(const flow::Step& step, std::uint16_t port) {
  const std::size_t node = step.node.index();
  const bool named = names_ != nullptr && node < names_->size();
  std::string place = named ? (*names_)[node] : "?";
  if (!step.interface.empty()) place += ":" + step.interface;
  std::string hop = fmt::format("[{},{}", text(std::string(to_string(step.kind))), text(place));
  if (!step.detail.empty()) {
    hop += fmt::format(",{}]", text(step.detail));
    return intern(std::move(hop), known_hops_, hops_);
  }
  const flow::Tuple& packet = step.tuple;
  const auto protocol = packet.protocol;
  hop += fmt::format(
      ",{},{},{}]", text(address_text(packet.source, packet.source_port, port, protocol)),
      text(address_text(packet.destination, packet.destination_port, port, protocol)),
      text(fmt::format("{}{}", to_string(protocol),
                       step.ttl == 0 ? "" : fmt::format(" ttl {}", step.ttl))));
  return intern(std::move(hop), known_hops_, hops_);
}

std::string HopTable::add(const flow::Trace& trace, std::uint16_t port) {
  std::string list;
  for (const flow::Step& step : trace) {
    fmt::format_to(std::back_inserter(list), "{}{}", list.empty() ? "" : ",", place_of(step, port));
  }
  return "[" + list + "]";
}

std::uint16_t own_port(const scenario::Way& way) {
  for (const flow::Step& step : way.request) {
    if (step.detail.empty()) return step.tuple.source_port;
  }
  return 0;
}

}  // namespace topoproof::report
