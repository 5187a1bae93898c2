// SPDX-License-Identifier: GPL-2.0-or-later
#include "netfilter/text.hh"

#include <atomic>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "netfilter/nft_process.hh"
#include "sys/error.hh"
#include "sys/fd.hh"
#include "sys/files.hh"

namespace topoproof::netfilter {
namespace {

// libnftables names line and column only of what it reads from a file.
sys::Fd text_file(const std::string& text) {
  sys::Fd file(sys::check_result(::memfd_create("ruleset", MFD_CLOEXEC), "hold a ruleset"));
  for (std::string_view rest = text; !rest.empty();) {
    const auto written = ::write(file.get(), rest.data(), rest.size());
    if (written < 0) sys::throw_errno("hold a ruleset");
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return file;
}

// `include "./x"` counts from there.
sys::Fd directory_of(const std::string& file) {
  const auto directory = std::filesystem::path(file).parent_path();
  return sys::open_folder(directory.empty() ? "." : directory);
}

std::optional<int> take_number(std::string_view& text) {
  int number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  return number;
}

// "FILE:4:22-22: Error: TEXT", or "Error: TEXT" where libnftables has no place.
class ErrorText {
 public:
  ErrorText(std::string own_name, const TextSource& source)
      : own_name_(std::move(own_name)), source_(source) {}

  Issues parse(std::string_view text) const {
    Issues issues;
    while (!text.empty()) {
      const auto end = text.find('\n');
      if (auto issue = parse_line(text.substr(0, end))) issues.push_back(*std::move(issue));
      if (end == std::string_view::npos) break;
      text.remove_prefix(end + 1);
    }
    return issues;
  }

 private:
  static constexpr std::string_view kMark = "Error: ";

  // The lines between quote the text and point into it: the place says the same.
  std::optional<Issue> parse_line(std::string_view line) const {
    const auto mark = line.find(kMark);
    if (mark == std::string_view::npos) return std::nullopt;
    Location where{.file = source_.file};
    if (mark > 0) {
      const auto place = parse_place(line.substr(0, mark));
      if (!place) return std::nullopt;
      where = *place;
    }
    return make_issue(where, std::string(line.substr(mark + kMark.size())));
  }

  std::optional<Location> parse_place(std::string_view place) const {
    // From the end: a file's name may have colons.
    if (!place.ends_with(": ")) return std::nullopt;
    place.remove_suffix(2);
    const auto columns = place.rfind(':');
    if (columns == std::string_view::npos || columns == 0) return std::nullopt;
    const auto lines = place.rfind(':', columns - 1);
    if (lines == std::string_view::npos) return std::nullopt;
    auto line_text = place.substr(lines + 1);
    auto column_text = place.substr(columns + 1);
    const auto line = take_number(line_text);
    const auto column = take_number(column_text);
    if (!line || !column) return std::nullopt;
    const auto file = place.substr(0, lines);
    if (file != own_name_) return Location{std::string(file), *line, *column};
    return Location{source_.file, *line + source_.first_line - 1, *column};
  }

  std::string own_name_;
  const TextSource& source_;
};

std::uint64_t next_conversation() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

}  // namespace

TextLoader::TextLoader(const sys::Netns& netns)
    : netns_(netns.dup()), conversation_(next_conversation()) {}
TextLoader::TextLoader(TextLoader&&) noexcept = default;
TextLoader& TextLoader::operator=(TextLoader&& other) noexcept {
  std::swap(netns_, other.netns_);
  std::swap(conversation_, other.conversation_);
  std::swap(process_, other.process_);
  return *this;
}
TextLoader::~TextLoader() {
  if (process_) process_->close(conversation_);
}

Issues TextLoader::load(const std::string& text, const TextSource& source) {
  // libnftables wants the last line to be ended.
  const sys::Fd content = text_file(text.ends_with('\n') ? text : text + '\n');
  const sys::Fd directory = directory_of(source.file);
  if (!process_ || !process_->is_usable()) process_ = NftProcess::shared();
  try {
    const auto [file, said] = process_->load(conversation_, netns_, {content, directory});
    auto issues = ErrorText(file, source).parse(said);
    if (issues.empty() && !file.empty()) {
      issues.push_back(
          make_issue({.file = source.file}, fmt::format("nft refuses the text: {}", said)));
    }
    return issues;
  } catch (const NftCrash& crash) {
    return {make_issue({.file = source.file},
                       fmt::format("nft's library crashed on this text ({})", crash.what()))};
  }
}

Issues load_text(const sys::Netns& netns, const std::string& text, const TextSource& source) {
  return TextLoader(netns).load(text, source);
}

Issues load_file(const sys::Netns& netns, const std::filesystem::path& file) {
  const auto text = sys::read_file(file);
  if (!text) return {make_issue({.file = file}, "the file cannot be read")};
  return load_text(netns, *text, {.file = file, .first_line = 1});
}

std::string list_ruleset_text(const sys::Netns& netns, Listing listing) {
  try {
    return NftProcess::shared()->list(netns, listing == Listing::Stateless);
  } catch (const NftCrash& crash) {
    throw sys::SystemError(
        EIO, fmt::format("list the ruleset: nft's library crashed ({})", crash.what()));
  }
}

}  // namespace topoproof::netfilter
