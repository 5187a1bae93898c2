// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/program.hh"

int main(int argc, char** argv) { return topoproof::program::run_program({argv + 1, argv + argc}); }
