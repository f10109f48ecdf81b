# Installs the core as a C++ library: headers, archive and a CMake package.
include(CMakePackageConfigHelpers)
install(TARGETS pytrader_core EXPORT pytrader-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
# The options target carries only warnings and sanitizers; a static library must still name it when exported.
install(TARGETS pytrader_options EXPORT pytrader-targets)
install(DIRECTORY src/core/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/pytrader
  FILES_MATCHING PATTERN "*.hpp" PATTERN "bindings" EXCLUDE)
install(EXPORT pytrader-targets NAMESPACE pytrader:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/pytrader
  FILE pytrader-config.cmake)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/pytrader-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/pytrader-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/pytrader)
