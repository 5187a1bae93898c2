// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/iptables_lines.hh"

#include <algorithm>
#include <array>
#include <charconv>
#include <ranges>
#include <string_view>
#include <utility>

namespace topoproof::rules {
namespace {

using Words = std::vector<std::string_view>;

// Words end at blanks; quotes keep some together, and need not be taken off here.
Words words_of(std::string_view line) {
  Words words;
  std::size_t start = std::string_view::npos;
  bool is_quoted = false;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    const char c = i < line.size() ? line[i] : ' ';
    if (c == '"' && (i == 0 || line[i - 1] != '\\')) is_quoted = !is_quoted;
    const bool is_blank = !is_quoted && (c == ' ' || c == '\t' || c == '\r');
    if (!is_blank && start == std::string_view::npos) start = i;
    if (!is_blank && i < line.size()) continue;
    if (start != std::string_view::npos) words.push_back(line.substr(start, i - start));
    start = std::string_view::npos;
  }
  return words;
}

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& options) {
  return std::ranges::find(options, word) != options.end();
}

constexpr std::array<std::string_view, 2> kAppend{"-A", "--append"};
constexpr std::array<std::string_view, 2> kInsert{"-I", "--insert"};
constexpr std::array<std::string_view, 2> kDelete{"-D", "--delete"};
constexpr std::array<std::string_view, 2> kFlush{"-F", "--flush"};
constexpr std::array<std::string_view, 2> kReplace{"-R", "--replace"};
constexpr std::array<std::string_view, 4> kRename{"-E", "--rename-chain", "-X", "--delete-chain"};
constexpr std::array<std::string_view, 6> kAddresses{"-s", "--source",      "--src",
                                                     "-d", "--destination", "--dst"};

std::optional<std::size_t> number(std::string_view word) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size() || value == 0) return std::nullopt;
  return value;
}

// iptables makes a rule of each pair, where it is given lists of addresses.
std::size_t rules_of(const Words& words) {
  std::size_t count = 1;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (!is_one_of(words[i], kAddresses)) continue;
    const auto& list = words[words[i + 1] == "!" && i + 2 < words.size() ? i + 2 : i + 1];
    count *= static_cast<std::size_t>(std::ranges::count(list, ',')) + 1;
  }
  return count;
}

class Reader {
 public:
  Reader(const Source& source, RuleLines& lines)
      : file_(source.where.file),
        family_(source.language == Language::Ip6tables ? firewall::TableFamily::Ip6
                                                       : firewall::TableFamily::Ip),
        lines_(lines) {}

  void read(std::string_view line, int number) {
    auto words = words_of(line);
    if (words.empty()) return;
    if (words.front().starts_with('*')) return begin_table(words.front().substr(1));
    if (words.front().starts_with('[')) words.erase(words.begin());  // counters
    if (words.size() < 2 || !words.front().starts_with('-')) return;
    command(words, {.where = {.file = file_, .line = number}, .text = std::string(line)});
  }

 private:
  void begin_table(std::string_view name) {
    table_ = name;
    lines_.clear_table(family_, table_);
  }

  void command(const Words& words, const firewall::Origin& origin) {
    const ChainName chain{family_, table_, std::string(words[1])};
    const auto option = words.front();
    const auto position = words.size() > 2 ? number(words[2]) : std::nullopt;
    if (is_one_of(option, kAppend)) {
      for (std::size_t n = rules_of(words); n > 0; --n) lines_.append(chain, origin);
    } else if (is_one_of(option, kInsert)) {
      for (std::size_t n = rules_of(words); n > 0; --n)
        lines_.insert(chain, position.value_or(1) - 1, origin);
    } else if (is_one_of(option, kReplace) && position) {
      lines_.remove(chain, *position - 1);
      lines_.insert(chain, *position - 1, origin);
    } else if (is_one_of(option, kDelete) && position) {
      lines_.remove(chain, *position - 1);
    } else if (is_one_of(option, kFlush)) {
      lines_.clear(chain);
    } else if (is_one_of(option, kDelete) || is_one_of(option, kRename)) {
      lines_.lose(chain);
    }
  }

  std::string file_;
  firewall::TableFamily family_;
  RuleLines& lines_;
  std::string table_;
};

}  // namespace

void read_iptables_lines(const Source& source, RuleLines& lines) {
  Reader reader(source, lines);
  int number = 0;
  for (const auto line : source.text | std::views::split('\n'))
    reader.read(std::string_view(line.begin(), line.end()), source.line_of(++number));
}

}  // namespace topoproof::rules
