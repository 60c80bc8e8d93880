// Files that verbs read and write: bounded reading, safe names, never overwriting.
// Way of the message: a message's text and attachments between disk and daemon.
// Not pure: files. One thread.
// Spec: docs/man/dhow.1. Tests: system, scripts/demo.
// Limits: the caller's.
#include "daemon/cli/files.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

namespace dhow::cli {

namespace {

constexpr std::size_t name_bytes_max = 200;

bool sync_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return false;
    }
    const bool ok = ::fsync(file) == 0;
    ::close(file);
    return ok;
}

/// Creates an empty file that only the user can read; its path, or empty.
std::string make_temporary(const std::string& directory) {
    std::string path = directory + "/.dhow-XXXXXX";
    const int file = ::mkstemp(path.data());
    if (file < 0) {
        return {};
    }
    ::close(file);
    return path;
}

}  // namespace

std::optional<std::string> read_input(const std::string& file, std::istream& in,
                                      std::size_t bytes_max, std::string& why) {
    std::ifstream opened;
    if (file != "-") {
        opened.open(file, std::ios::binary);
        if (!opened) {
            why = file + ": " + std::strerror(errno);
            return std::nullopt;
        }
    }
    std::istream& from = file == "-" ? in : opened;
    std::string out;
    char block[4096];
    while (from.read(block, sizeof block), from.gcount() > 0) {
        out.append(block, static_cast<std::size_t>(from.gcount()));
        if (out.size() > bytes_max) {
            why = file + ": longer than " + std::to_string(bytes_max) + " bytes";
            return std::nullopt;
        }
    }
    if (from.bad()) {
        why = file + ": cannot be read";
        return std::nullopt;
    }
    return out;
}

std::string safe_file_name(std::string_view from_peer) {
    std::string out;
    for (const char c : from_peer.substr(0, name_bytes_max)) {
        const auto byte = static_cast<unsigned char>(c);
        const bool harmful = byte < 0x20 || byte == 0x7f || c == '/' || c == '\\' || c == ':';
        const bool leading = out.empty() && (c == '.' || c == '-' || c == ' ');
        out.push_back(harmful || leading ? '_' : c);
    }
    // A cut inside a UTF-8 sequence must not leave half a character.
    while (from_peer.size() > name_bytes_max && !out.empty() &&
           (static_cast<unsigned char>(out.back()) & 0x80) != 0) {
        out.pop_back();
    }
    return out.empty() ? "unnamed" : out;
}

bool write_new_file(const std::string& directory, const std::string& name,
                    const std::function<bool(std::ostream&)>& write, std::string& why) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    const std::string path = directory + "/" + name;
    const std::string temporary = make_temporary(directory);
    if (temporary.empty()) {
        why = directory + ": " + std::strerror(errno);
        return false;
    }
    why.clear();
    std::ofstream out{temporary, std::ios::binary | std::ios::trunc};
    bool ok = write(out);
    out.close();
    if (ok && (!out || !sync_file(temporary))) {
        why = path + ": " + std::strerror(errno);
        ok = false;
    }
    // link() never replaces what is there, as rename() would.
    if (ok && ::link(temporary.c_str(), path.c_str()) != 0) {
        why = path + ": " + std::strerror(errno);
        ok = false;
    }
    ::unlink(temporary.c_str());
    return ok;
}

}  // namespace dhow::cli
