// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/nft_lines.hh"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <span>
#include <string_view>
#include <utility>

namespace topoproof::rules {
namespace {

using firewall::TableFamily;

constexpr std::array<std::pair<std::string_view, TableFamily>, 6> kFamilies{
    {{"ip", TableFamily::Ip},
     {"ip6", TableFamily::Ip6},
     {"inet", TableFamily::Inet},
     {"arp", TableFamily::Arp},
     {"bridge", TableFamily::Bridge},
     {"netdev", TableFamily::Netdev}}};

std::optional<TableFamily> family_of(std::string_view word) {
  const auto found =
      std::ranges::find(kFamilies, word, &std::pair<std::string_view, TableFamily>::first);
  return found == kFamilies.end() ? std::nullopt : std::optional(found->second);
}

// What may stand in a chain beside its rules.
constexpr std::array<std::string_view, 6> kChainProperties{"type",    "policy", "comment",
                                                           "devices", "device", "flags"};

// A command that begins with none of its verbs, or `add` without the kind of what is added, is a
// rule.
constexpr std::array<std::string_view, 8> kVerbsOfNoRule{
    "get", "list", "reset", "import", "export", "monitor", "describe", "undefine"};
constexpr std::array<std::string_view, 11> kKindsOfNoRule{
    "set",   "map",     "element",  "flowtable", "counter", "quota",
    "limit", "secmark", "synproxy", "tunnel",    "ct"};

class Parser {
 public:
  Parser(std::span<const Token> tokens, RuleLines& lines) : tokens_(tokens), lines_(lines) {}

  void parse() {
    while (!at_end()) command();
  }

 private:
  bool at_end() const { return position_ == tokens_.size(); }
  const Token& peek() const { return tokens_[position_]; }
  const Token& take() { return tokens_[position_++]; }
  bool take_word(std::string_view word) {
    if (at_end() || !peek().is_word(word)) return false;
    ++position_;
    return true;
  }
  bool take_open() {
    while (!at_end() && peek().is(TokenKind::End)) ++position_;
    if (at_end() || !peek().is(TokenKind::Open)) return false;
    ++position_;
    return true;
  }

  // To the end of the statement, past the braces in it. Of a chain's last statement its brace ends
  // it, and stays.
  std::span<const Token> take_statement() {
    const auto start = position_;
    for (int depth = 0; !at_end(); ++position_) {
      if (peek().is(TokenKind::Open)) ++depth;
      if (depth == 0 && (peek().is(TokenKind::Close) || peek().is(TokenKind::End))) break;
      if (peek().is(TokenKind::Close)) --depth;
    }
    return tokens_.subspan(start, position_ - start);
  }

  // A name may be a variable.
  std::string take_name() {
    if (at_end()) return {};
    const auto& token = take();
    if (!token.text.starts_with('$')) return std::string(token.text);
    const auto found = definitions_.find(token.text.substr(1));
    return found == definitions_.end() ? std::string(token.text) : found->second;
  }

  void define() {
    const auto name = take_name();
    if (!take_word("=")) return void(take_statement());
    const auto value = take_statement();
    if (value.size() == 1) definitions_[name] = value.front().text;
  }

  TableFamily take_family() {
    if (at_end()) return TableFamily::Ip;
    const auto family = family_of(peek().text);
    if (family) ++position_;
    return family.value_or(TableFamily::Ip);
  }

  ChainName take_chain_name() {
    const auto family = take_family();
    auto table = take_name();
    return {family, std::move(table), take_name()};
  }

  void command() {
    if (!peek().is(TokenKind::Word)) {
      ++position_;
      return;
    }
    begin_ = position_;
    const auto verb = take().text;
    if (verb == "define" || verb == "redefine") return define();
    if (verb == "add" || verb == "create") return add();
    if (verb == "insert") return insert();
    if (verb == "flush") return flush();
    if (verb == "delete" || verb == "destroy") return remove();
    if (verb == "replace" || verb == "rename") return change();
    if (std::ranges::find(kVerbsOfNoRule, verb) != kVerbsOfNoRule.end())
      return void(take_statement());
    --position_;
    add();
  }

  void add() {
    if (take_word("table")) return table();
    if (take_word("chain")) {
      const auto chain = take_chain_name();
      if (!at_end() && peek().is(TokenKind::Open) && take_open()) chain_block(chain);
    } else if (take_word("rule")) {
      rule(false);
    } else if (!at_end() && peek().is(TokenKind::Word) &&
               std::ranges::find(kKindsOfNoRule, peek().text) == kKindsOfNoRule.end()) {
      rule(false);
    }
    take_statement();
  }

  void insert() {
    take_word("rule");
    rule(true);
  }

  void rule(bool is_before) {
    const auto chain = take_chain_name();
    const auto place = take_place();
    const auto statement = take_statement();
    anonymous_chains(statement, chain);
    auto said = origin(statement);
    said.where = tokens_[begin_].where();
    if (place == Place::Unknown || (place == Place::Index && is_stale(chain)))
      return lines_.insert(chain, RuleLines::kSomewhere, std::move(said));
    if (place == Place::Index)
      return lines_.insert(chain, index_ + (is_before ? 0 : 1), std::move(said));
    if (is_before) return lines_.insert(chain, 0, std::move(said));
    lines_.append(chain, std::move(said));
  }

