// Files that verbs read and write: bounded reading, safe names, never overwriting.
// Way of the message: a message's text and attachments between disk and daemon.
// Not pure: files. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/exit_codes_test.cpp, system, scripts/demo.
// Limits: the caller's.
#include "daemon/cli/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <streambuf>

namespace dhow::cli {

namespace {

constexpr std::size_t name_bytes_max = 200;

/// A stream's bytes go straight to a descriptor. The first error number is kept: an ofstream only
/// knows that there was one, and errno is another's by the time that it is asked.
class descriptor_buffer : public std::streambuf {
public:
    explicit descriptor_buffer(int descriptor) : x_descriptor{descriptor} {}
    [[nodiscard]] int error() const { return x_error; }

protected:
    int_type overflow(int_type c) override {
        if (traits_type::eq_int_type(c, traits_type::eof())) {
            return traits_type::not_eof(c);
        }
        const char one = traits_type::to_char_type(c);
        return xsputn(&one, 1) == 1 ? c : traits_type::eof();
    }
    std::streamsize xsputn(const char* from, std::streamsize count) override {
        std::streamsize done = 0;
        while (done < count && x_error == 0) {
            const auto some =
                ::write(x_descriptor, from + done, static_cast<std::size_t>(count - done));
            if (some > 0) {
                done += some;
            } else if (some == 0 || errno != EINTR) {
                x_error = some == 0 ? EIO : errno;
            }
        }
        return done;
    }

private:
    int x_descriptor;
    int x_error = 0;
};

file_outcome failure(int number, const std::string& path) {
    return {exit_of_errno(number), path + ": " + std::strerror(number)};
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

file_outcome write_to(int descriptor, const std::string& path, const file_writer& write) {
    descriptor_buffer buffer{descriptor};
    std::ostream out{&buffer};
    if (!write(out)) {
        return {exit_code::internal, {}};
    }
    if (buffer.error() != 0) {
        return failure(buffer.error(), path);
    }
    return ::fsync(descriptor) == 0 ? file_outcome{} : failure(errno, path);
}

file_outcome write_new_file(const std::string& directory, const std::string& name,
                            const file_writer& write) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) {
        return failure(error.value(), directory);
    }
    // Only the user can read what mkostemp() makes.
    std::string temporary = directory + "/.dhow-XXXXXX";
    const int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);
    if (descriptor < 0) {
        return failure(errno, directory);
    }
    const std::string path = directory + "/" + name;
    auto how = write_to(descriptor, path, write);
    ::close(descriptor);
    // link() never replaces what is there, as rename() would.
    if (how.ok() && ::link(temporary.c_str(), path.c_str()) != 0) {
        how = failure(errno, path);
    }
    ::unlink(temporary.c_str());
    return how;
}

int report_unwritten(const file_outcome& how, io& streams) {
    if (!how.why.empty()) {
        streams.err << "dhow: " << how.why << '\n';
    }
    return to_int(how.code);
}

exit_code exit_of_errno(int number) {
    return number == ENOSPC || number == EDQUOT ? exit_code::disk_or_quota : exit_code::internal;
}

exit_code exit_of_problem(const seal::problem& what, exit_code otherwise) {
    return what.code == protocol::errc::store_full ? exit_code::disk_or_quota : otherwise;
}

}  // namespace dhow::cli
