// SPDX-License-Identifier: GPL-2.0-or-later
// `impair:` of a link, or of one of its ends.
#include "base/duration.hh"
#include "document/fields.hh"
#include "topofile/reader_link.hh"

namespace topoproof::topofile {

std::optional<impair::Impairment> read_impairment(const document::Node& node, Issues& issues) {
  using impair::Share;
  const std::size_t before = issues.size();
  impair::Impairment impairment;
  document::Fields fields(node, issues);
  fields.optional("delay", parse_duration, impairment.delay);
  fields.optional("jitter", parse_duration, impairment.jitter);
  fields.optional("loss", Share::parse, impairment.loss);
  fields.optional("duplicate", Share::parse, impairment.duplicate);
  fields.optional("reorder", Share::parse, impairment.reorder);
  fields.optional("rate", impair::Rate::parse, impairment.rate);
  fields.optional("seed", document::integer<std::uint64_t>(0, INT64_MAX), impairment.seed);
  fields.finish();
  if (issues.size() != before) return std::nullopt;
  const std::string problem = why_not(impairment);
  if (problem.empty()) return impairment;
  issues.push_back(make_issue(node.where(), problem));
  return std::nullopt;
}

}  // namespace topoproof::topofile
