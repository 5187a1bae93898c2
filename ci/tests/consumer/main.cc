// SPDX-License-Identifier: GPL-2.0-or-later
#include <iostream>

#include "flow/flow.hh"

int main() { std::cout << to_string(topoproof::flow::Service::parse("tcp/80").value()) << '\n'; }
