// SPDX-License-Identifier: GPL-2.0-or-later
#include "document/reader.hh"

#include <algorithm>
#include <array>
#include <fstream>
#include <new>
#include <utility>

#include <fmt/format.h>
#include <yaml.h>

#include "document/syntax.hh"
#include "document/text_lines.hh"
#include "document/tree_builder.hh"

namespace topoproof::document {
namespace {

std::string text_of(const yaml_char_t* text) {
  return text == nullptr ? std::string() : reinterpret_cast<const char*>(text);
}

int characters(std::string_view utf8) {
  return static_cast<int>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

int leading_spaces(std::string_view line) {
  return static_cast<int>(std::min(line.find_first_not_of(' '), line.size()));
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \r") == std::string_view::npos;
}

// Hands out the lines of the source, for line numbers that only grow: linear over a document.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  std::string_view at(int line) {
    for (; line_ < line; ++line_) {
      const auto end = rest_.find('\n');
      rest_ = end == std::string_view::npos ? std::string_view() : rest_.substr(end + 1);
    }
    return rest_.substr(0, rest_.find('\n'));
  }

 private:
  std::string_view rest_;
  int line_ = 1;
};

std::size_t byte_of_character(std::string_view text, int number) {
  std::size_t byte = 0;
  while (byte < text.size() && characters(text.substr(0, byte)) < number) ++byte;
  return byte;
}

Location location_of_byte(const std::string& file, std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  return {.file = file,
          .line = static_cast<int>(std::ranges::count(before, '\n')) + 1,
          .column = characters(before.substr(before.rfind('\n') + 1)) + 1};
}

bool starts_line(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto ends_with = [&](std::string_view end) { return before.ends_with(end); };
  // All line breaks of YAML 1.1, and the byte order mark.
  return before.empty() || ends_with("\n") || ends_with("\r") || ends_with("\xc2\x85") ||
         ends_with("\xe2\x80\xa8") || ends_with("\xe2\x80\xa9") || before == "\xef\xbb\xbf";
}

// libyaml compares each %TAG directive with all earlier ones, which is quadratic: a megabyte of
// them takes minutes. Nobody needs one here.
std::optional<std::size_t> find_directive(std::string_view text) {
  for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    if (starts_line(text, at)) return at;
  }
  return std::nullopt;
}

struct Event {
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&raw); }
  yaml_event_t raw{};
};

