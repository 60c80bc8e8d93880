// Reads secrets with the checks that keep them secret.
// Way of the message: read at start and reload, used by [seal] and by the TLS and API set-up.
// Not pure: reads files and the environment.
// Spec: docs/operations.md#keys. Tests: unit/seal/key_ring_test.cpp.
// Limits: secret_bytes_max.
#include "daemon/seal/secrets.hpp"

#include <openssl/crypto.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>

namespace dhow::seal {

using protocol::errc;

namespace {

constexpr std::string_view credential_scheme = "credential:";
constexpr std::string_view file_scheme = "file:";

class open_file {
public:
    explicit open_file(const std::filesystem::path& path)
        : x_descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)) {}
    ~open_file() {
        if (x_descriptor >= 0) {
            ::close(x_descriptor);
        }
    }
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;
    [[nodiscard]] int get() const { return x_descriptor; }

private:
    int x_descriptor;
};

problem file_problem(const std::filesystem::path& path, const std::string& what) {
    return {errc::keys_locked, path.string() + ": " + what};
}

/// What is wrong with the owner or mode of a private file; empty when nothing is.
std::string fault_of_mode(const struct stat& status) {
    if (!S_ISREG(status.st_mode)) {
        return "is not a regular file; give the path of a file";
    }
    if (status.st_uid != ::geteuid() && status.st_uid != 0) {
        return "belongs to another user; make it belong to the user that runs the gateway (chown)";
    }
    if ((status.st_mode & 077) != 0) {
        return "can be read or written by others; close it with chmod 600";
    }
    return {};
}

loaded<secret_bytes> read_private(const std::filesystem::path& path, bool check_mode) {
    const open_file file(path);
    struct stat status{};
    if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
        return file_problem(path, std::string("cannot be opened (") + std::strerror(errno) +
                                      "); check the path and who may read it");
    }
    if (check_mode) {
        if (const auto fault = fault_of_mode(status); !fault.empty()) {
            return file_problem(path, fault);
        }
    }
    if (status.st_size <= 0 || static_cast<std::size_t>(status.st_size) > secret_bytes_max) {
        return file_problem(path, "is empty or too large for a secret; is this the right file?");
    }
    secret_bytes content(static_cast<std::size_t>(status.st_size));
    std::size_t filled = 0;
    while (filled < content.view().size()) {
        const auto rest = content.writable().subspan(filled);
        const auto got = ::read(file.get(), rest.data(), rest.size());
        if (got <= 0) {
            return file_problem(path, "could not be read to its end; try again");
        }
        filled += static_cast<std::size_t>(got);
    }
    return content;
}

}  // namespace

void throw_exception_from_error(const problem& what, const boost::source_location&) {
    throw std::runtime_error(what.text);
}

secret_bytes& secret_bytes::operator=(secret_bytes&& other) noexcept {
    if (this != &other) {
        wipe();
        x_value = std::move(other.x_value);
    }
    return *this;
}

std::string_view secret_bytes::text() const {
    return {reinterpret_cast<const char*>(x_value.data()), x_value.size()};
}

void secret_bytes::wipe() {
    seal::wipe(x_value);
    x_value.clear();
}

void wipe(std::span<std::uint8_t> secret) {
    if (!secret.empty()) {
        OPENSSL_cleanse(secret.data(), secret.size());
    }
}

bool equal_secrets(byte_view left, byte_view right) {
    return left.size() == right.size() &&
           CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

bool is_secret_reference(std::string_view reference) {
    return reference.starts_with(credential_scheme) || reference.starts_with(file_scheme) ||
           reference.find(':') == std::string_view::npos;
}

loaded<secret_bytes> read_secret(std::string_view reference, const std::filesystem::path& base) {
    if (reference.starts_with(credential_scheme)) {
        const auto name = reference.substr(credential_scheme.size());
        const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
        if (folder == nullptr) {
            return problem{
                errc::keys_locked,
                std::string(reference) +
                    ": there are no credentials ($CREDENTIALS_DIRECTORY is not set); run "
                    "under systemd with LoadCredential, or name a file instead"};
        }
        if (name.empty() || name.find('/') != std::string_view::npos) {
            return problem{errc::keys_locked, std::string(reference) +
                                                  ": a credential's name is one word without '/'"};
        }
        return read_private(std::filesystem::path(folder) / name, false);
    }
    if (reference.starts_with(file_scheme)) {
        reference.remove_prefix(file_scheme.size());
    }
    return read_private(base / std::filesystem::path(reference), true);
}

}  // namespace dhow::seal
