# dhow_version: the version of CMakeLists.txt and what `git describe` says of the tree, in a source
# file of its own, so that a commit recompiles one file. Included by the build, and run by it as a
# script (cmake -P) to write that file.

if(CMAKE_SCRIPT_MODE_FILE)
    execute_process(COMMAND git describe --always --dirty --tags
        WORKING_DIRECTORY ${SOURCE} OUTPUT_VARIABLE DHOW_BUILD
        OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT DHOW_BUILD)
        set(DHOW_BUILD "unknown")
    endif()
    configure_file(${SOURCE}/scripts/cmake/version.cpp.in ${OUTPUT} @ONLY)
    return()
endif()

set(generated ${CMAKE_BINARY_DIR}/generated)
configure_file(${CMAKE_SOURCE_DIR}/scripts/cmake/version.hpp.in ${generated}/dhow_version.hpp @ONLY)
add_custom_target(dhow_version_source
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR} -DVERSION=${PROJECT_VERSION}
            -DOUTPUT=${generated}/dhow_version.cpp
            -P ${CMAKE_SOURCE_DIR}/scripts/cmake/version.cmake
    COMMENT "Asking git for the version"
    BYPRODUCTS ${generated}/dhow_version.cpp VERBATIM)
add_library(dhow_version STATIC ${generated}/dhow_version.cpp)
add_dependencies(dhow_version dhow_version_source)
target_include_directories(dhow_version PUBLIC ${generated})
target_link_libraries(dhow_version PRIVATE dhow_flags)
