# coverage_report: lines and branches of the pure parts, after the tests have run.
if(DHOW_COVERAGE)
    find_program(GCOVR_PROGRAM gcovr REQUIRED)
    add_custom_target(coverage_report
        COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/coverage
        COMMAND ${GCOVR_PROGRAM} --root ${CMAKE_SOURCE_DIR} --object-directory ${CMAKE_BINARY_DIR}
                --filter ${CMAKE_SOURCE_DIR}/protocol/ --filter ${CMAKE_SOURCE_DIR}/daemon/route/
                --exclude-throw-branches --print-summary --txt
                --html-details ${CMAKE_BINARY_DIR}/coverage/index.html
        WORKING_DIRECTORY ${CMAKE_BINARY_DIR} USES_TERMINAL VERBATIM)
endif()
