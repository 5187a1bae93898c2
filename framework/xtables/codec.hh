// SPDX-License-Identifier: GPL-2.0-or-later
// What decoding and encoding of matches and targets have in common. For the sources of this module
// only: layouts and formats of all the alternatives must be known before it is used.
#pragma once

#include <span>
#include <variant>

#include "xtables/layout.hh"

namespace topoproof::xtables {

inline bool is_format(const Format& format, std::string_view name, std::uint32_t revision,
                      BytesView bytes, Family family) {
  return format.name == name && format.revision == revision &&
         bytes.size() == aligned(format.size, kAlignment) && format.only.value_or(family) == family;
}

// Which of the prototypes it is; what tells them apart beside the bytes (a family, a kind) is set
// in them.
template <class Variant>
Variant decode(std::span<const Variant> prototypes, std::string_view name, std::uint32_t revision,
               BytesView bytes, Family family) {
  const auto read = [&]<class T>(const T& prototype) -> std::optional<Variant> {
    if constexpr (!std::is_same_v<T, Extension>) {
      if (!is_format(format_of(prototype), name, revision, bytes, family)) return std::nullopt;
      T value = prototype;
      LayoutReader reader(bytes, family);
      layout(reader, value);
      if (reader.ok() && reader.at_end()) return value;
    }
    return std::nullopt;
  };
  for (const Variant& prototype : prototypes) {
    if (auto form = std::visit(read, prototype)) return *std::move(form);
  }
  return Extension{std::string(name), revision, Bytes(bytes.begin(), bytes.end())};
}

template <class T>
Extension encode_form(const T& value) {
  if constexpr (std::is_same_v<T, Extension>)
    return value;
  else {
    const Format format = format_of(value);
    LayoutWriter writer;
    layout(writer, value);
    return {std::string(format.name), format.revision, writer.finish()};
  }
}

}  // namespace topoproof::xtables
