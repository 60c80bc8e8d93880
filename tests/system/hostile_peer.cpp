// Peers and agencies that are wrong in every way.
// Way of the message: see hostile_peer.hpp.
// Not pure: sockets, OpenSSL.
// Spec: docs/link-protocol.md. Tests: used by tests/system.
// Limits: see hostile_peer.hpp.
#include "tests/system/hostile_peer.hpp"

#include "daemon/seal/cms_signed.hpp"
#include "daemon/seal/ec_math.hpp"
#include "daemon/seal/openssl_hasher.hpp"
#include "daemon/seal/symmetric.hpp"
#include "tests/system/harness.hpp"
#include "tests/unit/link/link_fixture.hpp"

#include <boost/asio/write.hpp>

#include <atomic>

namespace dhow::tests {

namespace asio = boost::asio;

namespace {

using bio_ptr = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

std::string to_text(protocol::byte_view data) {
    return {reinterpret_cast<const char*>(data.data()), data.size()};
}

protocol::byte_view to_view(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

protocol::bytes certificate_der(const std::filesystem::path& path) {
    const auto pem = read_file(path);
    const bio_ptr in{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free_all};
    const std::unique_ptr<X509, decltype(&X509_free)> read{
        PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr), X509_free};
    protocol::bytes out(static_cast<std::size_t>(i2d_X509(read.get(), nullptr)));
    auto* to = out.data();
    i2d_X509(read.get(), &to);
    return out;
}

}  // namespace

std::shared_ptr<EVP_PKEY> read_key(const std::filesystem::path& path) {
    const auto pem = read_file(path);
    const bio_ptr in{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free_all};
    return {PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr), EVP_PKEY_free};
}

std::string framed(const protocol::frame& what) {
    protocol::bytes out;
    protocol::append_frame(out, what);
    return to_text(out);
}

protocol::offer_frame signed_offer(const std::string& origin, const std::filesystem::path& folder,
                                   std::uint64_t body_bytes) {
    const auto now = std::chrono::system_clock::now();
    std::array<std::uint8_t, 10> random{};
    seal::fill_random(random);
    protocol::preamble what;
    what.lockboxes = protocol::make_lockbox_set({{*protocol::bureau_id::parse("KE"), {}, {}}},
                                                seal::openssl_hasher());
    protocol::header header;
    header.created = std::chrono::time_point_cast<protocol::milliseconds>(now);
    header.id = protocol::make_message_id(header.created, random);
    header.origin = *protocol::bureau_id::parse(origin);
    header.lockbox_root = *protocol::lockbox_root(what.lockboxes, seal::openssl_hasher());
    what.seal.header = protocol::encode_header(header);
    what.seal.body_digest = seal::sha256(random);
    what.seal.body_bytes = body_bytes;
    what.seal.directory_serial = 1;
    const auto key = read_key(folder / "keys/sign.pem");
    what.seal.signer = seal::key_id_of(key.get());
    what.seal.signer_certificate =
        seal::sha256(certificate_der(folder / "keys/sign-certificate.pem"));
    what.seal.signed_at = std::chrono::time_point_cast<seconds>(now);
    what.seal.value = *seal::sign_digest(key.get(), seal::to_be_signed(seal::facts_of(what.seal)));
    protocol::offer_frame out;
    out.object = what.seal.body_digest;
    out.body_bytes = body_bytes;
    out.preamble = protocol::encode_preamble(what);
    return out;
}

credentials credentials::of_bureau(const std::filesystem::path& folder) {
    return {read_key(folder / "keys/link.pem"), read_file(folder / "keys/link-certificate.pem")};
}

credentials credentials::self_made() {
    const identity made;
    return {made.key, made.pem};
}

