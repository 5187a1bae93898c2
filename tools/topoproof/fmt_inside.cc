// SPDX-License-Identifier: GPL-2.0-or-later
// libfmt as a part of the launcher, which is linked statically; Debian packages no static libfmt.
// What its header declares and no header defines is made here.
#include <fmt/format-inl.h>

template char fmt::detail::decimal_point_impl<char>(fmt::detail::locale_ref);
template fmt::detail::thousands_sep_result<char> fmt::detail::thousands_sep_impl<char>(
    fmt::detail::locale_ref);
