# Targets from folders. Sources are globbed, so a new file is picked up by running cmake again;
# a folder without sources yields an INTERFACE library, or no executable, so that parts can grow
# one by one.

# dhow_library(NAME FOLDER dir... [EXCLUDE regex...] [PUBLIC lib...] [PRIVATE lib...]
#              [PRECOMPILE header...])
function(dhow_library name)
    cmake_parse_arguments(arg "" "" "FOLDER;EXCLUDE;PUBLIC;PRIVATE;PRECOMPILE" ${ARGN})
    dhow_glob(sources "${arg_FOLDER}" "*.cpp" "${arg_EXCLUDE}")
    if(sources)
        add_library(${name} STATIC ${sources})
        dhow_precompile(${name} ${arg_PRECOMPILE})
        dhow_unity(${name})
        target_link_libraries(${name} PUBLIC dhow_flags ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
    else()
        add_library(${name} INTERFACE)
        target_link_libraries(${name} INTERFACE dhow_flags ${arg_PUBLIC} ${arg_PRIVATE})
    endif()
endfunction()

# dhow_precompile(TARGET header...) reads these headers once for the whole target where
# DHOW_PRECOMPILE is on; for tests always. The presets dev and package do without it, so a
# missing #include is found there. (And with it GCC 12 warns about what it no longer knows to be the library's
# own code: clang keeps these warnings as errors.)
set(DHOW_COMMON_HEADERS <algorithm> <array> <chrono> <filesystem> <functional> <map> <memory>
    <optional> <set> <string> <variant> <vector> <boost/json.hpp>)
function(dhow_precompile target)
    get_target_property(sources ${target} SOURCES)
    list(LENGTH sources count)
    if(DHOW_PRECOMPILE AND ARGN AND count GREATER 5)  # Reading them costs as much as two files.
        target_precompile_headers(${target} PRIVATE ${ARGN})
        # ccache compares what precompiled headers hold, not when they were made.
        if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
            target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
        else()
            target_compile_options(${target} PRIVATE -fpch-preprocess ${DHOW_GUESSES})
        endif()
    endif()
endfunction()

# dhow_unity(TARGET) compiles eight files at once where DHOW_UNITY is on: most of the time goes into
# headers and into templates that every file instantiates afresh. So one folder's files may not use a
# name of an anonymous namespace twice; a test's helpers stand within its suite, which is a namespace.
# The presets dev, tidy and package compile each file alone: a missing #include, or a name that
# shadows another, is found there, and so by scripts/test --full only.
function(dhow_unity target)
    get_target_property(sources ${target} SOURCES)
    list(LENGTH sources count)
    if(DHOW_UNITY AND count GREATER 2)
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
        if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
            # It takes included files for headers, where an anonymous namespace would be a mistake.
            target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
        endif()
    endif()
endfunction()

# dhow_executable(NAME SOURCES file... [LINK lib...]) does nothing when no source exists.
function(dhow_executable name)
    cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
    set(sources "")
    foreach(source IN LISTS arg_SOURCES)
        if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${source})
            list(APPEND sources ${CMAKE_CURRENT_SOURCE_DIR}/${source})
        elseif(EXISTS ${source})
            list(APPEND sources ${source})
        endif()
    endforeach()
    if(sources)
        add_executable(${name} ${sources})
        target_link_libraries(${name} PRIVATE dhow_flags ${arg_LINK})
    endif()
endfunction()

# dhow_glob(OUT "dir;dir" PATTERN "exclude regex;...") lists files below this source folder.
function(dhow_glob out folders pattern excludes)
    set(found "")
    foreach(folder IN LISTS folders)
        file(GLOB_RECURSE files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/${pattern})
        list(APPEND found ${files})
    endforeach()
    foreach(exclude IN LISTS excludes)
        list(FILTER found EXCLUDE REGEX ${exclude})
    endforeach()
    list(REMOVE_DUPLICATES found)
    set(${out} ${found} PARENT_SCOPE)
endfunction()
