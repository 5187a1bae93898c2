// SPDX-License-Identifier: GPL-2.0-or-later
// libnftables' functions, of libnftables(3), loaded with the first text of rules: it brings
// libxtables, jansson and gmp, of which a topology without such text needs nothing. Internal to
// the module.
#pragma once

#include <memory>

#include <nftables/libnftables.h>

#include "sys/shared_library.hh"

namespace topoproof::netfilter {

struct Libnftables {
  explicit Libnftables(const sys::SharedLibrary& library);

  decltype(&::nft_ctx_add_include_path) ctx_add_include_path;
  decltype(&::nft_ctx_buffer_error) ctx_buffer_error;
  decltype(&::nft_ctx_buffer_output) ctx_buffer_output;
  decltype(&::nft_ctx_free) ctx_free;
  decltype(&::nft_ctx_get_error_buffer) ctx_get_error_buffer;
  decltype(&::nft_ctx_get_output_buffer) ctx_get_output_buffer;
  decltype(&::nft_ctx_new) ctx_new;
  decltype(&::nft_ctx_output_set_debug) ctx_output_set_debug;
  decltype(&::nft_ctx_output_set_flags) ctx_output_set_flags;
  decltype(&::nft_run_cmd_from_buffer) run_cmd_from_buffer;
  decltype(&::nft_run_cmd_from_filename) run_cmd_from_filename;
};

const Libnftables& libnftables();  // THROWS: SystemError if it cannot be loaded

struct ContextFreer {
  void operator()(nft_ctx* context) const noexcept { libnftables().ctx_free(context); }
};
using UniqueContext = std::unique_ptr<nft_ctx, ContextFreer>;

}  // namespace topoproof::netfilter
