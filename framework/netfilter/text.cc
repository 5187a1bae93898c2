// SPDX-License-Identifier: GPL-2.0-or-later
#include "netfilter/text.hh"

#include <charconv>
#include <mutex>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <nftables/libnftables.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include "nft/unique_c.hh"
#include "sys/error.hh"
#include "sys/fd.hh"
#include "sys/files.hh"

namespace topoproof::netfilter {
namespace {

using UniqueContext = nft::UniqueC<nft_ctx, nft_ctx_free>;

// libnftables keeps the interfaces' names and numbers in one list for the whole process, while a
// text is loaded: two threads at once would get the numbers of each other's namespace.
std::unique_lock<std::mutex> only_user_of_libnftables() {
  static std::mutex mutex;
  return std::unique_lock(mutex);
}

// libnftables names line and column only of what it reads from a file.
class TextFile {
 public:
  explicit TextFile(const std::string& text)
      : fd_(sys::check_result(::memfd_create("ruleset", MFD_CLOEXEC), "hold a ruleset")) {
    for (std::string_view rest = text; !rest.empty();) {
      const auto written = ::write(fd_.get(), rest.data(), rest.size());
      if (written < 0) sys::throw_errno("hold a ruleset");
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  std::string name() const { return fmt::format("/proc/thread-self/fd/{}", fd_.get()); }

 private:
  sys::Fd fd_;
};

// `include "./x"` counts from the working directory. This thread alone gets one of its own.
void enter_directory(const std::filesystem::path& directory) {
  if (directory.empty()) return;
  sys::check_result(::unshare(CLONE_FS), "have a working directory of the thread's own");
  sys::check_result(::chdir(directory.c_str()), "enter the directory of the ruleset");
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

UniqueContext make_context() {
  UniqueContext context(nft_ctx_new(NFT_CTX_DEFAULT));
  nft_ctx_buffer_error(context.get());
  nft_ctx_buffer_output(context.get());
  nft_ctx_add_include_path(context.get(), ".");
  return context;
}

Issues load_here(nft_ctx& context, const std::string& text, const TextSource& source) {
  const auto directory = std::filesystem::path(source.file).parent_path();
  enter_directory(directory);
  const TextFile file(text);
  if (nft_run_cmd_from_filename(&context, file.name().c_str()) == 0) return {};
  const std::string_view said = nft_ctx_get_error_buffer(&context);
  auto issues = ErrorText(file.name(), source).parse(said);
  if (issues.empty()) {
    issues.push_back(
        make_issue({.file = source.file}, fmt::format("nft refuses the text: {}", said)));
  }
  return issues;
}

}  // namespace

struct TextLoader::Context {
  UniqueContext nft;

  ~Context() {
    const auto lock = only_user_of_libnftables();
    nft.reset();
  }
};

TextLoader::TextLoader(const sys::Netns& netns) : netns_(netns.dup()) {
  sys::run_in(netns_, [&] {
    const auto lock = only_user_of_libnftables();
    context_ = std::make_unique<Context>(make_context());
  });
}
TextLoader::TextLoader(TextLoader&&) noexcept = default;
TextLoader& TextLoader::operator=(TextLoader&&) noexcept = default;
TextLoader::~TextLoader() = default;

Issues TextLoader::load(const std::string& text, const TextSource& source) {
  // libnftables wants the last line to be ended.
  const auto whole = text.ends_with('\n') ? text : text + '\n';
  return sys::call_in(netns_, [&] {
    const auto lock = only_user_of_libnftables();
    return load_here(*context_->nft, whole, source);
  });
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
  return sys::call_in(netns, [&] {
    const auto lock = only_user_of_libnftables();
    const UniqueContext context = make_context();
    if (listing == Listing::Stateless) {
      nft_ctx_output_set_flags(context.get(), NFT_CTX_OUTPUT_STATELESS);
    }
    if (nft_run_cmd_from_buffer(context.get(), "list ruleset") != 0) {
      throw sys::SystemError(
          EIO, fmt::format("list the ruleset: {}", nft_ctx_get_error_buffer(context.get())));
    }
    return std::string(nft_ctx_get_output_buffer(context.get()));
  });
}

}  // namespace topoproof::netfilter
