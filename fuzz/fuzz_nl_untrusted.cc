// SPDX-License-Identifier: GPL-2.0-or-later
// Property: any bytes are told from messages of nf_tables, or read without harm; what was read is
// written and read again as it was.
#include <algorithm>

#include "fuzz/messages.hh"
#include "fuzz/target.hh"
#include "netlink/reader.hh"
#include "nft/attributes.hh"
#include "nft/validator.hh"

namespace topoproof::fuzz {

void run(BytesView input) {
  const auto messages = netlink::split_messages(input);
  if (!messages) return;
  nft::RulesetDecoder decoder;
  for (const netlink::Message& message : *messages) {
    const Bytes bytes = nft::with_header(message);
    if (nft::find_fault(bytes)) continue;
    if (decoder.add(bytes)) return;  // of what the IR does not have
  }
  const firewall::Ruleset ruleset = decoder.take();
  const auto again = through_messages(ruleset);
  if (!again) return;  // what no message of ours has room for
  TOPOPROOF_CHECK(*again == ruleset, "what was read is written and read as it was");
}

}  // namespace topoproof::fuzz
