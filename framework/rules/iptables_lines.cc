// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/iptables_lines.hh"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
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

// The long options of iptables, each with its letter: a word may cut one short where no other
// begins so.
constexpr std::array<std::pair<std::string_view, char>, 36> kOptions{{
    {"append", 'A'},       {"check", 'C'},     {"delete", 'D'},       {"insert", 'I'},
    {"replace", 'R'},      {"list", 'L'},      {"list-rules", 'S'},   {"flush", 'F'},
    {"zero", 'Z'},         {"new-chain", 'N'}, {"delete-chain", 'X'}, {"rename-chain", 'E'},
    {"policy", 'P'},       {"source", 's'},    {"src", 's'},          {"destination", 'd'},
    {"dst", 'd'},          {"protocol", 'p'},  {"in-interface", 'i'}, {"out-interface", 'o'},
    {"jump", 'j'},         {"goto", 'g'},      {"table", 't'},        {"match", 'm'},
    {"numeric", 'n'},      {"verbose", 'v'},   {"wait", 'w'},         {"wait-interval", 'W'},
    {"exact", 'x'},        {"fragments", 'f'}, {"version", 'V'},      {"help", 'h'},
    {"line-numbers", '0'}, {"modprobe", 'M'},  {"set-counters", 'c'}, {"ipv4", '4'},
}};

char long_option(std::string_view name) {
  char letter = 0;
  for (const auto& [option, its] : kOptions) {
    if (option == name) return its;
    if (!option.starts_with(name)) continue;
    if (letter != 0 && letter != its) return 0;
    letter = its;
  }
  return letter;
}

// "-AINPUT" and "--append=INPUT" carry their value; of "-A" and "--app" it is the next word.
struct Option {
  char letter = 0;  // 0: none of iptables' own
  std::string_view value;
};

Option option_of(std::string_view word) {
  if (word.size() < 2 || word.front() != '-') return {};
  if (word[1] != '-') return {word[1], word.substr(2)};
  const auto equals = std::min(word.find('='), word.size());
  const auto name = word.substr(2, equals - 2);
  return {name.empty() ? '\0' : long_option(name), word.substr(std::min(equals + 1, word.size()))};
}

std::optional<std::size_t> number(std::string_view word) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size() || value == 0) return std::nullopt;
  return value;
}

// iptables makes a rule of each pair, where it is given lists of addresses. Those it takes from a
// word of their own only.
std::size_t rules_of(const Words& words) {
  std::size_t count = 1;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const auto option = option_of(words[i]);
    if ((option.letter != 's' && option.letter != 'd') || !option.value.empty()) continue;
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
    const auto is_command = [](std::string_view word) {
      static constexpr std::string_view kCommands = "ACDIRLSFZNXEP";
      const char letter = option_of(word).letter;
      return letter != 0 && kCommands.contains(letter);
    };
    const auto found = std::ranges::find_if(words, is_command);
    if (found == words.end()) return;
    command(words, static_cast<std::size_t>(found - words.begin()),
            {.where = {.file = file_, .line = number}, .text = std::string(line)});
  }

 private:
  void begin_table(std::string_view name) {
    table_ = name;
    lines_.clear_table(family_, table_);
  }

  void command(const Words& words, std::size_t at, const firewall::Origin& origin) {
    auto [letter, name] = option_of(words[at++]);
    if (name.empty() && at < words.size()) name = words[at++];
    if (name.size() > 2 && name.starts_with('"')) name = name.substr(1, name.size() - 2);
    if (name.empty()) return;
    change(letter, {family_, table_, std::string(name)},
           at < words.size() ? number(words[at]) : std::nullopt, rules_of(words), origin);
  }

  void change(char command, const ChainName& chain, std::optional<std::size_t> position,
              std::size_t count, const firewall::Origin& origin) {
    if (command == 'A') {
      for (; count > 0; --count) lines_.append(chain, origin);
    } else if (command == 'I') {
      for (; count > 0; --count) lines_.insert(chain, position.value_or(1) - 1, origin);
    } else if (command == 'R' && position) {
      lines_.remove(chain, *position - 1);
      lines_.insert(chain, *position - 1, origin);
    } else if (command == 'D' && position) {
      lines_.remove(chain, *position - 1);
    } else if (command == 'F') {
      lines_.clear(chain);
    } else if (command == 'D' || command == 'X' || command == 'E') {
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
