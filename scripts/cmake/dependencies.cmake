# Every library from outside, and nothing else. scripts/deps names the packages that hold them.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED CONFIG COMPONENTS json program_options unit_test_framework)
find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(yaml-cpp 0.7 REQUIRED CONFIG)
find_package(zstd 1.5 REQUIRED CONFIG)
find_package(PkgConfig REQUIRED)
pkg_check_modules(libsystemd REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)

# yaml-cpp renamed its target between Debian 12 and 13.
if(TARGET yaml-cpp::yaml-cpp)
    set(DHOW_YAML yaml-cpp::yaml-cpp)
else()
    set(DHOW_YAML yaml-cpp)
endif()
