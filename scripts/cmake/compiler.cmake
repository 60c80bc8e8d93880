# Language level, warnings, hardening and sanitizers: one INTERFACE target, dhow_flags, used by
# every target of the project.

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # What precompiled headers need; it changes nothing else.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()

add_library(dhow_flags INTERFACE)
target_include_directories(dhow_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(dhow_flags INTERFACE
    # Designated initialisers name what differs from the defaults; what they leave out is meant.
    -Wall -Wextra -Wconversion -Wno-missing-field-initializers -Werror
    # Of several files at once, one's names shadow another's: builds of single files look for it.
    $<$<NOT:$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>>:-Wshadow>
    -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # std::stable_sort of libstdc++ 12 itself uses what C++20 deprecates.
    target_compile_options(dhow_flags INTERFACE -Wno-deprecated-declarations)
endif()

# Warnings that guess from inlined code; in the library's own headers they are wrong at times.
set(DHOW_GUESSES -Wno-error=stringop-overflow -Wno-error=stringop-overread -Wno-error=array-bounds
    -Wno-error=restrict -Wno-error=maybe-uninitialized -Wno-error=free-nonheap-object)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
    # GCC 12 and clang keep them as errors for us.
    target_compile_options(dhow_flags INTERFACE ${DHOW_GUESSES} -Wno-error=dangling-reference)
endif()

if(DHOW_SANITIZE STREQUAL "address")
    set(sanitize -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
elseif(DHOW_SANITIZE STREQUAL "thread")
    set(sanitize -fsanitize=thread -fno-omit-frame-pointer)
elseif(DHOW_SANITIZE)
    message(FATAL_ERROR "DHOW_SANITIZE is '${DHOW_SANITIZE}', expected address, thread or empty")
endif()

if(DHOW_SANITIZE)
    target_compile_options(dhow_flags INTERFACE ${sanitize})
    target_link_options(dhow_flags INTERFACE ${sanitize})
    target_compile_definitions(dhow_flags INTERFACE _GLIBCXX_ASSERTIONS DHOW_SANITIZED)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # The checks that a sanitizer inserts mislead these two into warnings about library code.
        target_compile_options(dhow_flags INTERFACE -Wno-maybe-uninitialized -Wno-tsan)
    endif()
elseif(CMAKE_BUILD_TYPE MATCHES "^(RelWithDebInfo|Release)$")
    target_compile_options(dhow_flags INTERFACE
        -fstack-protector-strong -fstack-clash-protection
        -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
    # GCC 12 with this option clears the frames of coroutines that are under way (seen as SIGILL in
    # http::connection::run).
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        target_compile_options(dhow_flags INTERFACE -ftrivial-auto-var-init=zero)
    endif()
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
        target_compile_options(dhow_flags INTERFACE -fcf-protection)
    endif()
    target_compile_definitions(dhow_flags INTERFACE _GLIBCXX_ASSERTIONS)
    target_link_options(dhow_flags INTERFACE -Wl,-z,relro,-z,now)
else()
    target_compile_definitions(dhow_flags INTERFACE _GLIBCXX_ASSERTIONS)
endif()

if(DHOW_FUZZ)
    if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        message(FATAL_ERROR "DHOW_FUZZ needs clang")
    endif()
    target_compile_options(dhow_flags INTERFACE -fsanitize=fuzzer-no-link)
    target_link_options(dhow_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(DHOW_COVERAGE)
    if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        message(FATAL_ERROR "DHOW_COVERAGE needs clang: it counts the branches of the source, "
                            "not those that the compiler adds for exceptions and destructors")
    endif()
    target_compile_options(dhow_flags INTERFACE -fprofile-instr-generate -fcoverage-mapping)
    target_link_options(dhow_flags INTERFACE -fprofile-instr-generate)
endif()

if(DHOW_TIDY)
    find_program(CLANG_TIDY_PROGRAM NAMES clang-tidy-19 REQUIRED)
    set(CMAKE_CXX_CLANG_TIDY ${CLANG_TIDY_PROGRAM} --quiet)
endif()
