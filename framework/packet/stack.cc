// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet/stack.hh"

#include <algorithm>
#include <functional>
#include <iterator>

namespace topoproof::packet {
namespace {

// How a layer announces itself to the one outside, where it has a number of that kind.
void announce(const Layer& layer, Surroundings& around) {
  around.next_ether_type = kRawEtherType;
  around.next_protocol = kRawProtocol;
  std::visit(
      [&]<class T>(const T&) {
        if constexpr (requires { T::kEtherType; }) around.next_ether_type = T::kEtherType;
        if constexpr (requires { T::kProtocol; }) around.next_protocol = T::kProtocol;
      },
      layer);
}

InternetSum addresses_of(const Layer& layer) {
  if (const auto* ip = std::get_if<Ipv4>(&layer)) return InternetSum().add(ip->src).add(ip->dst);
  const auto& ip = std::get<Ipv6>(layer);
  return InternetSum().add(ip.src).add(ip.dst);
}

// For each layer the sum of the addresses of the nearest IP header outside of it.
std::vector<InternetSum> enclosing_addresses(const std::vector<Layer>& layers) {
  std::vector<InternetSum> sums;
  InternetSum current;
  for (const Layer& layer : layers) {
    sums.push_back(current);
    const bool is_ip = std::holds_alternative<Ipv4>(layer) || std::holds_alternative<Ipv6>(layer);
    if (is_ip) current = addresses_of(layer);
  }
  return sums;
}

void prepend(const Bytes& header, Bytes& payload) {
  payload.insert(payload.begin(), header.begin(), header.end());
}

// Calls visit(index, surroundings), which returns the layer's bytes, from the innermost layer out.
// Padding is no part of anybody's surroundings.
void from_inside(const std::vector<Layer>& layers,
                 const std::function<Bytes(std::size_t, const Surroundings&)>& visit) {
  const std::vector<InternetSum> addresses = enclosing_addresses(layers);
  Surroundings around;
  Bytes payload;
  for (std::size_t i = layers.size(); i-- > 0;) {
    around.payload = payload;
    around.addresses = addresses[i];
    const Bytes bytes = visit(i, around);
    if (std::holds_alternative<Padding>(layers[i])) continue;
    prepend(bytes, payload);
    announce(layers[i], around);
  }
}

Bytes encode(const Layer& layer, const Surroundings& around) {
  return std::visit([&](const auto& header) { return header.encode(around); }, layer);
}

template <class Header, class Field>
void empty_if_redundant(Header& header, Field& field, const Surroundings& around) {
  const Bytes before = header.encode(around);
  const Field kept = std::exchange(field, std::nullopt);
  if (header.encode(around) != before) field = kept;
}

void empty_redundant_fields(Layer& layer, const Surroundings& around) {
  std::visit(
      [&](auto& header) {
        std::apply([&](auto&... field) { (empty_if_redundant(header, field, around), ...); },
                   header.computed());
      },
      layer);
}

}  // namespace

Stack operator/(Stack outer, Stack inner) {
  std::ranges::move(inner.layers, std::back_inserter(outer.layers));
  return outer;
}

Stack payload(std::string_view text) {
  const BytesView bytes = as_view(text);
  return payload(Bytes(bytes.begin(), bytes.end()));
}

std::vector<Bytes> build_parts(const Stack& stack) {
  std::vector<Bytes> parts(stack.layers.size());
  from_inside(stack.layers, [&](std::size_t i, const Surroundings& around) {
    return parts[i] = encode(stack.layers[i], around);
  });
  return parts;
}

Stack with_padding_last(const Stack& stack) {
  constexpr auto is_padding = [](const Layer& l) { return std::holds_alternative<Padding>(l); };
  Stack ordered;
  std::ranges::copy_if(stack.layers, std::back_inserter(ordered.layers), std::not_fn(is_padding));
  std::ranges::copy_if(stack.layers, std::back_inserter(ordered.layers), is_padding);
  return ordered;
}

Bytes build(const Stack& stack) {
  Bytes frame;
  for (const Bytes& part : build_parts(with_padding_last(stack))) {
    frame.insert(frame.end(), part.begin(), part.end());
  }
  return frame;
}

Stack without_redundant_fields(Stack stack) {
  from_inside(stack.layers, [&](std::size_t i, const Surroundings& around) {
    empty_redundant_fields(stack.layers[i], around);
    return encode(stack.layers[i], around);
  });
  return stack;
}

}  // namespace topoproof::packet
