// SPDX-License-Identifier: GPL-2.0-or-later
// make_seeds FOLDER: first inputs for fuzz targets, in FOLDER/TARGET/: messages of generated
// rulesets, and of the same rules as nft sends them (where there is a kernel to compile them for);
// captures of generated packets; and bytes from which generated cases have pairs of features that
// no seed before them has. The same in each run. Texts need none: scenarios/ and topologies/ are
// seeds.
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>

#include <fmt/format.h>

#include "capture/frame.hh"
#include "capture/pcapng.hh"
#include "generator/coverage.hh"
#include "generator/generate.hh"
#include "listing/listing.hh"
#include "netfilter/kernel_ruleset.hh"
#include "netfilter/text.hh"
#include "nft/transaction.hh"
#include "sys/sandbox.hh"

using namespace topoproof;

namespace {

constexpr std::uint64_t kMostTries = 4000;

class Folder {
 public:
  explicit Folder(std::filesystem::path path) : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
  }
  std::filesystem::path next(std::string_view suffix = "") {
    return path_ / fmt::format("seed-{:02}{}", count_++, suffix);
  }
  void add(BytesView bytes) {
    std::ofstream out(next(), std::ios::binary);
    out << as_text(bytes);
    if (!out.flush()) throw std::runtime_error("cannot write to " + path_.string());
  }

 private:
  std::filesystem::path path_;
  int count_ = 0;
};

generator::Case case_of(std::uint64_t number) {
  ByteSource source = ByteSource::seeded(number);
  return generator::generate(source, {.rules = 2, .probes = 8});
}

Bytes messages_of(const firewall::Ruleset& ruleset) {
  nft::Transaction transaction;
  for (const auto& table : ruleset.tables) transaction.add(table);
  Bytes bytes;
  for (std::size_t i = 0; i < transaction.size(); ++i) {
    const BytesView message = transaction.message(i);
    bytes.insert(bytes.end(), message.begin(), message.end());
  }
  return bytes;
}

// What nft makes of our text for the rules, as the kernel lists it.
Bytes sent_by_nft(const firewall::Ruleset& ruleset) {
  const auto text = listing::to_text(ruleset);
  if (!text) return {};
  const sys::Netns netns = sys::Netns::create();
  if (!netfilter::load_text(netns, *text).empty()) return {};
  std::optional<netlink::Socket> socket;
  sys::run_in(netns, [&] { socket.emplace(netlink::Protocol::Netfilter); });
  const auto observed = netfilter::observe_ruleset(*socket);
  return observed ? messages_of(*observed) : Bytes();
}

void make_messages(Folder folder, bool has_kernel) {
  for (std::uint64_t number = 0; number < 12; ++number) {
    const auto ruleset = case_of(number).ruleset;
    folder.add(messages_of(ruleset));
    if (has_kernel) folder.add(sent_by_nft(ruleset));
  }
}

void make_captures(Folder folder) {
  for (std::uint64_t number = 0; number < 4; ++number) {
    const auto made = case_of(number);
    capture::PcapngWriter writer(folder.next(".pcapng"), "a seed");
    const auto interface =
        writer.add_interface({.name = "eth0", .link_type = capture::LinkType::Ethernet});
    for (const auto& probe : made.probes) {
      if (probe.make != generator::Make::AsGiven) continue;
      folder.add(probe.frame);
      writer.write(interface, capture::decode_frame(capture::LinkType::Ethernet, probe.frame,
                                                    probe.frame.size(), {}));
    }
    writer.close();
  }
}

// Pairs first: what has none that is new is left out.
template <class Generate>
void make_inputs(Folder folder, std::size_t size, std::size_t most, Generate generate) {
  generator::Coverage seen;
  ByteSource random = ByteSource::seeded(size);
  for (std::uint64_t tries = 0; tries < kMostTries && most > 0; ++tries) {
    const Bytes input = random.bytes(1 + random.below(size));
    ByteSource source(input);
    constexpr std::size_t kFew = 5;
    if (seen.add(generate(source).features) < kFew) continue;
    folder.add(input);
    --most;
  }
}

bool enter_sandbox() {
  try {
    sys::enter_sandbox();
    return true;
  } catch (const std::exception& error) {
    std::cerr << "make_seeds: without what nft sends: " << error.what() << '\n';
    return false;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: make_seeds FOLDER\n";
    return 2;
  }
  try {
    const std::filesystem::path folder = argv[1];
    make_messages(Folder(folder / "nl_untrusted"), enter_sandbox());
    make_captures(Folder(folder / "pcap_packet"));
    make_inputs(Folder(folder / "nft_rule"), 300, 60,
                [](ByteSource& source) { return generator::generate_rule(source); });
    make_inputs(Folder(folder / "sim_meta"), 1500, 60, [](ByteSource& source) {
      return generator::generate(source, {.rules = 3, .probes = 6});
    });
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "make_seeds: " << error.what() << '\n';
    return 3;
  }
}
