# coverage_report: lines and branches of the pure parts, after the tests have run; fails below
# 90 % of the branches.
if(DHOW_COVERAGE)
    add_custom_target(coverage_report
        COMMAND ${CMAKE_SOURCE_DIR}/scripts/cmake/coverage_report
                ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR} 90
        USES_TERMINAL VERBATIM)
endif()
