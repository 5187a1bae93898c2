// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes of unknown origin: what the validator lets pass, libnftnl reads without harm (ASan sees
// it). TOPOPROOF_SEED repeats a run.
#include "nft/validator.hh"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <random>

#include <gtest/gtest.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "base/seed_of_run.hh"
#include "nft/decoder.hh"
#include "nft/golden_data.hh"
#include "nft/random_ruleset.hh"
#include "nft/transaction.hh"

namespace topoproof::nft {
namespace {

Bytes read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto view = as_view(text);
  return {view.begin(), view.end()};
}

std::vector<Bytes> files_in(const char* name) {
  std::vector<Bytes> files;
  const auto folder = golden_folder() / name;
  if (!std::filesystem::exists(folder)) return files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(read_bytes(entry.path()));
  }
  return files;
}

std::vector<Bytes> messages_of(const firewall::Ruleset& ruleset) {
  std::vector<Bytes> messages;
  Transaction transaction;
  for (const auto& table : ruleset.tables) transaction.add(table);
  for (std::size_t i = 0; i < transaction.size(); ++i) {
    const auto view = transaction.message(i);
    messages.emplace_back(view.begin(), view.end());
  }
  return messages;
}

// Reads a message as one of a ruleset that has what it may belong to. The outcome does not matter.
void read_valid(const Bytes& message) {
  if (find_fault(message)) return;
  RulesetDecoder decoder;
  const auto issue = decoder.add(message);
  static_cast<void>(issue);
}

Bytes mutated(Bytes message, std::mt19937_64& random) {
  const auto at = [&] { return random() % message.size(); };
  switch (random() % 4) {
    case 0:
      message.resize(1 + at());
      break;
    case 1:
      message[at()] = static_cast<std::byte>(random());
      break;
    case 2:
      message[at()] ^= static_cast<std::byte>(1 << random() % 8);
      break;
    default:
      for (auto count = random() % 8; count > 0; --count) {
        message[at() / 4 * 4] = static_cast<std::byte>(random() % 16);
      }
  }
  return message;
}

TEST(Validator, AcceptsWhatWeEncode) {
  RandomRuleset random(seed_of_run());
  for (int i = 0; i < 100; ++i) {
    for (const auto& message : messages_of(random.ruleset())) {
      const auto fault = find_fault(message);
      ASSERT_FALSE(fault.has_value()) << fault->text << '\n' << to_hex(message);
    }
  }
}

TEST(Validator, NamesTheAttributeThatIsTooShort) {
  auto message = messages_of({{{.name = "t"}}}).at(0);
  const auto flags = NLMSG_HDRLEN + sizeof(nfgenmsg) + 8;  // behind the name
  message[flags] = std::byte{6};
  EXPECT_EQ(find_fault(message)->text, "NFTA_TABLE_FLAGS has 2 bytes that are not of its kind");
}

TEST(Validator, RefusesAnExpressionThatNobodyKnowsByName) {
  firewall::Table table{.name = "t"};
  table.chains = {{.name = "c", .rules = {{.expressions = {firewall::Notrack{}}}}}};
  auto message = messages_of({{table}}).at(2);
  const std::string_view name = "notrack";
  const auto at = std::ranges::search(message, as_view(name)).begin();
  std::ranges::copy(as_view("zotrack"), at);
  EXPECT_EQ(find_fault(message)->text, "the expression 'zotrack' is not supported");
}

TEST(Validator, RefusesAnExpressionWithoutName) {
  firewall::Table table{.name = "t"};
  table.chains = {{.name = "c", .rules = {{.expressions = {firewall::Notrack{}}}}}};
  auto message = messages_of({{table}}).at(2);
  const auto at = std::ranges::search(message, as_view("notrack")).begin();
  *(at - 2) = std::byte{NFTA_EXPR_DATA};
  ASSERT_TRUE(find_fault(message).has_value());
}

TEST(Validator, WhatItAcceptsOfMutatedMessagesIsReadWithoutHarm) {
  const auto start = seed_of_run();
  RandomRuleset rulesets(start);
  std::mt19937_64 random(start);
  int accepted = 0;
  int all = 0;
  for (int i = 0; i < 30; ++i) {
    for (const auto& message : messages_of(rulesets.ruleset())) {
      for (int copy = 0; copy < 10; ++copy) {
        const auto bytes = mutated(message, random);
        accepted += find_fault(bytes) ? 0 : 1;
        ++all;
        read_valid(bytes);
      }
    }
  }
  std::cout << accepted << " of " << all << " mutated messages accepted\n";
}

TEST(Validator, SeedsAndCrashersAreReadWithoutHarm) {
  auto messages = files_in("libnftnl-crashers");
  if (messages.empty()) GTEST_SKIP() << "missing: the data folder " << golden_folder();
  for (const auto& message : messages) EXPECT_TRUE(find_fault(message).has_value());
  std::mt19937_64 random(seed_of_run());
  std::ranges::move(files_in("netlink-seeds"), std::back_inserter(messages));
  for (const auto& message : messages) {
    read_valid(message);
    for (int copy = 0; copy < 50; ++copy) read_valid(mutated(message, random));
  }
}

}  // namespace
}  // namespace topoproof::nft
