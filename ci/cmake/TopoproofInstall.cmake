# SPDX-License-Identifier: GPL-2.0-or-later
# Headers, static libraries, topologies, scenarios and a package that find_package(topoproof) finds.
include(CMakePackageConfigHelpers)
get_property(modules GLOBAL PROPERTY topoproof_modules)
list(TRANSFORM modules PREPEND topoproof_ OUTPUT_VARIABLE module_targets)
install(TARGETS ${module_targets} topoproof_flags EXPORT topoproofTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY framework/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/topoproof
        FILES_MATCHING PATTERN "*.hh")
install(DIRECTORY topologies scenarios DESTINATION ${CMAKE_INSTALL_DATADIR}/topoproof
        COMPONENT program)
# Beside each other as in framework/: one refers to the other.
install(FILES framework/topofile/topology.schema.json
        DESTINATION ${CMAKE_INSTALL_DATADIR}/topoproof/schemas/topofile COMPONENT program)
install(FILES framework/scenario/scenario.schema.json
        DESTINATION ${CMAKE_INSTALL_DATADIR}/topoproof/schemas/scenario COMPONENT program)
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

# The Debian package: the program and what belongs to it, not the library.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME topoproof)
set(CPACK_PACKAGE_CONTACT "The topoproof developers <topoproof@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Loaded when needed, which SHLIBDEPS does not see.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libpcap0.8 (>= 1.10.3), libnftables1 (>= 1.0.6)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "iptables, nftables, iproute2")
include(CPack)
