// Writes files of the key and directory tools.
// Way of the message: none; key and directory tools only.
// Not pure: files.
// Spec: docs/operations.md#keys. Tests: unit/seal/key_ring_test.cpp.
// Limits: none.
#include "daemon/seal/private_file.hpp"

#include "protocol/try.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace dhow::seal {

using protocol::errc;

namespace {

/// A full disk has a code of its own: whoever runs the tool can do something about it.
errc code_of(int error) {
    return error == ENOSPC || error == EDQUOT ? errc::store_full : errc::internal;
}

problem system_problem(const std::filesystem::path& path, std::string_view what) {
    return {code_of(errno),
            path.string() + ": " + std::string(what) + " (" + std::strerror(errno) + ")"};
}

/// Whether everything was written and synced.
bool write_all(int descriptor, byte_view content) {
    while (!content.empty()) {
        const auto written = ::write(descriptor, content.data(), content.size());
        if (written <= 0) {
            return false;
        }
        content = content.subspan(static_cast<std::size_t>(written));
    }
    return ::fsync(descriptor) == 0;
}

loaded<void> write_file(const std::filesystem::path& path, byte_view content, int flags,
                        mode_t mode) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, mode);
    if (descriptor < 0) {
        return system_problem(path, errno == EEXIST ? "exists already and is not overwritten; move "
                                                      "it away or choose another folder"
                                                    : "cannot be made");
    }
    const bool written = write_all(descriptor, content);
    ::close(descriptor);
    if (!written) {
        return system_problem(path, "cannot be written");
    }
    return {};
}

}  // namespace

loaded<void> write_new_private(const std::filesystem::path& path, byte_view content) {
    return write_file(path, content, O_EXCL, 0600);
}

loaded<void> replace_file(const std::filesystem::path& path, byte_view content) {
    auto beside = path;
    beside += ".new";
    DHOW_CHECK(write_file(beside, content, O_TRUNC, 0644));
    if (::rename(beside.c_str(), path.c_str()) != 0) {
        return system_problem(path, "cannot be replaced");
    }
    return {};
}

loaded<bytes> read_file(const std::filesystem::path& path, std::size_t bytes_max) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error) {
        return problem{errc::not_found,
                       path.string() + ": cannot be read (" + error.message() + ")"};
    }
    if (size > bytes_max) {
        return problem{errc::too_long, path.string() + ": is larger than it may be"};
    }
    bytes content(static_cast<std::size_t>(size));
    std::ifstream file(path, std::ios::binary);
    file.read(reinterpret_cast<char*>(content.data()), static_cast<std::streamsize>(size));
    if (!file) {
        return system_problem(path, "cannot be read to its end");
    }
    return content;
}

loaded<void> make_folder(const std::filesystem::path& path, bool is_private) {
    std::error_code error;
    const bool is_new = std::filesystem::create_directories(path, error);
    if (error) {
        return problem{code_of(error.value()),
                       path.string() + ": cannot be made (" + error.message() + ")"};
    }
    if (is_new && is_private) {
        std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
    }
    return {};
}

}  // namespace dhow::seal
