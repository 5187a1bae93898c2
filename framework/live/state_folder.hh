// SPDX-License-Identifier: GPL-2.0-or-later
// Where running labs are known by name: a folder of the user's own with a folder for each lab.
//
//   $XDG_RUNTIME_DIR/topoproof (or /tmp/topoproof-UID)
//     .lock            held for a moment by whoever adds or removes labs
//     NAME/lock        held by the lab's holder as long as it lives: the proof of its life
//     NAME/holder      the holder's number, for as long as there is no socket yet (starting.hh)
//     NAME/socket      where the holder is asked
//     NAME/record      what the lab is (record.hh)
//     NAME/log         what the holder had to say
//     NAME/services    how its services are (service_list.hh)
//     NAME/logs        what they print, each in a file
//     NAME/hosts, ...  what programs in its nodes find names by (service/hosts.hh)
//
// A lab needs none of it to end: what is left of one that was killed is this folder, and nothing
// else.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sys/fd.hh"

namespace topoproof::live {

// Letters, digits, '-', '_' and '.', at most 64, not beginning with '-' or '.'.
bool is_lab_name(std::string_view name);

// A lab's folder, claimed by this process: it holds the lock.
struct Claim {
  std::filesystem::path folder;
  sys::Fd lock;
};

class StateFolder {
 public:
  // Makes the folder if need be. THROWS: sys::SystemError; Refusal if it is another user's, or
  // others may write there.
  explicit StateFolder(std::filesystem::path path);
  static StateFolder of_user();

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path folder_of(const std::string& name) const { return path_ / name; }

  std::vector<std::string> names() const;  // sorted; those of dead labs too
  bool is_alive(const std::string& name) const;

  // A fresh folder; what is left of a dead lab of that name is removed.
  // THROWS: Refusal if the name is none, or in use; sys::SystemError
  Claim claim(const std::string& name) const;
  // The lab has ended, or was never built.
  void release(const Claim& claim) const;
  void remove_dead(const std::string& name) const;  // nothing if it lives. THROWS: SystemError
  // Removes the folders of labs that have died. RETURNS: their names. THROWS: sys::SystemError
  std::vector<std::string> collect() const;

 private:
  sys::Fd lock() const;

  std::filesystem::path path_;
};

}  // namespace topoproof::live
