// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/apply_line.hh"

#include <exception>

#include "base/printable.hh"
#include "live/refusal.hh"
#include "sys/files.hh"
#include "sys/output.hh"

namespace topoproof::live {
namespace {

constexpr int kInputWrong = 2;
constexpr int kNotDone = 3;

int tell(const std::exception& refused, int code) {
  sys::print(sys::Stream::Error, "topoproof: " + printable_lines(refused.what()));
  return code;
}

std::optional<Client> connect(const std::string& lab) {
  try {
    const StateFolder state = StateFolder::of_user();
    return Client(state, choose_lab(state, lab.empty() ? std::nullopt : std::optional(lab)));
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

std::optional<ApplyLine> parse_apply_line(std::span<const std::string> arguments,
                                          const std::string& lab) {
  if (arguments.size() < 2 || arguments[0] != "apply") return std::nullopt;
  ApplyLine line{.lab = lab, .file = {}};
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    const bool has_value = i + 1 < arguments.size();
    if (word == "--dry-run") {
      line.dry_run = true;
    } else if ((word == "-l" || word == "--lab") && has_value) {
      line.lab = arguments[++i];
    } else if (word == "--variant" && has_value) {
      line.variants.push_back(arguments[++i]);
    } else if (word.empty() || word.starts_with('-') || !line.file.empty()) {
      return std::nullopt;
    } else {
      line.file = word;
    }
  }
  return line.file.empty() ? std::nullopt : std::optional(line);
}

std::string apply(Client& client, const ApplyLine& line) {
  const sys::Fd folder = sys::open_folder(".");
  const int descriptor = folder.get();
  return client.ask(
      {.verb = Verb::Apply, .file = line.file, .variants = line.variants, .dry_run = line.dry_run},
      {&descriptor, 1});
}

std::optional<int> execute(const ApplyLine& line) {
  auto client = connect(line.lab);
  if (!client) return std::nullopt;
  try {
    sys::print(sys::Stream::Out, apply(*client, line));
    return 0;
  } catch (const Refusal& refused) {
    return tell(refused, kInputWrong);
  } catch (const std::exception& failed) {
    return tell(failed, kNotDone);
  }
}

}  // namespace topoproof::live
