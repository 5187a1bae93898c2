// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/html.hh"

#include <algorithm>
#include <filesystem>
#include <ranges>

#include <fmt/format.h>

#include "base/printable.hh"
#include "flow/hop.hh"
#include "report/facts.hh"
#include "report/hop_table.hh"
#include "report/page.hh"

namespace topoproof::report {
namespace {

using scenario::CheckResult;
using scenario::ScenarioResult;
using scenario::Way;

bool same_hops(const flow::Trace& a, const flow::Trace& b) {
  return std::ranges::equal(a | std::views::filter(flow::is_hop),
                            b | std::views::filter(flow::is_hop));
}

bool same_way(const Way& a, const Way& b) {
  return same_hops(a.request, b.request) && same_hops(a.reply, b.reply);
}

std::string link_from(const std::string& page, const std::string& target) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(page).parent_path();
  if (target.empty() || folder.is_absolute() != fs::path(target).is_absolute()) return target;
  const fs::path base = folder.empty() ? fs::path(".") : folder;
  return fs::path(target).lexically_normal().lexically_relative(base.lexically_normal()).string();
}

// What the page's script reads, as JSON. Names are short: ten thousand checks have each of them.
class Data {
 public:
  explicit Data(const HtmlOptions& options) : options_(options) {}

  std::string make(const scenario::RunResult& run) {
    std::string scenarios;
    for (std::size_t i = 0; i < run.scenarios.size(); ++i) {
      table_.name_nodes(run.scenarios[i].node_names);
      scenarios += (i == 0 ? "" : ",\n") + make(run.scenarios[i], i);
    }
    return fmt::format(R"({{"interrupted":{},"scenarios":[{}],"texts":{},"hops":{}}})",
                       run.interrupted, scenarios, table_.texts(), table_.hops());
  }

 private:
  std::string make(const ScenarioResult& scenario, std::size_t number) {
    std::string checks;
    for (const CheckResult& check : scenario.checks) {
      checks += (checks.empty() ? "\n" : ",\n") + make(check);
    }
    return fmt::format(
        R"({{"name":{},"file":{},"nodes":{},"links":{},"build":{},"took":{},"trouble":{},)"
        R"("unrun":{},"picture":{},"checks":[{}]}})",
        json_string(scenario.name), json_string(scenario.file), list_of(scenario.node_names),
        scenario.links, scenario.timing.build.count(), scenario.timing.checks.count(),
        json_lines(obstacle(scenario)), scenario::could_not_run(scenario), number, checks);
  }

  std::string make(const CheckResult& check) {
    std::vector<std::size_t> nodes;
    for (const NodeId node : check.nodes) nodes.push_back(node.index());
    return fmt::format(
        R"({{"n":{},"w":{},"o":"{}","f":{},"e":{},"b":{},"u":{},"y":{},"g":{},"m":{},"c":{},"r":{},"t":{},)"
        R"("d":[{}]{}}})",
        json_string(check.name), json_string(to_string(check.where)), to_string(check.outcome),
        check.flows, json_string(check.expected), json_string(check.observed),
        json_string(check.unknown), list_of(check.why), list_of(check.change), list_of(check.notes),
        json_string(link_from(options_.file, check.pcap)), json_string(check.reproduce),
        check.duration.count(), fmt::join(nodes, ","), ways_of(check));
  }

  // One way where both went the same: the simulator's, which tells the decisions, too.
  std::string ways_of(const CheckResult& check) {
    const bool kernel = check.in_kernel.is_known();
    const bool simulator = check.in_simulator.is_known();
    const bool same = kernel && simulator && same_way(check.in_kernel, check.in_simulator);
    const std::uint16_t port = own_port(kernel ? check.in_kernel : check.in_simulator);
    std::string text = fmt::format(R"(,"p":"{}","same":{})", port, same);
    if (kernel && !same) text += R"(,"k":)" + add(check.in_kernel, port);
    if (simulator) text += R"(,"s":)" + add(check.in_simulator, port);
    return text;
  }

  std::string add(const Way& way, std::uint16_t port) {
    const std::string request = table_.add(way.request, port);
    return fmt::format("[{},{}]", request, table_.add(way.reply, port));
  }

  static std::string list_of(const std::vector<std::string>& texts) {
    std::string list;
    for (const std::string& text : texts) list += (list.empty() ? "" : ",") + json_string(text);
    return "[" + list + "]";
  }

  // A text of several lines, in which line breaks stay.
  static std::string json_lines(std::string_view text) {
    std::string out;
    for (const auto line : text | std::views::split('\n')) {
      const std::string quoted = json_string(std::string_view(line.begin(), line.end()));
      out += (out.empty() ? "" : "\\n") + quoted.substr(1, quoted.size() - 2);
    }
    return "\"" + out + "\"";
  }

  const HtmlOptions& options_;
  HopTable table_;
};

std::string pictures(const scenario::RunResult& run, const HtmlOptions& options) {
  std::string out;
  if (!options.picture) return out;
  for (std::size_t i = 0; i < run.scenarios.size(); ++i) {
    const std::string picture = options.picture(run.scenarios[i]);
    if (picture.empty()) continue;
    out += fmt::format("<template id=\"picture-{}\">\n{}</template>\n", i, picture);
  }
  return out;
}

}  // namespace

std::string to_html(const scenario::RunResult& run, const HtmlOptions& options) {
  const std::string data = Data(options).make(run);
  std::string out;
  std::string_view frame = page_frame();
  const auto put = [&](std::string_view mark, std::string_view text) {
    const std::size_t at = frame.find(mark);
    out += frame.substr(0, at);
    out += text;
    frame.remove_prefix(at + mark.size());
  };
  put("@STYLE@", page_style());
  put("@PICTURES@", pictures(run, options));
  put("@RUN@", data);
  put("@SCRIPT@", page_script());
  out += frame;
  return out;
}

}  // namespace topoproof::report
