// Gateways for the tests of links: fresh certificates, pins, and a core's simplest duties.
// Way of the message: none; support of unit/link.
// Not pure: OpenSSL, loopback sockets. One thread.
// Spec: docs/link-protocol.md. Tests: used by unit/link/tls_link_test.cpp.
// Limits: none.
#pragma once

#include "daemon/link/dialer.hpp"
#include "daemon/link/listener.hpp"

#include <boost/test/unit_test.hpp>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace dhow::tests {

using protocol::bureau_id;
using protocol::bytes;
using protocol::errc;
using protocol::errc_of;
using protocol::name_of;
namespace session_event = protocol::session_event;

inline bureau_id bureau(std::string_view text) { return *bureau_id::parse(text); }

/// A key and a self-signed certificate that expired years ago: dates must not matter.
struct identity {
    std::shared_ptr<EVP_PKEY> key{EVP_EC_gen("P-256"), EVP_PKEY_free};
    std::string pem;
    bytes der;

    identity() {
        const std::unique_ptr<X509, decltype(&X509_free)> made{X509_new(), X509_free};
        ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
        ASN1_TIME_set_string(X509_getm_notBefore(made.get()), "20100101000000Z");
        ASN1_TIME_set_string(X509_getm_notAfter(made.get()), "20110101000000Z");
        X509_set_pubkey(made.get(), key.get());
        X509_sign(made.get(), key.get(), EVP_sha256());
        der.resize(static_cast<std::size_t>(i2d_X509(made.get(), nullptr)));
        auto* to = der.data();
        i2d_X509(made.get(), &to);
        const std::unique_ptr<BIO, decltype(&BIO_free_all)> text{BIO_new(BIO_s_mem()),
                                                                 BIO_free_all};
        PEM_write_bio_X509(text.get(), made.get());
        char* data = nullptr;
        const auto size = BIO_get_mem_data(text.get(), &data);
        pem.assign(data, static_cast<std::size_t>(size));
    }
};

/// Takes everything, offers what it is told to, writes down what happens.
class test_gateway final : public link::link_handler, public link::peer_pinning {
public:
    explicit test_gateway(boost::asio::io_context& io)
        : x_dialer(io, *this, *this), x_listener(io, *this, *this) {
        const auto context = link::make_context(own.pem, own.key.get());
        x_dialer.set_context(context);
        x_listener.set_context(context);
    }

    identity own;
    std::map<bytes, bureau_id> pins;
    std::vector<std::string> log;
    /// Link and address of ours that options were asked for.
    std::vector<std::pair<std::string, std::string>> asked_for;
    std::map<std::uint64_t, std::shared_ptr<link::tls_link>> links;
    bytes body;                       ///< What every offer of this gateway carries.
    std::size_t offered_when_up = 0;  ///< Bytes that are offered as a connection of ours begins.
    std::uint64_t received_bytes = 0;
    bool last_was_resumed = false;

    void trust(const test_gateway& other, std::string_view as) { pins[other.own.der] = bureau(as); }
    /// Who connects waits until begin().
    std::string bind() {
        return "tls://127.0.0.1:" + std::to_string(x_listener.listen("127.0.0.1:0"));
    }
    void begin() { x_listener.begin(); }
    std::string listen() {
        auto address = bind();
        begin();
        return address;
    }
    void dial(const std::string& address, std::string_view peer) {
        x_dialer.dial({"link", bureau(peer), address});
    }
    void try_link(const std::string& address, std::string_view peer) {
        x_dialer.dial({"link", bureau(peer), address, 7});
    }
    void dial_beside(const std::string& address, std::string_view peer) {
        x_dialer.dial({"link", bureau(peer), address, 0, "", true});
    }
    void stop() { x_listener.stop(); }
    [[nodiscard]] std::size_t count(const std::string& line) const {
        return static_cast<std::size_t>(std::ranges::count(log, line));
    }
    void offer(std::size_t size) {
        auto& link = *links.begin()->second;
        offer(link, size);
        link.pump();
    }

    // peer_pinning
    [[nodiscard]] std::optional<bureau_id> peer_of(protocol::byte_view certificate) const override {
        const auto found = pins.find({certificate.begin(), certificate.end()});
        return found == pins.end() ? std::nullopt : std::optional{found->second};
    }

