// SPDX-License-Identifier: GPL-2.0-or-later
// Reads or writes a C struct field by field, where the compiler of the kernel puts each. One
// function per struct serves both ways. For the sources of this module only.
#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <type_traits>

#include "base/ip_address.hh"
#include "base/mac_address.hh"
#include "xtables/extension.hh"

namespace topoproof::xtables {

template <class A, class B>
concept Is = std::is_same_v<std::remove_const_t<A>, B>;

inline constexpr std::size_t kAlignment = 8;  // XT_ALIGN
constexpr std::size_t aligned(std::size_t position, std::size_t to) {
  return (position + to - 1) / to * to;
}

// A read beyond the end gives zeros and, like a value that has no meaning, makes ok() false.
class LayoutReader {
 public:
  static constexpr bool kReads = true;
  LayoutReader(BytesView bytes, Family family) : bytes_(bytes), family_(family) {}

  bool ok() const { return ok_; }
  bool at_end() const { return aligned(position_, kAlignment) == bytes_.size(); }
  Family family() const { return family_; }
  void require(bool holds) { ok_ = ok_ && holds; }

  template <class Raw>
  void number(auto& value) {
    Raw raw = take<Raw>(sizeof(Raw));
    using Value = std::remove_reference_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, bool>) require(raw == 0 || raw == 1);
    value = static_cast<Value>(raw);
  }
  // An enumerator, of which `last` is the highest.
  template <class Raw, class Value>
  void choice(Value& value, Value last) {
    const Raw raw = take<Raw>(sizeof(Raw));
    require(raw >= Raw{} && raw <= static_cast<Raw>(last));
    value = static_cast<Value>(raw);
  }
  // Bits, none outside of `known`.
  template <class Raw>
  void bits(auto& value, std::type_identity_t<Raw> known) {
    number<Raw>(value);
    require((value & static_cast<Raw>(~known)) == 0);
  }
  void be16(std::uint16_t& value) {
    align(2);
    value = load_be16(view(2).data());
  }
  void address(IpAddress& value) {  // union nf_inet_addr
    align(4);
    const BytesView all = view(16);
    value = IpAddress::from_bytes(all.first(family_ == Family::Ipv4 ? 4 : 16));
  }
  void ipv4(IpAddress& value) {
    align(4);
    value = IpAddress::from_bytes(view(4));
  }
  void mac(MacAddress& value) {
    std::array<std::byte, 6> octets{};
    std::ranges::copy(view(6), octets.begin());
    value = MacAddress(octets);
  }
  void text(std::string& value, std::size_t size) {
    const auto all = as_text(view(size));
    const auto end = all.find('\0');
    require(end != std::string_view::npos);
    value = all.substr(0, end);
  }
  BytesView raw(std::size_t size) { return view(size); }
  void skip(std::size_t size, std::size_t alignment = 1) {
    align(alignment);
    view(size);
  }

 private:
  void align(std::size_t to) { position_ = aligned(position_, to); }
  BytesView view(std::size_t size) {
    static constexpr std::array<std::byte, 128> kZeros{};
    const bool is_there = position_ + size <= bytes_.size();
    const auto at = position_;
    position_ += size;
    require(is_there);
    if (is_there) return bytes_.subspan(at, size);
    return BytesView(kZeros).first(std::min(size, kZeros.size()));
  }
  template <class Raw>
  Raw take(std::size_t alignment) {
    align(alignment);
    Raw raw{};
    std::memcpy(&raw, view(sizeof raw).data(), sizeof raw);
    return raw;
  }

  BytesView bytes_;
  Family family_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

class LayoutWriter {
 public:
  static constexpr bool kReads = false;

  Bytes finish() {
    align(kAlignment);
    return std::move(bytes_);
  }
  void require(bool /*holds*/) {}

  template <class Raw>
  void number(const auto& value) {
    align(sizeof(Raw));
    const auto raw = static_cast<Raw>(value);
    append(std::as_bytes(std::span(&raw, 1)));
  }
  template <class Raw, class Value>
  void choice(const Value& value, Value /*last*/) {
    number<Raw>(value);
  }
  template <class Raw>
  void bits(const auto& value, std::type_identity_t<Raw> /*known*/) {
    number<Raw>(value);
  }
  void be16(const std::uint16_t& value) {
    align(2);
    std::array<std::byte, 2> raw{};
    store_be16(raw.data(), value);
    append(raw);
  }
  void address(const IpAddress& value) {
    ipv4(value);
    skip(16 - value.bytes().size());
  }
  void ipv4(const IpAddress& value) {
    align(4);
    append(value.bytes());
  }
  void mac(const MacAddress& value) { append(value.bytes()); }
  void text(const std::string& value, std::size_t size) { field(as_view(value), size); }
  void field(BytesView value, std::size_t size) {
    const auto fitting = value.first(std::min(value.size(), size));
    append(fitting);
    skip(size - fitting.size());
  }
  void skip(std::size_t size, std::size_t alignment = 1) {
    align(alignment);
    bytes_.resize(bytes_.size() + size);
  }

 private:
  void align(std::size_t to) { bytes_.resize(aligned(bytes_.size(), to)); }
  void append(BytesView more) { bytes_.insert(bytes_.end(), more.begin(), more.end()); }

  Bytes bytes_;
};

// What the kernel knows a struct by.
struct Format {
  std::string_view name;
  std::uint32_t revision = 0;
  std::size_t size = 0;             // of the struct, before it is aligned
  std::optional<Family> only = {};  // packets of this family
};

}  // namespace topoproof::xtables