// Drives libyaml over one text and hands its events to the builder.
class Parser {
 public:
  Parser(std::string_view text, const std::string& file_name, Issues& issues)
      : text_(text), issues_(issues), lines_(text), builder_(file_name, issues) {
    if (yaml_parser_initialize(&raw_) == 0) throw std::bad_alloc();
    yaml_parser_set_encoding(&raw_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&raw_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() { yaml_parser_delete(&raw_); }

  std::optional<Node> run() {
    while (true) {
      Event event;
      if (yaml_parser_parse(&raw_, &event.raw) == 0) {
        report_syntax();
        return std::nullopt;
      }
      if (event.raw.type == YAML_STREAM_END_EVENT) return std::move(builder_).root();
      if (!handle(event.raw)) return std::nullopt;
    }
  }

 private:
  bool handle(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT:
        return start_document(event);
      case YAML_SCALAR_EVENT:
        return add_scalar(event);
      case YAML_ALIAS_EVENT:
        return builder_.alias(text_of(event.data.alias.anchor), origin_of(event));
      case YAML_SEQUENCE_START_EVENT: {
        const auto& start = event.data.sequence_start;
        return refuse_tag(start.tag, event) &&
               builder_.open(Kind::Sequence, origin_of(event), text_of(start.anchor));
      }
      case YAML_MAPPING_START_EVENT: {
        const auto& start = event.data.mapping_start;
        return refuse_tag(start.tag, event) &&
               builder_.open(Kind::Mapping, origin_of(event), text_of(start.anchor));
      }
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        return builder_.close();
      case YAML_NO_EVENT:
      case YAML_STREAM_START_EVENT:
      case YAML_STREAM_END_EVENT:
      case YAML_DOCUMENT_END_EVENT:
        return true;
    }
    return true;
  }

  bool start_document(const yaml_event_t& event) {
    if (++documents_ == 1) return true;
    builder_.report(origin_of(event), "a second document starts here; a file holds one");
    return false;
  }

  bool add_scalar(const yaml_event_t& event) {
    const auto& raw = event.data.scalar;
    if (!refuse_tag(raw.tag, event)) return false;
    Scalar scalar{.text = {reinterpret_cast<const char*>(raw.value), raw.length},
                  .plain = raw.style == YAML_PLAIN_SCALAR_STYLE};
    Origin origin = origin_of(event);
    if (raw.style == YAML_LITERAL_SCALAR_STYLE) {
      place_literal(scalar.text, origin);
    } else {
      place_in_line(event, scalar, origin);
      if (origin.text_column == 0) place_lines(event, scalar.text, origin);
    }
    return builder_.scalar(std::move(scalar), std::move(origin), text_of(raw.anchor));
  }

  // The text stands as it is in the source if it is as wide as there: no escapes, no folding.
  static void place_in_line(const yaml_event_t& event, const Scalar& scalar, Origin& origin) {
    const int quote = scalar.plain ? 0 : 1;
    const auto width = event.end_mark.column - event.start_mark.column;
    if (event.start_mark.line != event.end_mark.line) return;
    if (static_cast<int>(width) != characters(scalar.text) + 2 * quote) return;
    origin.text_line = origin.line;
    origin.text_column = origin.column + quote;
  }

  // Of what is folded otherwise than in double quotes the lines are told to be where it begins.
  void place_lines(const yaml_event_t& event, std::string_view text, Origin& origin) {
    const auto count = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
    if (count == 1) return;
    std::vector<int> lines;
    if (event.data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE) {
      const std::string_view first = lines_.at(origin.line);
      const auto column = byte_of_character(first, static_cast<int>(event.start_mark.column));
      lines = lines_of_quoted([this](int line) { return lines_.at(line); }, origin.line, column);
    }
    if (lines.size() != count) lines.assign(count, origin.line);
    origin.text_lines = std::make_shared<const std::vector<int>>(std::move(lines));
  }

  // libyaml does not say how far a literal block is indented: its first line with content does.
  void place_literal(std::string_view text, Origin& origin) {
    int line = origin.line + 1;
    while (is_blank(text.substr(0, text.find('\n'))) && text.contains('\n')) {
      text.remove_prefix(text.find('\n') + 1);
      ++line;
    }
    const int indent = leading_spaces(lines_.at(line)) - leading_spaces(text);
    if (indent < 0) return;
    origin.text_line = origin.line + 1;
    origin.text_column = indent + 1;
  }

  bool refuse_tag(const yaml_char_t* tag, const yaml_event_t& event) {
    if (tag == nullptr) return true;
    return builder_.report(
        origin_of(event),
        fmt::format("tags ('{}') are not supported; quote text that starts with '!'",
                    text_of(tag)));
  }

  Origin origin_of(const yaml_event_t& event) const {
    return {.file = builder_.file(),
            .line = static_cast<int>(event.start_mark.line) + 1,
            .column = static_cast<int>(event.start_mark.column) + 1};
  }

  Location location(const yaml_mark_t& mark) const {
    return {.file = *builder_.file(),
            .line = static_cast<int>(mark.line) + 1,
            .column = static_cast<int>(mark.column) + 1};
  }

  void report_syntax() {
    if (raw_.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
    SyntaxError error{.problem = raw_.problem, .context = {}, .at = {}, .context_at = {}};
    if (raw_.error == YAML_READER_ERROR) {
      error.at = location_of_byte(*builder_.file(), text_, raw_.problem_offset);
    } else {
      error.at = location(raw_.problem_mark);
    }
    if (raw_.context != nullptr) {
      error.context = raw_.context;
      error.context_at = location(raw_.context_mark);
    }
    issues_.push_back(explain_syntax(error, text_));
  }

  std::string_view text_;
  Issues& issues_;
  Lines lines_;
  TreeBuilder builder_;
  int documents_ = 0;
  yaml_parser_t raw_{};
};

std::optional<Node> parse_checked(std::string_view text, const std::string& file, Issues& issues) {
  const auto refuse = [&](Location where, std::string why) {
    issues.push_back(make_issue(std::move(where), std::move(why)));
    return std::nullopt;
  };
  if (text.size() > kMaxBytes) {
    return refuse({.file = file}, fmt::format("the file is larger than {} bytes", kMaxBytes));
  }
  if (const auto at = find_directive(text)) {
    return refuse(location_of_byte(file, text, *at),
                  "directives (a line that starts with '%') are not supported");
  }
  const std::size_t issues_before = issues.size();
  auto root = Parser(text, file, issues).run();
  if (issues.size() == issues_before && (!root || root->is_null())) {
    return refuse({.file = file}, "the file is empty");
  }
  return root;
}

}  // namespace

std::optional<Node> parse_yaml(std::string_view text, const std::string& file_name,
                               Issues& issues) {
  Issues found;
  // The byte order mark that some editors put before UTF-8 would be a part of the first key.
  if (constexpr std::string_view kMark = "\xef\xbb\xbf"; text.starts_with(kMark)) {
    text.remove_prefix(kMark.size());
  }
  auto root = parse_checked(text, file_name, found);
  // Duplicates are found when their mapping ends, after those inside of it.
  std::ranges::sort(found);
  std::ranges::move(found, std::back_inserter(issues));
  return root;
}

std::expected<Node, Issues> parse_yaml(std::string_view text, const std::string& file_name) {
  Issues issues;
  auto root = parse_yaml(text, file_name, issues);
  if (!issues.empty()) return std::unexpected(std::move(issues));
  return *std::move(root);
}

std::expected<std::string, Issue> read_text_file(const std::string& path) {
  const auto refuse = [&](std::string why) {
    return std::unexpected(make_issue({.file = path}, std::move(why)));
  };
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (status.type() == std::filesystem::file_type::not_found)
    return refuse("there is no such file");
  if (std::filesystem::is_directory(status)) return refuse("this is a folder, not a file");
  // A FIFO would be waited for; what is no file at all may never end. A shell's <(...) is a FIFO
  // that somebody writes to.
  const bool is_given_by_shell = path.starts_with("/dev/fd/") ||
                                 path.starts_with("/proc/self/fd/") || path == "/dev/stdin" ||
                                 path == "/dev/null";
  if (!std::filesystem::is_regular_file(status) && !is_given_by_shell) {
    return refuse("this is no regular file");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return refuse("the file cannot be opened; may this user read it?");
  // Piece by piece: memory for the largest file would cost more time than most files.
  std::string text;
  std::array<char, 4096> piece{};
  while (text.size() <= kMaxBytes && file.read(piece.data(), piece.size()).gcount() > 0) {
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) return refuse("the file cannot be read to its end");
  text.resize(std::min(text.size(), kMaxBytes + 1));
  return text;
}

std::optional<Node> read_yaml_file(const std::filesystem::path& path, Issues& issues) {
  auto text = read_text_file(path.string());
  if (text) return parse_yaml(*text, path.string(), issues);
  issues.push_back(std::move(text.error()));
  return std::nullopt;
}

}  // namespace topoproof::document
