// A server of the API on a thread of its own, and blocking clients over Unix sockets and TLS.
// Way of the message: none; support of tests/drivers.
// Not pure: sockets, a thread. The core and the callers are touched through on_server() only.
// Spec: docs/agency-api.md. Tests: used by tests/drivers/http_test.cpp.
// Limits: a client waits as long as the server does; ctest ends what hangs.
#pragma once

#include "daemon/http/server.hpp"
#include "tests/support/http_script.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/link/link_fixture.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <future>
#include <thread>

namespace dhow::tests {

namespace asio = boost::asio;

/// SHA-256 of the SubjectPublicKeyInfo, as agencies' keys are configured.
inline protocol::digest key_digest(const identity& who) {
    std::uint8_t* encoded = nullptr;
    const int size = i2d_PUBKEY(who.key.get(), &encoded);
    protocol::digest out;
    EVP_Digest(encoded, static_cast<std::size_t>(size), out.value.data(), nullptr, EVP_sha256(),
               nullptr);
    OPENSSL_free(encoded);
    return out;
}

inline std::string key_pem(const identity& who) {
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> text{BIO_new(BIO_s_mem()), BIO_free_all};
    PEM_write_bio_PrivateKey(text.get(), who.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* data = nullptr;
    const auto size = BIO_get_mem_data(text.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

struct known_callers final : http::caller_lookup {
    std::optional<route::caller> user = route::caller{"border", false};
    std::map<protocol::digest, route::caller> keys;
    [[nodiscard]] std::optional<route::caller> by_user(std::uint32_t number) const override {
        return number == ::getuid() ? user : std::nullopt;
    }
    [[nodiscard]] std::optional<route::caller> by_key(const protocol::digest& key) const override {
        const auto found = keys.find(key);
        return found == keys.end() ? std::nullopt : std::optional{found->second};
    }
};

/// Both ends of all connections are in this process; a user's shell often allows 1024.
inline void raise_file_limit() {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &files);
    }
}

struct http_fixture {
    http_fixture() {
        raise_file_limit();
        routes.add(intake::endpoints());
        routes.add(handover::endpoints());
        routes.add(control::endpoints());
        routes.add(control::courier_endpoints());
        server =
            std::make_unique<http::server>(io, core, routes, callers, [](const std::string&) {});
        server->listen_unix(socket_path());
        server->listen_tls("127.0.0.1:0", http::make_server_context(own.pem, key_pem(own)));
        tls_port = server->tls_port();
        thread = std::jthread{[this] { io.run(); }};
    }
    ~http_fixture() {
        on_server([this] {
            server->stop();
            server->close_all();
        });
        thread.join();
    }
    http_fixture(const http_fixture&) = delete;
    http_fixture& operator=(const http_fixture&) = delete;

    [[nodiscard]] std::string socket_path() const { return (folder / "api.sock").string(); }

    /// Runs it on the server's thread and gives its result.
    template <class Action>
    std::invoke_result_t<Action> on_server(Action action) {
        std::packaged_task<std::invoke_result_t<Action>()> task{std::move(action)};
        auto result = task.get_future();
        asio::post(io, [&task] { task(); });
        return result.get();
    }
    void await(const std::string& what, const std::function<bool()>& is_so) {
        const auto last = std::chrono::steady_clock::now() + std::chrono::seconds{60};
        while (!on_server(is_so)) {
            BOOST_REQUIRE_MESSAGE(std::chrono::steady_clock::now() < last, "in vain: " << what);
        }
    }
    void await_connections(std::size_t count) {
        await(std::to_string(count) + " connections",
              [&] { return server->open_connections() == count; });
    }
    std::uint64_t timeouts() {
        return on_server([this] { return server->counters().timeouts; });
    }
    /// Asks about that much later until so many clients have been too slow.
    void pass_deadline(std::chrono::seconds later, std::uint64_t count) {
        await("a timeout", [&] {
            if (server->counters().timeouts < count) {
                server->check_deadlines(std::chrono::steady_clock::now() + later);
            }
            return server->counters().timeouts >= count;
        });
    }

    temporary_folder folder;
    identity own;
    asio::io_context io{1};
    scripted_api core;
    known_callers callers;
    http::router routes;
    std::unique_ptr<http::server> server;
    std::uint16_t tls_port = 0;
    std::jthread thread;
};

/// Blocking, with the reading of replies that all clients share.
template <class Stream>
class http_client {
public:
    bool try_send(const std::string& text) {
        boost::system::error_code error;
        asio::write(*x_stream, asio::buffer(text), error);
        return !error;
    }
    void send(const std::string& text) { try_send(text); }  // a refusal may come before all went
    /// Up to the empty line; what follows is kept.
    std::string head() {
        while (x_heard.find("\r\n\r\n") == std::string::npos && hear()) {
        }
        return cut(x_heard.find("\r\n\r\n") + 4);
    }
    std::string take(std::size_t count) {
        while (x_heard.size() < count && hear()) {
        }
        return cut(count);
    }
    parsed_reply reply() {
        parsed_reply out;
        out.head = head();
        BOOST_REQUIRE_MESSAGE(out.head.starts_with("HTTP/1.1 "), "no reply");
        out.status = static_cast<unsigned>(std::stoul(out.head.substr(9, 3)));
        const auto field = out.head.find("Content-Length: ");
        if (field != std::string::npos) {
            out.body = take(std::stoul(out.head.substr(field + 16)));
        }
        return out;
    }
    /// Waits for the end; nothing may come before it.
    bool is_closed() {
        while (hear()) {
        }
        return x_heard.empty();
    }

protected:
    asio::io_context x_io;
    std::optional<Stream> x_stream;

private:
    bool hear() {
        std::array<char, 65536> part;
        boost::system::error_code error;
        const auto count = x_stream->read_some(asio::buffer(part), error);
        x_heard.append(part.data(), count);
        return !error;
    }
    std::string cut(std::size_t count) {
        std::string out = x_heard.substr(0, count);
        x_heard.erase(0, count);
        return out;
    }
    std::string x_heard;
};

class unix_client : public http_client<asio::local::stream_protocol::socket> {
public:
    explicit unix_client(const http_fixture& to) {
        x_stream.emplace(x_io).connect(to.socket_path());
    }
};

/// Connects over TCP and says nothing.
class silent_client : public http_client<asio::ip::tcp::socket> {
public:
    explicit silent_client(const http_fixture& to) {
        x_stream.emplace(x_io).connect({asio::ip::make_address("127.0.0.1"), to.tls_port});
    }
};

class tls_client : public http_client<asio::ssl::stream<asio::ip::tcp::socket>> {
public:
    tls_client(const http_fixture& to, const identity* who, int version = TLS1_3_VERSION) {
        SSL_CTX_set_max_proto_version(x_context.native_handle(), version);
        if (who != nullptr) {
            x_context.use_certificate_chain(asio::buffer(who->pem));
            SSL_CTX_use_PrivateKey(x_context.native_handle(), who->key.get());
        }
        x_stream.emplace(x_io, x_context);
        x_stream->lowest_layer().connect({asio::ip::make_address("127.0.0.1"), to.tls_port});
        boost::system::error_code refused;  // shows as a connection that is closed
        x_stream->handshake(asio::ssl::stream_base::client, refused);
    }

private:
    asio::ssl::context x_context{asio::ssl::context::tls};
};

}  // namespace dhow::tests
