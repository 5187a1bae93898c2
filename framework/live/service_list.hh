// SPDX-License-Identifier: GPL-2.0-or-later
// How the services of a lab are, as its holder writes it down whenever that changes: who asks need
// not wait for a holder that is busy.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "service/services.hh"

namespace topoproof::live {

// The folder of their logs in the lab's.
std::filesystem::path logs_of(const std::filesystem::path& lab_folder);

void save_services(const std::filesystem::path& lab_folder,
                   const std::vector<service::Status>& services);  // THROWS: sys::SystemError
// RETURNS: none, too, if it cannot be read.
std::vector<service::Status> load_services(const std::filesystem::path& lab_folder);

// Of those that have failed, a sentence each; empty: there are none.
std::string services_trouble(const std::filesystem::path& lab_folder);

std::string to_json(const std::vector<service::Status>& services);  // a list

// Of a node, all or the one that is named. THROWS: Refusal if there is none
std::vector<service::Status> services_named(const std::filesystem::path& lab_folder,
                                            const std::string& node, const std::string& service);

// What the services of a node have printed, or the one that is named, as far as it is kept. With
// several, each under a heading. THROWS: Refusal if there is none
std::string logs_text(const std::filesystem::path& lab_folder, const std::string& node,
                      const std::string& service);

}  // namespace topoproof::live
