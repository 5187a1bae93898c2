// SPDX-License-Identifier: GPL-2.0-or-later
#include "netfilter/libnftables.hh"

namespace topoproof::netfilter {

Libnftables::Libnftables(const sys::SharedLibrary& library) {
  library.load(ctx_add_include_path, "nft_ctx_add_include_path");
  library.load(ctx_buffer_error, "nft_ctx_buffer_error");
  library.load(ctx_buffer_output, "nft_ctx_buffer_output");
  library.load(ctx_free, "nft_ctx_free");
  library.load(ctx_get_error_buffer, "nft_ctx_get_error_buffer");
  library.load(ctx_get_output_buffer, "nft_ctx_get_output_buffer");
  library.load(ctx_new, "nft_ctx_new");
  library.load(ctx_output_set_debug, "nft_ctx_output_set_debug");
  library.load(ctx_output_set_flags, "nft_ctx_output_set_flags");
  library.load(run_cmd_from_buffer, "nft_run_cmd_from_buffer");
  library.load(run_cmd_from_filename, "nft_run_cmd_from_filename");
}

const Libnftables& libnftables() {
  static const Libnftables functions(sys::SharedLibrary("libnftables.so.1"));
  return functions;
}

}  // namespace topoproof::netfilter
