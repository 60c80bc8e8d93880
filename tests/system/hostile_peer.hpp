// Peers and agencies that are wrong in every way: raw TLS clients with and without the right keys.
// Way of the message: takes the place of a peer's dialler or of an agency on another host.
// Not pure: sockets, OpenSSL. One thread uses one client.
// Spec: docs/link-protocol.md, docs/agency-api.md#tls. Tests: used by tests/system.
// Limits: reading ends with the other end's close; ctest ends what hangs.
#pragma once

#include "protocol/frame.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace dhow::tests {

/// A key and its certificate.
struct credentials {
    std::shared_ptr<EVP_PKEY> key;
    std::string certificate_pem;
    /// The link key of a bureau of the federation; its folder holds `keys`.
    static credentials of_bureau(const std::filesystem::path& folder);
    /// A new key, certified by itself.
    static credentials self_made();
    [[nodiscard]] std::string key_pem() const;
    /// As `agencies.*.keys` wants it.
    [[nodiscard]] std::string public_key_sha256() const;
};

/// OFFER of a text of a bureau that signs it rightly, to KE; its body cannot be opened.
protocol::offer_frame signed_offer(const std::string& origin, const std::filesystem::path& folder,
                                   std::uint64_t body_bytes);

std::string framed(const protocol::frame& what);

std::shared_ptr<EVP_PKEY> read_key(const std::filesystem::path& path);

class hostile_peer {
public:
    /// Connects; nothing is said yet.
    explicit hostile_peer(std::uint16_t port);
    void show(const credentials& who);
    void set_alpn(std::string_view name);
    void use_version(int version);
    /// False: the other end refused.
    bool shake_hands();
    /// False: the other end has closed.
    bool say(std::string_view data);
    bool say(const protocol::frame& what);
    /// HELLO as `bureau`, signed with this key; each has a higher boot number.
    void greet(const std::string& bureau, EVP_PKEY* signing_key);
    /// Bytes of such a HELLO.
    std::string greeting(const std::string& bureau, EVP_PKEY* signing_key);
    /// The code of the GOODBYE that the other end closes with; nothing: it closed without.
    std::optional<protocol::errc> goodbye();
    /// Whether a HELLO comes.
    bool is_greeted();
    /// Whether an ACCEPT comes before GOODBYE.
    bool is_accepted();
    /// All until the other end closes.
    std::string rest();
    /// All up to this text, or until the other end closes.
    std::string heard_up_to(std::string_view text);

private:
    bool hear();
    /// Passes over other frames; nothing: GOODBYE, which is kept, or the end came first.
    template <class Wanted>
    std::optional<Wanted> read_until();

    boost::asio::io_context x_io;
    boost::asio::ssl::context x_context;
    boost::asio::ip::tcp::socket x_socket;
    std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> x_stream;
    std::string x_heard;
};

}  // namespace dhow::tests
