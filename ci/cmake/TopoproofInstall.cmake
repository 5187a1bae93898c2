# SPDX-License-Identifier: GPL-2.0-or-later
# Headers, static libraries, topologies, scenarios and a package that find_package(topoproof) finds.
include(CMakePackageConfigHelpers)
get_property(modules GLOBAL PROPERTY topoproof_modules)
list(TRANSFORM modules PREPEND topoproof_ OUTPUT_VARIABLE module_targets)
install(TARGETS ${module_targets} topoproof_flags EXPORT topoproofTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY framework/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/topoproof
        FILES_MATCHING PATTERN "*.hh")
install(DIRECTORY topologies scenarios DESTINATION ${CMAKE_INSTALL_DATADIR}/topoproof)
# Beside each other as in framework/: one refers to the other.
install(FILES framework/topofile/topology.schema.json
        DESTINATION ${CMAKE_INSTALL_DATADIR}/topoproof/schemas/topofile)
install(FILES framework/scenario/scenario.schema.json
        DESTINATION ${CMAKE_INSTALL_DATADIR}/topoproof/schemas/scenario)
install(EXPORT topoproofTargets NAMESPACE topoproof::
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/topoproof)
configure_package_config_file(ci/cmake/topoproofConfig.cmake.in
  ${PROJECT_BINARY_DIR}/topoproofConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/topoproof)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/topoproofConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/topoproofConfig.cmake
              ${PROJECT_BINARY_DIR}/topoproofConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/topoproof)
