// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/source_state.hh"

#include <array>
#include <cstdint>
#include <filesystem>
#include <vector>

#include <fcntl.h>
#include <sha256.h>

#include "base/bytes.hh"
#include "rules/includes.hh"
#include "sys/fd.hh"
#include "sys/files.hh"

namespace topoproof::rules {
namespace {

std::vector<std::filesystem::path> places_of(const std::string& file, const std::string& beside) {
  const std::filesystem::path path(file);
  if (path.is_absolute()) return {path};
  const std::filesystem::path folder(beside);
  return {path, folder / path, folder / path.filename()};
}

}  // namespace

std::string sha256(std::string_view text) {
  std::array<char, SHA256_DIGEST_STRING_LENGTH> digits{};
  const auto bytes = as_view(text);
  // NOLINTNEXTLINE: the library's bytes are uint8_t
  SHA256Data(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), digits.data());
  return digits.data();
}

std::optional<std::string> hash_of_file(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  const sys::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.is_open()) return std::nullopt;
  const auto text = sys::read_at_most(fd, kMostIncludedBytes + 1);
  if (!text || text->size() > kMostIncludedBytes) return std::nullopt;
  return sha256(*text);
}

bool stands_within(const Location& where) {
  return where.line > 1 || where.file.ends_with(".yaml") || where.file.ends_with(".yml");
}

std::string hash_of(const Source& source) {
  if (stands_within(source.where)) {
    if (auto hash = hash_of_file(source.where.file)) return *std::move(hash);
  }
  return sha256(source.text);
}

SourceState state_of(const std::string& file, std::string_view hash, const std::string& beside) {
  auto state = SourceState::Missing;
  for (const auto& place : places_of(file, beside)) {
    const auto found = hash_of_file(place.string());
    if (found == hash) return SourceState::Same;
    if (found) state = SourceState::Changed;
  }
  return state;
}

}  // namespace topoproof::rules
