// SPDX-License-Identifier: GPL-2.0-or-later
// The instructions of the nf_tables machine, one small struct each. They are what the kernel runs
// and dumps, so one form serves the encoder, the decoder, the printer and the evaluator.
//
// Byte order: data (`value`, `mask`, elements of sets) are bytes as they lie in the registers.
// Packet fields lie there in network order; what meta, ct and fib load as a number (state, mark,
// interface index) in the host's. Enumerators have the kernel's numbers
// (linux/netfilter/nf_tables.h).
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "base/bytes.hh"
#include "firewall/action.hh"
#include "firewall/compatibility.hh"
#include "firewall/derive.hh"
#include "firewall/extension.hh"
#include "firewall/load.hh"
#include "firewall/lookup.hh"
#include "firewall/match.hh"
#include "firewall/stateful.hh"

namespace topoproof::firewall {

using Expression =
    std::variant<PayloadLoad, PayloadStore, MetaLoad, MetaStore, CtLoad, CtStore, Compare, Bitwise,
                 Shift, ByteOrder, Range, Lookup, Verdict, Immediate, Nat, Masquerade, Redirect,
                 Reject, Counter, Limit, Quota, Log, Notrack, Queue, Fib, ExtensionLoad,
                 ExtensionStore, ExtensionReset, NumberGenerator, Hash, RouteLoad, SocketLoad,
                 OsfLoad, TunnelLoad, XfrmLoad, Tproxy, Synproxy, Duplicate, Forward, Connlimit,
                 Last, DynamicSet, ObjectReference, ObjectLookup, FlowOffload, XtMatch, XtTarget>;
using Expressions = std::vector<Expression>;

Bytes host_number(std::uint32_t value);  // 4 bytes in the host's order, as ct and meta load them
std::uint32_t load_host_number(BytesView bytes);  // REQUIRES: 4 bytes

}  // namespace topoproof::firewall
