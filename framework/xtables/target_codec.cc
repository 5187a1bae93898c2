// SPDX-License-Identifier: GPL-2.0-or-later
#include <vector>

#include "xtables/codec.hh"
#include "xtables/target_layouts.hh"

namespace topoproof::xtables {
namespace {

std::vector<Target> make_prototypes() {
  std::vector<Target> all{LogTarget{},    NflogTarget{}, MarkTarget{},     ConnmarkTarget{},
                          TcpMssTarget{}, CtTarget{},    TproxyTarget{},   ClassifyTarget{},
                          DscpTarget{},   TosTarget{},   ChecksumTarget{}, QueueTarget{}};
  using enum NatTargetKind;
  for (const auto family : {Family::Ipv4, Family::Ipv6}) {
    all.push_back(RejectTarget{.family = family});
    all.push_back(HopLimitTarget{.family = family});
    for (const auto kind : {Snat, Dnat, Masquerade, Redirect, Netmap})
      all.push_back(NatTarget{.kind = kind, .family = family});
  }
  return all;
}

const std::vector<Target>& prototypes() {
  static const std::vector<Target> all = make_prototypes();
  return all;
}

std::string_view name_of(NatTargetKind kind) {
  switch (kind) {
    case NatTargetKind::Snat:
      return "SNAT";
    case NatTargetKind::Dnat:
      return "DNAT";
    case NatTargetKind::Masquerade:
      return "MASQUERADE";
    case NatTargetKind::Redirect:
      return "REDIRECT";
    case NatTargetKind::Netmap:
      return "NETMAP";
  }
  return "";
}

}  // namespace

Format format_of(const NatTarget& t) {
  const auto name = name_of(t.kind);
  if (t.kind == NatTargetKind::Dnat) return {name, 2, sizeof(nf_nat_range2), t.family};
  if (t.family == Family::Ipv4) return {name, 0, sizeof(nf_nat_ipv4_multi_range_compat), t.family};
  const std::uint32_t revision = t.kind == NatTargetKind::Snat ? 1 : 0;
  return {name, revision, sizeof(nf_nat_range), t.family};
}

Target decode_target(std::string_view name, std::uint32_t revision, BytesView bytes,
                     Family family) {
  return decode<Target>(prototypes(), name, revision, bytes, family);
}

Extension encode(const Target& target) {
  return std::visit([](const auto& form) { return encode_form(form); }, target);
}

}  // namespace topoproof::xtables
