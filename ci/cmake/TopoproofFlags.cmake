# SPDX-License-Identifier: GPL-2.0-or-later
# One INTERFACE target carries language level, warnings and sanitizers; no global flag is touched.
add_library(topoproof_flags INTERFACE)
target_compile_features(topoproof_flags INTERFACE cxx_std_23)
set(CMAKE_CXX_EXTENSIONS OFF)

set(topoproof_warnings
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wnull-dereference
  -Wimplicit-fallthrough -Wswitch-enum)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Designated initializers leave members to their defaults on purpose: that is what they are for.
  list(APPEND topoproof_warnings -Wno-missing-field-initializers)
  # What GCC 12 infers from optimised std::optional, std::string and std::vector is wrong (its bugs
  # 105651, 105562, 80635); the build of developers keeps these warnings.
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug" OR TOPOPROOF_MODULE_OPTIONS)
    list(APPEND topoproof_warnings
      -Wno-restrict -Wno-stringop-overread -Wno-maybe-uninitialized -Wno-null-dereference)
  endif()
  if(CMAKE_UNITY_BUILD)
    # It takes a source that is included for a header.
    list(APPEND topoproof_warnings -Wno-subobject-linkage)
  endif()
else()
  list(APPEND topoproof_warnings -Wno-missing-designated-field-initializers)
  # libstdc++ 12 deprecates what its own std::stable_sort is made of.
  list(APPEND topoproof_warnings -Wno-deprecated-declarations)
endif()
if(TOPOPROOF_WERROR)
  list(APPEND topoproof_warnings -Werror)
endif()
target_compile_options(topoproof_flags INTERFACE "$<BUILD_INTERFACE:${topoproof_warnings}>")

# GNU ld takes five times as long, which in a debug build is a quarter of the whole. Mold takes more
# from archives than what is undefined: for targets with TOPOPROOF_GNU_LD that is too much.
find_program(TOPOPROOF_MOLD mold)
if(TOPOPROOF_MOLD AND CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_link_options(topoproof_flags INTERFACE
    $<BUILD_INTERFACE:$<$<NOT:$<BOOL:$<TARGET_PROPERTY:TOPOPROOF_GNU_LD>>>:-fuse-ld=mold>>)
endif()

if(TOPOPROOF_SANITIZE)
  set(sanitize -fsanitize=${TOPOPROOF_SANITIZE} -fno-omit-frame-pointer
               $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize-recover=all>)
  target_compile_options(topoproof_flags INTERFACE "$<BUILD_INTERFACE:${sanitize}>")
  target_link_options(topoproof_flags INTERFACE "$<BUILD_INTERFACE:-fsanitize=${TOPOPROOF_SANITIZE}>")
endif()
if(TOPOPROOF_FUZZ_ENGINE STREQUAL "libfuzzer" AND NOT TOPOPROOF_SANITIZE)
  # For speed. With sanitizers the engine learns from comparisons, which finds magic numbers.
  target_compile_options(topoproof_flags INTERFACE "$<BUILD_INTERFACE:-fno-sanitize-coverage=trace-cmp>")
endif()
if(TOPOPROOF_FUZZ_ENGINE STREQUAL "libfuzzer")
  # Every module is instrumented; only the fuzz targets link the engine's main. After each input the
  # engine looks at the counters of all code that is linked: what a target cannot call is left out.
  target_compile_options(topoproof_flags INTERFACE
    "$<BUILD_INTERFACE:-fsanitize=fuzzer-no-link;-ffunction-sections;-fdata-sections>")
  target_link_options(topoproof_flags INTERFACE
    "$<BUILD_INTERFACE:-fsanitize=fuzzer-no-link;LINKER:--gc-sections>")
endif()
