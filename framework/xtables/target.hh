// SPDX-License-Identifier: GPL-2.0-or-later
// Any target of iptables: see match.hh, which says what holds for these as well.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "xtables/targets.hh"

namespace topoproof::xtables {

using Target =
    std::variant<Extension, RejectTarget, LogTarget, NflogTarget, MarkTarget, ConnmarkTarget,
                 TcpMssTarget, NatTarget, CtTarget, TproxyTarget, ClassifyTarget, DscpTarget,
                 TosTarget, ChecksumTarget, HopLimitTarget, QueueTarget>;

Target decode_target(std::string_view name, std::uint32_t revision, BytesView bytes, Family family);
Extension encode(const Target& target);
std::string to_string(const Target& target);  // "-j DNAT --to-destination 10.0.0.2:80"

}  // namespace topoproof::xtables
