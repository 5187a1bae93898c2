// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/object_codec.hh"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

namespace topoproof::nft {
namespace {

namespace fw = firewall;

// What libnftnl always has room for; how many of them count depends on the protocol.
using Timeouts = std::array<std::uint32_t, NFTNL_CTTIMEOUT_ARRAY_MAX>;

std::size_t timeout_count(std::uint8_t l4_protocol) {
  return l4_protocol == IPPROTO_TCP ? std::size_t{NFTNL_CTTIMEOUT_TCP_MAX}
                                    : std::size_t{NFTNL_CTTIMEOUT_UDP_MAX};
}

void put(nftnl_obj* object, const fw::Counter& value) {
  nftnl_obj_set_u64(object, NFTNL_OBJ_CTR_PKTS, value.packets);
  nftnl_obj_set_u64(object, NFTNL_OBJ_CTR_BYTES, value.bytes);
}
void put(nftnl_obj* object, const fw::Quota& value) {
  nftnl_obj_set_u64(object, NFTNL_OBJ_QUOTA_BYTES, value.bytes);
  nftnl_obj_set_u64(object, NFTNL_OBJ_QUOTA_CONSUMED, value.consumed);
  nftnl_obj_set_u32(object, NFTNL_OBJ_QUOTA_FLAGS, value.over ? NFT_QUOTA_F_INV : 0);
}
void put(nftnl_obj* object, const fw::Limit& value) {
  nftnl_obj_set_u64(object, NFTNL_OBJ_LIMIT_RATE, value.rate);
  nftnl_obj_set_u64(object, NFTNL_OBJ_LIMIT_UNIT, value.per_seconds);
  nftnl_obj_set_u32(object, NFTNL_OBJ_LIMIT_BURST, value.burst);
  nftnl_obj_set_u32(object, NFTNL_OBJ_LIMIT_TYPE, std::to_underlying(value.unit));
  nftnl_obj_set_u32(object, NFTNL_OBJ_LIMIT_FLAGS, value.over ? NFT_LIMIT_F_INV : 0);
}
void put(nftnl_obj* object, const fw::CtHelper& value) {
  nftnl_obj_set_str(object, NFTNL_OBJ_CT_HELPER_NAME, value.helper.c_str());
  nftnl_obj_set_u8(object, NFTNL_OBJ_CT_HELPER_L4PROTO, value.l4_protocol);
  if (value.l3_protocol != 0) {
    nftnl_obj_set_u16(object, NFTNL_OBJ_CT_HELPER_L3PROTO, value.l3_protocol);
  }
}
void put(nftnl_obj* object, const fw::CtTimeout& value) {
  Timeouts seconds{};
  std::copy_n(value.seconds.begin(), std::min(value.seconds.size(), seconds.size()),
              seconds.begin());
  nftnl_obj_set_u8(object, NFTNL_OBJ_CT_TIMEOUT_L4PROTO, value.l4_protocol);
  if (value.l3_protocol != 0) {
    nftnl_obj_set_u16(object, NFTNL_OBJ_CT_TIMEOUT_L3PROTO, value.l3_protocol);
  }
  nftnl_obj_set_data(object, NFTNL_OBJ_CT_TIMEOUT_ARRAY, seconds.data(), sizeof seconds);
}
void put(nftnl_obj* object, const fw::CtExpectation& value) {
  if (value.l3_protocol != 0) {
    nftnl_obj_set_u16(object, NFTNL_OBJ_CT_EXPECT_L3PROTO, value.l3_protocol);
  }
  nftnl_obj_set_u8(object, NFTNL_OBJ_CT_EXPECT_L4PROTO, value.l4_protocol);
  nftnl_obj_set_u16(object, NFTNL_OBJ_CT_EXPECT_DPORT, value.port);
  nftnl_obj_set_u32(object, NFTNL_OBJ_CT_EXPECT_TIMEOUT, value.timeout_ms);
  nftnl_obj_set_u8(object, NFTNL_OBJ_CT_EXPECT_SIZE, value.size);
}
void put(nftnl_obj* object, const fw::Secmark& value) {
  nftnl_obj_set_str(object, NFTNL_OBJ_SECMARK_CTX, value.context.c_str());
}
void put(nftnl_obj* object, const fw::Synproxy& value) {
  nftnl_obj_set_u16(object, NFTNL_OBJ_SYNPROXY_MSS, value.mss);
  nftnl_obj_set_u8(object, NFTNL_OBJ_SYNPROXY_WSCALE, value.wscale);
  nftnl_obj_set_u32(object, NFTNL_OBJ_SYNPROXY_FLAGS, value.flags);
}

void get(nftnl_obj* object, fw::Counter& value) {
  value = {.packets = nftnl_obj_get_u64(object, NFTNL_OBJ_CTR_PKTS),
           .bytes = nftnl_obj_get_u64(object, NFTNL_OBJ_CTR_BYTES)};
}
void get(nftnl_obj* object, fw::Quota& value) {
  value = {.bytes = nftnl_obj_get_u64(object, NFTNL_OBJ_QUOTA_BYTES),
           .consumed = nftnl_obj_get_u64(object, NFTNL_OBJ_QUOTA_CONSUMED),
           .over = nftnl_obj_get_u32(object, NFTNL_OBJ_QUOTA_FLAGS) != 0};
}
void get(nftnl_obj* object, fw::Limit& value) {
  value = {.rate = nftnl_obj_get_u64(object, NFTNL_OBJ_LIMIT_RATE),
           .per_seconds = nftnl_obj_get_u64(object, NFTNL_OBJ_LIMIT_UNIT),
           .burst = nftnl_obj_get_u32(object, NFTNL_OBJ_LIMIT_BURST),
           .unit = static_cast<fw::LimitUnit>(nftnl_obj_get_u32(object, NFTNL_OBJ_LIMIT_TYPE)),
           .over = nftnl_obj_get_u32(object, NFTNL_OBJ_LIMIT_FLAGS) != 0};
}
std::string text(nftnl_obj* object, std::uint16_t attribute) {
  const auto* value = nftnl_obj_get_str(object, attribute);
  return value == nullptr ? "" : value;
}
std::uint16_t optional_u16(nftnl_obj* object, std::uint16_t attribute) {
  return nftnl_obj_is_set(object, attribute) ? nftnl_obj_get_u16(object, attribute)
                                             : std::uint16_t{0};
}
void get(nftnl_obj* object, fw::CtHelper& value) {
  value = {.helper = text(object, NFTNL_OBJ_CT_HELPER_NAME),
           .l3_protocol = optional_u16(object, NFTNL_OBJ_CT_HELPER_L3PROTO),
           .l4_protocol = nftnl_obj_get_u8(object, NFTNL_OBJ_CT_HELPER_L4PROTO)};
}
void get(nftnl_obj* object, fw::CtTimeout& value) {
  value.l3_protocol = optional_u16(object, NFTNL_OBJ_CT_TIMEOUT_L3PROTO);
  value.l4_protocol = nftnl_obj_get_u8(object, NFTNL_OBJ_CT_TIMEOUT_L4PROTO);
  std::uint32_t size = 0;
  if (!nftnl_obj_is_set(object, NFTNL_OBJ_CT_TIMEOUT_ARRAY)) return;
  const auto* seconds = static_cast<const std::uint32_t*>(
      nftnl_obj_get_data(object, NFTNL_OBJ_CT_TIMEOUT_ARRAY, &size));
  if (seconds != nullptr) value.seconds.assign(seconds, seconds + timeout_count(value.l4_protocol));
}
void get(nftnl_obj* object, fw::CtExpectation& value) {
  value = {.l3_protocol = optional_u16(object, NFTNL_OBJ_CT_EXPECT_L3PROTO),
           .l4_protocol = nftnl_obj_get_u8(object, NFTNL_OBJ_CT_EXPECT_L4PROTO),
           .port = nftnl_obj_get_u16(object, NFTNL_OBJ_CT_EXPECT_DPORT),
           .timeout_ms = nftnl_obj_get_u32(object, NFTNL_OBJ_CT_EXPECT_TIMEOUT),
           .size = nftnl_obj_get_u8(object, NFTNL_OBJ_CT_EXPECT_SIZE)};
}
void get(nftnl_obj* object, fw::Secmark& value) {
  value.context = text(object, NFTNL_OBJ_SECMARK_CTX);
}
void get(nftnl_obj* object, fw::Synproxy& value) {
  value = {.mss = nftnl_obj_get_u16(object, NFTNL_OBJ_SYNPROXY_MSS),
           .wscale = nftnl_obj_get_u8(object, NFTNL_OBJ_SYNPROXY_WSCALE),
           .flags = nftnl_obj_get_u32(object, NFTNL_OBJ_SYNPROXY_FLAGS)};
}

// An object of this kind, still empty.
std::optional<fw::ObjectValue> value_of_kind(std::uint32_t kind) {
  static const fw::ObjectValue kValues[] = {fw::Counter{},  fw::Quota{},     fw::Limit{},
                                            fw::CtHelper{}, fw::CtTimeout{}, fw::CtExpectation{},
                                            fw::Secmark{},  fw::Synproxy{}};
  for (const auto& value : kValues) {
    if (std::to_underlying(kind_of(value)) == kind) return value;
  }
  return std::nullopt;
}

Bytes userdata_of(nftnl_obj& object) {
  std::uint32_t size = 0;
  if (!nftnl_obj_is_set(&object, NFTNL_OBJ_USERDATA)) return {};
  const auto* begin =
      static_cast<const std::byte*>(nftnl_obj_get_data(&object, NFTNL_OBJ_USERDATA, &size));
  return begin == nullptr ? Bytes{} : Bytes(begin, begin + size);
}

}  // namespace

UniqueObject make_object(const firewall::Object& object, const firewall::Table& table) {
  UniqueObject made(nftnl_obj_alloc());
  nftnl_obj_set_u32(made.get(), NFTNL_OBJ_FAMILY, std::to_underlying(table.family));
  nftnl_obj_set_str(made.get(), NFTNL_OBJ_TABLE, table.name.c_str());
  nftnl_obj_set_str(made.get(), NFTNL_OBJ_NAME, object.name.c_str());
  nftnl_obj_set_u32(made.get(), NFTNL_OBJ_TYPE, std::to_underlying(kind_of(object.value)));
  std::visit([&](const auto& value) { put(made.get(), value); }, object.value);
  if (!object.userdata.empty()) {
    nftnl_obj_set_data(made.get(), NFTNL_OBJ_USERDATA, object.userdata.data(),
                       static_cast<std::uint32_t>(object.userdata.size()));
  }
  return made;
}

UniqueFlowtable make_flowtable(const firewall::Flowtable& flowtable, const firewall::Table& table) {
  UniqueFlowtable made(nftnl_flowtable_alloc());
  auto* object = made.get();
  nftnl_flowtable_set_u32(object, NFTNL_FLOWTABLE_FAMILY, std::to_underlying(table.family));
  nftnl_flowtable_set_str(object, NFTNL_FLOWTABLE_TABLE, table.name.c_str());
  nftnl_flowtable_set_str(object, NFTNL_FLOWTABLE_NAME, flowtable.name.c_str());
  nftnl_flowtable_set_u32(object, NFTNL_FLOWTABLE_HOOKNUM, NF_NETDEV_INGRESS);
  nftnl_flowtable_set_s32(object, NFTNL_FLOWTABLE_PRIO, flowtable.priority);
  if (flowtable.flags != 0) {
    nftnl_flowtable_set_u32(object, NFTNL_FLOWTABLE_FLAGS, flowtable.flags);
  }
  std::vector<const char*> names;
  for (const auto& device : flowtable.devices) names.push_back(device.c_str());
  names.push_back(nullptr);
  nftnl_flowtable_set_array(object, NFTNL_FLOWTABLE_DEVICES, names.data());
  return made;
}

std::expected<firewall::Object, Issue> read_object(nftnl_obj& object) {
  const auto kind = nftnl_obj_get_u32(&object, NFTNL_OBJ_TYPE);
  firewall::Object read{.name = text(&object, NFTNL_OBJ_NAME), .value = {}};
  auto value = value_of_kind(kind);
  if (!value) {
    return std::unexpected(
        make_issue(fmt::format("object {} of kind {} is not supported", read.name, kind)));
  }
  std::visit([&](auto& empty) { get(&object, empty); }, *value);
  read.value = *std::move(value);
  read.userdata = userdata_of(object);
  if (nftnl_obj_is_set(&object, NFTNL_OBJ_HANDLE)) {
    read.handle = nftnl_obj_get_u64(&object, NFTNL_OBJ_HANDLE);
  }
  return read;
}

std::expected<firewall::Flowtable, Issue> read_flowtable(const nftnl_flowtable& object) {
  firewall::Flowtable read{.name = nftnl_flowtable_get_str(&object, NFTNL_FLOWTABLE_NAME),
                           .priority = nftnl_flowtable_get_s32(&object, NFTNL_FLOWTABLE_PRIO),
                           .devices = {}};
  if (nftnl_flowtable_is_set(&object, NFTNL_FLOWTABLE_FLAGS)) {
    read.flags = nftnl_flowtable_get_u32(&object, NFTNL_FLOWTABLE_FLAGS);
  }
  if (nftnl_flowtable_is_set(&object, NFTNL_FLOWTABLE_HANDLE)) {
    read.handle = nftnl_flowtable_get_u64(&object, NFTNL_FLOWTABLE_HANDLE);
  }
  if (!nftnl_flowtable_is_set(&object, NFTNL_FLOWTABLE_DEVICES)) return read;
  for (const auto* const* name = nftnl_flowtable_get_array(&object, NFTNL_FLOWTABLE_DEVICES);
       *name != nullptr; ++name) {
    read.devices.emplace_back(*name);
  }
  return read;
}

}  // namespace topoproof::nft