    // link_handler
    protocol::session_options options_for(bureau_id, const std::string& link_name,
                                          const std::string& came_to) override {
        asked_for.emplace_back(link_name, came_to);
        protocol::session_options out;
        out.local.bureau = bureau("ZW");
        out.local.time = now();
        out.local.inline_credit_bytes = 100'000;
        return out;
    }
    std::uint64_t on_up(std::shared_ptr<link::tls_link> link, bureau_id peer, const std::string&,
                        bool is_dialler, route::trial_number trial) override {
        last_was_resumed = link->is_resumed();
        log.push_back((trial != 0   ? "tried "
                       : is_dialler ? "dialled "
                                    : "called by ") +
                      std::string{peer.text()});
        if (is_dialler && offered_when_up > 0) {
            offer(*link, offered_when_up);
        }
        links[++x_number] = std::move(link);
        return x_number;
    }
    void on_events(std::uint64_t number) override {
        const auto link = links.at(number);
        while (auto event = link->session().next_event()) {
            std::visit([&](auto& it) { on(link->session(), it); }, *event);
        }
        link->pump();
    }
    void on_down(std::uint64_t number) override {
        log.emplace_back("down");
        links.erase(number);
    }
    void on_dial_failed(const std::string&, errc code, const std::string&) override {
        log.push_back("dial failed " + std::string{name_of(code)});
    }
    void on_beside_failed(const std::string&, errc code, const std::string&) override {
        log.push_back("beside failed " + std::string{name_of(code)});
    }
    void on_trial_step(route::trial_number trial, route::trial_step step, errc code,
                       const std::string& text) override {
        BOOST_TEST(trial == 7U);
        BOOST_TEST(!text.empty());
        log.push_back("step " + std::to_string(static_cast<int>(step)) + " " +
                      (code == errc{} ? "good" : std::string{name_of(code)}));
    }
    void on_refused(const std::string&, errc code, const std::string&) override {
        log.push_back("refused " + std::string{name_of(code)});
    }
    [[nodiscard]] protocol::utc_time now() const override {
        return std::chrono::time_point_cast<protocol::milliseconds>(
            std::chrono::system_clock::now());
    }

private:
    void offer(link::tls_link& link, std::size_t size) {
        body.assign(size, 0x42);
        protocol::offer_frame what;
        what.body_bytes = size;
        what.kind = protocol::object_kind::attachment;
        what.origin = bureau("ZW");
        const bool is_small = size <= protocol::limits::inline_body_bytes_max;
        link.session().offer(what, is_small ? body : bytes{}, 0, now());
    }
    using session = protocol::link_session;
    void on(session& it, const session_event::sign_hello&) { it.on_hello_signed({}, {}, now()); }
    void on(session& it, const session_event::verify_hello&) { it.on_hello_verified({}, now()); }
    void on(session&, const session_event::established& what) {
        log.emplace_back(what.peer.is_trial    ? "is tried"
                         : what.peer.is_beside ? "stands beside"
                                               : "established");
    }
    void on(session& it, const session_event::offer_received& what) {
        if (!what.inline_body) {
            it.accept(what.offer.stream, 0, now());
        }
    }
    void on(session& it, const session_event::data_received& what) {
        received_bytes += what.payload.size();
        it.on_durable(what.stream, what.offset + what.payload.size(), now());
    }
    void on(session& it, const session_event::body_received& what) {
        log.emplace_back("received");
        it.commit(what.stream, {}, now());
    }
    void on(session& it, const session_event::need_data& what) {
        const auto from = body.begin() + static_cast<std::ptrdiff_t>(what.offset);
        it.supply(what.stream, what.offset, {from, from + static_cast<std::ptrdiff_t>(what.bytes)},
                  now());
    }
    void on(session&, const session_event::committed&) { log.emplace_back("committed"); }
    void on(session&, const session_event::ended& what) {
        log.push_back("ended " + std::string{name_of(errc_of(what.how.code))});
    }
    template <class Other>
    void on(session&, const Other&) {}

    link::dialer x_dialer;
    link::listener x_listener;
    std::uint64_t x_number = 0;
};

/// Two that trust each other; MU listens.
struct two_gateways {
    boost::asio::io_context io{1};
    test_gateway zw{io};
    test_gateway mu{io};
    std::string address = mu.listen();

    two_gateways() {
        zw.trust(mu, "MU");
        mu.trust(zw, "ZW");
    }
    /// Runs what happens until the condition holds.
    void wait_for(const std::function<bool()>& holds) {
        const auto last = std::chrono::steady_clock::now() + std::chrono::seconds{20};
        while (!holds()) {
            io.restart();
            io.run_one_until(last);
            BOOST_REQUIRE(std::chrono::steady_clock::now() < last);
        }
    }
    void wait_for_line(const test_gateway& at, const std::string& line, std::size_t times = 1) {
        BOOST_TEST_CONTEXT("waiting for '" << line << "'") {
            wait_for([&] { return at.count(line) >= times; });
        }
    }
    void connect() {
        const auto before = mu.count("established");
        zw.dial(address, "MU");
        wait_for_line(mu, "established", before + 1);
        wait_for_line(zw, "established", before + 1);
    }
    void disconnect() {
        zw.links.begin()->second->close();
        wait_for([&] { return zw.links.empty() && mu.links.empty(); });
    }
};

}  // namespace dhow::tests
