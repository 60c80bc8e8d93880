# What is installed, and the Debian package: cmake --workflow --preset package.
include(GNUInstallDirs)

add_custom_target(programs)
foreach(program IN ITEMS dhow dhowd)
    if(TARGET ${program})
        add_dependencies(programs ${program})
    endif()
endforeach()
if(TARGET dhow)
    install(TARGETS dhow RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
if(TARGET dhowd)
    install(TARGETS dhowd RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR})
endif()

# dhow_install("glob;glob" DESTINATION) installs the files that exist.
function(dhow_install globs destination)
    list(TRANSFORM globs PREPEND ${CMAKE_SOURCE_DIR}/)
    file(GLOB files CONFIGURE_DEPENDS ${globs})
    if(files)
        install(FILES ${files} DESTINATION ${destination})
    endif()
endfunction()

dhow_install("systemd/*.service;systemd/*.socket;systemd/*.timer" /usr/lib/systemd/system)
dhow_install("systemd/sysusers.d/*.conf" /usr/lib/sysusers.d)
dhow_install("systemd/tmpfiles.d/*.conf" /usr/lib/tmpfiles.d)
# For who opens parcels with openssl and zstd alone; the programs have it inside.
dhow_install("protocol/dictionaries/*.zdict" ${CMAKE_INSTALL_DATADIR}/dhow)
dhow_install("config/*.yaml" ${CMAKE_INSTALL_DATADIR}/doc/dhow/examples)
dhow_install("config/agencies.d/*.yaml" ${CMAKE_INSTALL_DATADIR}/doc/dhow/examples/agencies.d)
install(FILES ${CMAKE_SOURCE_DIR}/daemon/cli/completion/dhow.bash
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME dhow)
dhow_install("README.md;LICENSE;CHANGELOG.md;SECURITY.md" ${CMAKE_INSTALL_DATADIR}/doc/dhow)
dhow_install("docs/man/*.1" ${CMAKE_INSTALL_MANDIR}/man1)
dhow_install("docs/man/*.5" ${CMAKE_INSTALL_MANDIR}/man5)
dhow_install("docs/man/*.8" ${CMAKE_INSTALL_MANDIR}/man8)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "Dhow maintainers <root@localhost>")
set(CPACK_PACKAGE_FILE_NAME "dhow_${PROJECT_VERSION}_${CMAKE_SYSTEM_PROCESSOR}")
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "openssl")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Accepts messages from a bureau's agencies, signs and encrypts them end to end,
keeps them in a durable queue and relays them to other bureaus over links that
are slow, dear and often down.")
file(GLOB scripts CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/systemd/postinst ${CMAKE_SOURCE_DIR}/systemd/prerm
    ${CMAKE_SOURCE_DIR}/systemd/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${scripts})
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
