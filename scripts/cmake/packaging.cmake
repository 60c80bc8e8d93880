# The Debian package: cmake --workflow --preset package.