  // Of a rule that is not put at the chain's end. Handles are known to the kernel alone.
  enum class Place { End, Index, Unknown };
  Place take_place() {
    if (take_word("index")) {
      const auto word = at_end() ? std::string_view() : peek().text;
      const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), index_);
      const bool is_number = error == std::errc{} && end == word.data() + word.size();
      if (!word.empty() && is_number) ++position_;
      return is_number ? Place::Index : Place::Unknown;
    }
    const bool has_handle = !at_end() && (peek().is_word("position") || peek().is_word("handle"));
    return has_handle ? Place::Unknown : Place::End;
  }

  // nft counts the rules that a text has flushed as if they were there.
  bool is_stale(const ChainName& chain) const {
    return std::ranges::find(stale_, chain) != stale_.end() ||
           std::ranges::find(stale_, ChainName{chain.family, chain.table, {}}) != stale_.end();
  }

  void flush() {
    if (take_word("ruleset")) {
      flush_ruleset();
    } else if (take_word("table")) {
      stale_.push_back(clear_table());
    } else if (take_word("chain")) {
      clear_chain();
    }
    take_statement();
  }

  void flush_ruleset() {
    const auto only = at_end() ? std::nullopt : family_of(peek().text);
    if (only) {
      lines_.clear_family(*only);
    } else {
      lines_.clear_all();
    }
    std::erase_if(stale_, [&](const ChainName& chain) { return !only || chain.family == *only; });
  }

  ChainName clear_table() {
    const auto family = take_family();
    if (take_word("handle")) {
      lines_.lose_tables(family, {});
      return {family, {}, {}};
    }
    const auto name = take_name();
    lines_.clear_table(family, name);
    return {family, name, {}};
  }

  void clear_chain() {
    const auto chain = take_chain_name();
    if (chain.chain == "handle") return lines_.lose_tables(chain.family, chain.table);
    lines_.clear(chain);
    stale_.push_back(chain);
  }

  void remove() {
    if (take_word("table")) {
      const auto gone = clear_table();
      std::erase_if(stale_, [&](const ChainName& chain) {
        return chain.family == gone.family && chain.table == gone.table;
      });
    } else if (take_word("chain")) {
      clear_chain();
    } else if (take_word("rule")) {
      lines_.lose(take_chain_name());
    }
    take_statement();
  }

  void change() {
    if (take_word("rule") || take_word("chain")) {
      const auto chain = take_chain_name();
      lines_.lose(chain);
      if (has_anonymous_chain(take_statement())) lines_.lose_anonymous(chain.family, chain.table);
    }
    take_statement();
  }

  void table() {
    const auto family = take_family();
    const auto name = take_name();
    if (at_end() || !peek().is(TokenKind::Open)) return void(take_statement());
    ++position_;
    while (!at_end() && !peek().is(TokenKind::Close)) table_statement(family, name);
    if (!at_end()) ++position_;
  }

  void table_statement(TableFamily family, const std::string& table) {
    if (take_word("define") || take_word("redefine")) return define();
    if (take_word("chain")) {
      const ChainName chain{family, table, take_name()};
      if (take_open()) chain_block(chain);
      return;
    }
    take_statement();
    if (!at_end() && peek().is(TokenKind::End)) ++position_;
  }

  void chain_block(const ChainName& chain) {
    while (!at_end() && !peek().is(TokenKind::Close)) {
      if (peek().is(TokenKind::End)) {
        ++position_;
      } else if (take_word("define") || take_word("redefine")) {
        define();
      } else if (std::ranges::find(kChainProperties, peek().text) != kChainProperties.end()) {
        take_statement();
      } else {
        const auto statement = take_statement();
        lines_.append(chain, origin(statement));
        anonymous_chains(statement, chain);
      }
    }
    if (!at_end()) ++position_;
  }

  static bool has_anonymous_chain(std::span<const Token> statement) {
    return std::ranges::adjacent_find(statement, [](const Token& word, const Token& next) {
             return (word.is_word("jump") || word.is_word("goto")) && next.is(TokenKind::Open);
           }) != statement.end();
  }

  // "jump { ... }": a chain without a name, within the rule.
  void anonymous_chains(std::span<const Token> statement, const ChainName& within) {
    for (std::size_t i = 0; i + 1 < statement.size(); ++i) {
      const bool is_jump = statement[i].is_word("jump") || statement[i].is_word("goto");
      if (!is_jump || !statement[i + 1].is(TokenKind::Open)) continue;
      Parser inner(statement.subspan(i + 2), lines_);
      inner.chain_block(lines_.add_anonymous(within.family, within.table));
      i += 1 + inner.position_;
    }
  }

  // The statement on one line, as it was written.
  static firewall::Origin origin(std::span<const Token> statement) {
    if (statement.empty()) return {};
    firewall::Origin said{.where = statement.front().where(), .text = {}};
    for (const auto& token : statement) {
      if (token.is(TokenKind::End)) continue;
      if (!said.text.empty()) said.text += ' ';
      const std::string_view quote = token.is(TokenKind::String) ? "\"" : "";
      said.text.append(quote).append(token.text).append(quote);
    }
    return said;
  }

  std::span<const Token> tokens_;
  RuleLines& lines_;
  std::size_t position_ = 0;
  std::size_t begin_ = 0;         // of the command
  std::size_t index_ = 0;         // of the last Place::Index
  std::vector<ChainName> stale_;  // flushed here; of a whole table without a chain's name
  std::map<std::string, std::string, std::less<>> definitions_;
};

}  // namespace

void read_nft_lines(const Source& source, const NftTokens::Reader& read_included,
                    RuleLines& lines) {
  const NftTokens tokens(source, read_included);
  Parser(tokens.all(), lines).parse();
}

}  // namespace topoproof::rules
