// SPDX-License-Identifier: GPL-2.0-or-later
// usage: bench_import DUMP
// How long rules of iptables take from text to values, and from values into another namespace; the
// fastest of five, and beside it iptables-nft-restore alone.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "netfilter/kernel_ruleset.hh"
#include "rules/import.hh"
#include "rules/iptables.hh"
#include "sys/files.hh"
#include "sys/sandbox.hh"

using namespace topoproof;  // NOLINT: a program

namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

template <class F>
double fastest(F f) {
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    f();
    best = std::min(best, Milliseconds(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

void require(const Issues& issues) {
  if (!issues.empty()) throw std::runtime_error(to_string(issues));
}

int run(const std::string& file) {
  sys::enter_sandbox();
  const auto text = sys::read_file(file).value_or("") + '\n';
  const rules::Source source{
      .language = rules::guess_language(text), .text = text, .where = {.file = file, .line = 1}};
  const auto restore =
      fastest([&] { require(rules::load_iptables(sys::Netns::create(), source)); });
  firewall::Ruleset ruleset;
  const auto import = fastest([&] {
    auto imported = rules::import_rules({&source, 1});
    if (!imported) require(imported.error());
    ruleset = *std::move(imported);
  });
  const auto loading = fastest([&] {
    const auto netns = sys::Netns::create();
    const auto socket = sys::call_in(
        netns, [] { return std::make_unique<netlink::Socket>(netlink::Protocol::Netfilter); });
    require(netfilter::load_ruleset(*socket, ruleset));
  });
  std::size_t count = 0;
  for (const auto& table : ruleset.tables)
    for (const auto& chain : table.chains) count += chain.rules.size();
  fmt::print("{} rules: iptables-nft-restore {:.0f} ms, import {:.0f} ms, load {:.0f} ms\n", count,
             restore, import, loading);
  return 0;
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 2) {
    std::fputs("usage: bench_import DUMP\n", stderr);
    return 2;
  }
  return run(arguments[1]);
} catch (const std::exception& error) {
  fmt::print(stderr, "bench_import: {}\n", error.what());
  return 3;
}
