// SPDX-License-Identifier: GPL-2.0-or-later
// What an engine learns of an input besides the edges of our code: libFuzzer keeps an input that
// raises one of these counters. An engine without such counters loses nothing.
#pragma once

#include <cstdint>

#include "generator/feature.hh"
#include "machine/machine.hh"

namespace topoproof::fuzz {

enum class Learned : std::uint64_t { FeaturePair, Expression, ChainPath, Fate };

void note(Learned kind, std::uint64_t what);
// Features and their pairs.
void note(const generator::FeatureSet& features);
// Which chains and rules a packet came by, what expressions these had, and how it ended.
void note(const machine::Records& records, const machine::Decision& decision);

}  // namespace topoproof::fuzz
