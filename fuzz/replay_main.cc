// SPDX-License-Identifier: GPL-2.0-or-later
// fuzz_NAME [--generated N] FILE|FOLDER...: runs a target on each file, and on N inputs that are
// made from them and from nothing, by the seed $TOPOPROOF_SEED. Needs no fuzzer: any compiler's
// build keeps targets, corpora and past crashes alive.
// Ends with 0; with 2 if there is nothing to run; aborts, naming the input, where a property fails.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "base/byte_source.hh"
#include "fuzz/target.hh"

namespace {

using topoproof::Bytes;
using topoproof::ByteSource;
using topoproof::BytesView;

constexpr std::size_t kMostBytes = 512;  // of an input made from nothing

std::string running;  // the input, for who is told of an abort

void tell_input(int) {
  std::fprintf(stderr, "the input was %s\n", running.c_str());
  std::signal(SIGABRT, SIG_DFL);
}

Bytes read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const auto view = topoproof::as_view(text);
  return {view.begin(), view.end()};
}

std::vector<std::filesystem::path> files_below(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return {path};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

// A given input with a few bytes changed, cut out or doubled.
Bytes mutated(Bytes input, ByteSource& random) {
  for (std::size_t changes = 1 + random.below(4); changes > 0 && !input.empty(); --changes) {
    const auto place = random.below(input.size());
    const auto length = random.below(std::min<std::size_t>(input.size() - place, 16) + 1);
    const auto at = input.begin() + static_cast<std::ptrdiff_t>(place);
    const auto end = at + static_cast<std::ptrdiff_t>(length);
    switch (random.below(3)) {
      case 0:
        *at = std::byte{random.byte()};
        break;
      case 1:
        input.erase(at, end);
        break;
      default: {
        const Bytes part(at, end);
        input.insert(at, part.begin(), part.end());
      }
    }
  }
  return input;
}

void run_generated(std::size_t count, const std::vector<Bytes>& corpus) {
  const char* given = std::getenv("TOPOPROOF_SEED");
  const auto seed = given != nullptr ? std::strtoull(given, nullptr, 0) : std::random_device{}();
  std::cout << "TOPOPROOF_SEED=" << seed << "\n" << std::flush;
  ByteSource random = ByteSource::seeded(seed);
  for (std::size_t i = 0; i < count; ++i) {
    const bool anew = corpus.empty() || random.coin();
    const Bytes input =
        anew ? random.bytes(random.below(kMostBytes + 1)) : mutated(random.pick(corpus), random);
    running = std::to_string(i) + " of TOPOPROOF_SEED=" + std::to_string(seed) + ": " +
              topoproof::to_hex(input);
    topoproof::fuzz::run(input);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGABRT, tell_input);
  std::size_t generated = 0;
  std::vector<Bytes> corpus;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--generated" && i + 1 < argc) {
      generated = std::strtoull(argv[++i], nullptr, 10);
      continue;
    }
    for (const auto& file : files_below(argv[i])) {
      running = file.string();
      corpus.push_back(read_file(file));
      topoproof::fuzz::run(corpus.back());
    }
  }
  run_generated(generated, corpus);
  std::cout << corpus.size() << " inputs from files, " << generated << " generated\n";
  return corpus.empty() && generated == 0 ? 2 : 0;
}
