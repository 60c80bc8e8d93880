// Secrets in memory and where they come from: the service manager's credentials, or private files.
// Way of the message: read at start and reload, used by [seal] and by the TLS and API set-up.
// Not pure: reads files and the environment. Values; one owner each, wiped at the end.
// Spec: docs/operations.md#keys. Tests: unit/seal/key_ring_test.cpp.
// Limits: secret_bytes_max.
#pragma once

#include "protocol/errors.hpp"
#include "protocol/ids.hpp"

#include <boost/assert/source_location.hpp>

#include <filesystem>

namespace dhow::seal {

using protocol::byte_view;
using protocol::bytes;

/// What went wrong with a file of an administrator: a text that names the file, the fault and the
/// remedy.
struct problem {
    protocol::errc code = protocol::errc::internal;
    std::string text;
};
[[noreturn]] void throw_exception_from_error(const problem& what,
                                             const boost::source_location& where);
template <class T>
using loaded = boost::system::result<T, problem>;

/// Bytes that are overwritten when they are dropped. Move only.
class secret_bytes {
public:
    secret_bytes() = default;
    explicit secret_bytes(bytes value) : x_value(std::move(value)) {}
    explicit secret_bytes(std::size_t size) : x_value(size) {}
    secret_bytes(secret_bytes&& other) noexcept : x_value(std::move(other.x_value)) {}
    secret_bytes& operator=(secret_bytes&& other) noexcept;
    ~secret_bytes() { wipe(); }

    [[nodiscard]] byte_view view() const { return x_value; }
    [[nodiscard]] std::span<std::uint8_t> writable() { return x_value; }
    [[nodiscard]] bool empty() const { return x_value.empty(); }
    [[nodiscard]] std::string_view text() const;
    void wipe();

private:
    bytes x_value;
};

/// Overwrites in a way that the compiler does not leave out.
void wipe(std::span<std::uint8_t> secret);
/// Whether two secrets are equal, in a time that tells nothing but their lengths.
bool equal_secrets(byte_view left, byte_view right);

/// A PEM file with an encrypted key and its certificate stays far below this.
inline constexpr std::size_t secret_bytes_max = 64 * 1024;

/// Reads `credential:NAME` ($CREDENTIALS_DIRECTORY/NAME) or `file:PATH`; a path without a scheme is
/// a file. Relative paths start at `base`. A file must be regular, ours or root's, and closed to
/// group and others (0600 or 0400); credentials are guarded by the service manager.
loaded<secret_bytes> read_secret(std::string_view reference, const std::filesystem::path& base);

/// Whether read_secret() is the one to ask (else the reference is an OSSL_STORE URI).
bool is_secret_reference(std::string_view reference);

}  // namespace dhow::seal