std::string credentials::key_pem() const {
    const bio_ptr out{BIO_new(BIO_s_mem()), BIO_free_all};
    PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* data = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string credentials::public_key_sha256() const {
    std::uint8_t* encoded = nullptr;
    const int size = i2d_PUBKEY(key.get(), &encoded);
    const auto digest = seal::sha256({encoded, static_cast<std::size_t>(size)});
    OPENSSL_free(encoded);
    return protocol::to_hex(digest.view());
}

hostile_peer::hostile_peer(std::uint16_t port)
    : x_context(asio::ssl::context::tls), x_socket(x_io) {
    SSL_CTX_set_verify(x_context.native_handle(), SSL_VERIFY_NONE, nullptr);
    x_socket.connect({asio::ip::make_address("127.0.0.1"), port});
    x_socket.set_option(asio::ip::tcp::no_delay{true});
}

void hostile_peer::show(const credentials& who) {
    x_context.use_certificate_chain(asio::buffer(who.certificate_pem));
    SSL_CTX_use_PrivateKey(x_context.native_handle(), who.key.get());
}

void hostile_peer::set_alpn(std::string_view name) {
    std::string listed(1, static_cast<char>(name.size()));
    listed += name;
    SSL_CTX_set_alpn_protos(x_context.native_handle(),
                            reinterpret_cast<const unsigned char*>(listed.data()),
                            static_cast<unsigned>(listed.size()));
}

void hostile_peer::use_version(int version) {
    SSL_CTX_set_max_proto_version(x_context.native_handle(), version);
}

bool hostile_peer::shake_hands() {
    x_stream.emplace(x_socket, x_context);
    boost::system::error_code error;
    x_stream->handshake(asio::ssl::stream_base::client, error);
    return !error;
}

bool hostile_peer::say(std::string_view data) {
    boost::system::error_code error;
    asio::write(*x_stream, asio::buffer(data.data(), data.size()), error);
    return !error;
}

bool hostile_peer::say(const protocol::frame& what) { return say(framed(what)); }

std::string hostile_peer::greeting(const std::string& bureau, EVP_PKEY* signing_key) {
    static std::atomic<std::uint64_t> boots{0};
    protocol::hello said;
    said.bureau = *protocol::bureau_id::parse(bureau);
    said.epoch = 1;
    said.boot = ++boots;
    said.time =
        std::chrono::time_point_cast<protocol::milliseconds>(std::chrono::system_clock::now());
    said.inline_credit_bytes = 65536;
    said.frame_bytes_max = 65536;
    protocol::bytes exporter(32);
    static constexpr std::string_view label = "EXPORTER-Channel-Binding";
    SSL_export_keying_material(x_stream->native_handle(), exporter.data(), exporter.size(),
                               label.data(), label.size(), nullptr, 0, 0);
    protocol::hello_frame out;
    out.encoded = protocol::encode_hello(said);
    out.signer = seal::key_id_of(signing_key);
    out.value = *seal::sign_digest(
        signing_key, seal::sha256(protocol::hello_to_be_signed(true, exporter, out.encoded)));
    return framed(out);
}

void hostile_peer::greet(const std::string& bureau, EVP_PKEY* signing_key) {
    say(greeting(bureau, signing_key));
}

bool hostile_peer::hear() {
    std::array<char, 16384> part{};
    boost::system::error_code error;
    const auto count = x_stream ? x_stream->read_some(asio::buffer(part), error)
                                : x_socket.read_some(asio::buffer(part), error);
    x_heard.append(part.data(), count);
    return !error;
}

template <class Wanted>
std::optional<Wanted> hostile_peer::read_until() {
    do {
        auto next = protocol::decode_frame(to_view(x_heard));
        while (next && next->value) {
            const auto value = *next->value;
            const bool is_last = std::holds_alternative<protocol::goodbye_frame>(value);
            if (is_last && !std::is_same_v<Wanted, protocol::goodbye_frame>) {
                return std::nullopt;
            }
            x_heard.erase(0, next->consumed_bytes);
            if (const auto* wanted = std::get_if<Wanted>(&value)) {
                return *wanted;
            }
            next = protocol::decode_frame(to_view(x_heard));
        }
    } while (hear());
    return std::nullopt;
}

std::optional<protocol::errc> hostile_peer::goodbye() {
    const auto last = read_until<protocol::goodbye_frame>();
    return last ? std::optional{last->code} : std::nullopt;
}

bool hostile_peer::is_greeted() { return read_until<protocol::hello_frame>().has_value(); }

bool hostile_peer::is_accepted() { return read_until<protocol::accept_frame>().has_value(); }

std::string hostile_peer::rest() {
    while (hear()) {
    }
    return x_heard;
}

std::string hostile_peer::heard_up_to(std::string_view text) {
    while (x_heard.find(text) == std::string::npos && hear()) {
    }
    return x_heard;
}

}  // namespace dhow::tests
