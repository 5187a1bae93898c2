// SPDX-License-Identifier: GPL-2.0-or-later
// Which checks of a scenario are meant: the scenario that is run holds no others.
#pragma once

#include <string>

#include "scenario/name_expression.hh"
#include "scenario/scenario.hh"

namespace topoproof::program {

// The scenario with the checks that `expression` matches, by the scenario's name, its file or the
// check's name. Changes stay, since later checks stand on them; steps behind the last check go.
scenario::Scenario select(scenario::Scenario scenario, const scenario::NameExpression& expression);

bool has_checks(const scenario::Scenario& scenario);

// "FILE: NAME" and one indented line for each check.
std::string list_text(const scenario::Scenario& scenario);

}  // namespace topoproof::program
