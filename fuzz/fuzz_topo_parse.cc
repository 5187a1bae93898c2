// SPDX-License-Identifier: GPL-2.0-or-later
// Property: a topology file is read or refused with places and sentences; what is read is written
// as a file that reads the same.
#include "fuzz/target.hh"
#include "topofile/reader.hh"
#include "topofile/yaml_writer.hh"

namespace topoproof::fuzz {
namespace {

const std::string kFile = "input.topo.yaml";

}  // namespace

void run(BytesView input) {
  const auto topology = topofile::parse_topology(as_text(input), kFile);
  if (!topology) {
    TOPOPROOF_CHECK(has_errors(topology.error()), "a refusal has its reason");
    for (const Issue& issue : topology.error()) {
      TOPOPROOF_CHECK(!issue.text.empty(), "an issue is a sentence");
      TOPOPROOF_CHECK(issue.where.file == kFile, "an issue has its place");
    }
    return;
  }
  const std::string text = topofile::to_yaml(*topology);
  const auto again = topofile::parse_topology(text, kFile);
  TOPOPROOF_CHECK(again, "what is written can be read");
  TOPOPROOF_CHECK(topofile::to_yaml(*again) == text, "and says the same");
}

}  // namespace topoproof::fuzz
