// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutation/address_operators.hh"

#include <fmt/format.h>

#include "mutation/operators.hh"

namespace topoproof::mutation {
namespace {

using topology::Addresses;
using EditAddresses = std::function<void(Addresses&)>;

struct Resized {
  int length;
  std::string_view what;
};

// A mask that was forgotten is that of a single host: ip-address(8).
std::vector<Resized> resized(const InterfaceAddress& address) {
  const int most = address_bits(address.family());
  std::vector<Resized> lengths;
  if (address.length > 1) lengths.push_back({address.length - 1, "prefix - 1"});
  if (address.length < most) lengths.push_back({most, "prefix forgotten"});
  if (address.length + 1 < most) lengths.push_back({address.length + 1, "prefix + 1"});
  return lengths;
}

}  // namespace

void add_address_mutants(const Addresses& addresses, const std::string& place,
                         const std::function<void(Network&, const EditAddresses&)>& edit,
                         std::vector<Mutant>& out) {
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const auto& [address, where] = addresses[i];
    const auto add = [&](std::string_view what, const EditAddresses& change) {
      out.push_back({mutant_name(place, where, fmt::format("{}: {}", what, to_string(address))),
                     [edit, change](Network& planted) { edit(planted, change); }});
    };
    add("address left out",
        [i](Addresses& all) { all.erase(all.begin() + static_cast<std::ptrdiff_t>(i)); });
    for (const Resized& other : resized(address)) {
      add(other.what, [i, length = other.length](Addresses& all) { all[i].value.length = length; });
    }
  }
}

}  // namespace topoproof::mutation
