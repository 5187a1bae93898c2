# SPDX-License-Identifier: GPL-2.0-or-later
# topoproof_module(NAME SOURCES .. [DEPS ..] [LINK ..] [TESTS ..] [KERNEL_TESTS ..] [FAULTS ..])
# in framework/NAME/CMakeLists.txt.
#
# A module is one static library with its tests beside it. DEPS are modules, LINK are external
# libraries (linked PRIVATE: no public header includes theirs). A module may depend only on modules
# of a strictly lower layer; a wrong dependency stops the configuration. FAULTS are sources with
# mistakes that tests can plant (base/planted_fault.hh).

set(topoproof_layers
  base=0
  sys=1 packet=1 flow=1 document=1 state=1 xtables=1
  firewall=2 netlink=2 capture=2 impair=2 skb=2 routing=2
  topology=3 nft=3 listing=3 probe=3 relay=3 conntrack=3
  topofile=4 drawing=4 plan=4 evidence=4 machine=4 netfilter=4 generator=4 service=4
  rules=5 sim=5 explain=5 scenario=5
  lab=6 checks=6
  runner=7 snapshot=7
  compare=8 report=8 live=8 campaign=8 testing=9 mutation=9
  program=10)

function(topoproof_layer name result)
  foreach(entry IN LISTS topoproof_layers)
    if(entry MATCHES "^${name}=([0-9]+)$")
      set(${result} ${CMAKE_MATCH_1} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "module '${name}' is not in the layer table of TopoproofModule.cmake")
endfunction()

function(topoproof_check_layers name)
  topoproof_layer(${name} own)
  foreach(dep IN LISTS ARGN)
    topoproof_layer(${dep} lower)
    if(NOT lower LESS own)
      message(FATAL_ERROR
        "module '${name}' (layer ${own}) must not use '${dep}' (layer ${lower}): only lower layers")
    endif()
  endforeach()
endfunction()

# Of targets whose sources are compiled in one piece (CMAKE_UNITY_BUILD): the C library's header
# comes first, then <linux/in.h> leaves out what both declare.
function(topoproof_prepare_unity target)
  set_target_properties(${target} PROPERTIES
    UNITY_BUILD_CODE_BEFORE_INCLUDE "#include <netinet/in.h>")
endfunction()

function(topoproof_tests target label)
  cmake_parse_arguments(arg "" "MAIN" "SOURCES;DEPS;LINK" ${ARGN})
  add_executable(${target} ${arg_SOURCES})
  topoproof_prepare_unity(${target})
  target_link_libraries(${target} PRIVATE ${arg_DEPS} ${arg_LINK} ${arg_MAIN} GTest::gtest topoproof_flags)
  gtest_discover_tests(${target}
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
    NO_PRETTY_VALUES
    DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${label} TIMEOUT 120
               SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
endfunction()

# The main function of all kernel tests, which enters a namespace before anything else.
function(topoproof_kernel_test_main)
  if(NOT TARGET topoproof_kernel_test_main)
    add_library(topoproof_kernel_test_main STATIC ${PROJECT_SOURCE_DIR}/framework/sys/kernel_test_main.cc)
    target_link_libraries(topoproof_kernel_test_main
      PUBLIC topoproof::sys GTest::gtest PRIVATE topoproof_flags)
  endif()
endfunction()

function(topoproof_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS;LINK;TESTS;KERNEL_TESTS;FAULTS" ${ARGN})
  topoproof_check_layers(${name} ${arg_DEPS})
  list(TRANSFORM arg_DEPS PREPEND topoproof::)

  add_library(topoproof_${name} STATIC ${arg_SOURCES})
  add_library(topoproof::${name} ALIAS topoproof_${name})
  topoproof_prepare_unity(topoproof_${name})
  set_target_properties(topoproof_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(topoproof_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/framework>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/topoproof>)
  target_link_libraries(topoproof_${name} PUBLIC ${arg_DEPS} PRIVATE ${arg_LINK} topoproof_flags)
  target_compile_features(topoproof_${name} PUBLIC cxx_std_23)
  target_compile_options(topoproof_${name} PRIVATE ${TOPOPROOF_MODULE_OPTIONS})
  set_property(GLOBAL APPEND PROPERTY topoproof_modules ${name})

  if(TOPOPROOF_PLANTED_FAULTS AND arg_FAULTS)
    set_source_files_properties(${arg_FAULTS} PROPERTIES COMPILE_DEFINITIONS TOPOPROOF_PLANTED_FAULTS)
  endif()

  if(TOPOPROOF_BUILD_TESTS AND arg_TESTS)
    topoproof_tests(${name}_unit_test unit SOURCES ${arg_TESTS}
      DEPS topoproof::${name} LINK ${arg_LINK} fmt::fmt MAIN GTest::gtest_main)
  endif()
  if(TOPOPROOF_BUILD_TESTS AND arg_KERNEL_TESTS)
    topoproof_kernel_test_main()
    topoproof_tests(${name}_kernel_test kernel SOURCES ${arg_KERNEL_TESTS}
      DEPS topoproof::${name} LINK ${arg_LINK} fmt::fmt MAIN topoproof_kernel_test_main)
  endif()
endfunction()
