// Hostile peers and agencies: each is told or cut off, memory stays flat, honest messages pass.
// Way of the message: attackers beside ZW -> IPSG -> KE; MU's keys are in the wrong hands.
// Not pure: processes, sockets.
// Spec: docs/link-protocol.md, docs/agency-api.md, docs/threats.md. Tests: this is one.
// Limits: the slow ones wait for the daemon's real deadlines, 60 s at the longest.
#include "daemon/link/tls_context.hpp"
#include "protocol/limits.hpp"
#include "tests/system/harness.hpp"
#include "tests/system/hostile_peer.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iostream>
#include <thread>

namespace dhow::tests {

namespace limits = protocol::limits;
using protocol::errc;

namespace {

constexpr std::size_t warm_up_rounds = 10;
constexpr std::size_t attack_rounds = 40;
/// Until the store's cache and the log have the size that whole bodies give them.
constexpr std::size_t bodies_warm_up = 50;
constexpr std::uint64_t growth_under_attack_max = 4'000'000;
/// Bodies that one session sends without regard to ACKs: a disk may keep up with one.
constexpr std::size_t bodies_max = 5;
#ifdef DHOW_SANITIZED
constexpr bool is_sanitized = true;  // It keeps what is freed, and reads slower than a disk writes.
#else
constexpr bool is_sanitized = false;
#endif

std::uint16_t unused_port() {
    boost::asio::io_context io;
    const boost::asio::ip::tcp::acceptor probe(io, {boost::asio::ip::make_address("127.0.0.1"), 0});
    return probe.local_endpoint().port();
}

void expect_goodbye(hostile_peer& peer, errc code) {
    const auto said = peer.goodbye();
    BOOST_REQUIRE(said.has_value());
    BOOST_TEST(protocol::name_of(*said) == protocol::name_of(code));
}

/// All DATA of a body, without regard to ACKs.
std::string body_at_once(protocol::stream_id stream, std::uint64_t body_bytes) {
    const protocol::bytes part(limits::frame_payload_bytes_max, 7);
    std::string out;
    for (std::uint64_t at = 0; at < body_bytes; at += part.size()) {
        out += framed(protocol::data_frame{stream, at, part});
    }
    return out;
}

struct under_attack {
    under_attack() : bureaus({.members = {"ZW", "KE", "MU"}, .log = "info"}) {
        open_api();
        for (const auto* bureau : {"IPSG", "ZW", "KE"}) {
            bureaus[bureau].start();
        }
    }

    /// The hub's API also on mutual TLS, for an agency "border".
    void open_api() {
        auto& hub = bureaus["IPSG"];
        std::ofstream(hub.folder() / "api.crt") << server.certificate_pem;
        const auto key = hub.folder() / "api.key";
        std::ofstream(key) << server.key_pem();
        std::filesystem::permissions(key, std::filesystem::perms::owner_read);
        auto text = read_file(hub.config());
        const std::string plain = "api: {unix_socket: api.sock}";
        text.replace(
            text.find(plain), plain.size(),
            "api: {unix_socket: api.sock, tls: {address: \"127.0.0.1:" + std::to_string(api_port) +
                "\", certificate: api.crt, key: \"file:api.key\"}}");
        text.insert(text.find("duty_desk:"), "  border:\n    keys: [\"" +
                                                 border.public_key_sha256() +
                                                 "\"]\n    send: {kinds: [\"*\"], to: [\"*\"], "
                                                 "classes: [routine]}\n");
        std::ofstream(hub.config()) << text;
    }

    void expect_honest_message() {
        letter what;
        what.to = {"KE"};
        const auto id = submit(bureaus["ZW"], what);
        wait_until("an honest message", [&] { return is_complete(bureaus["ZW"], id, "KE"); });
    }

    /// Each attack many times: the hub stays up, as large as it was, and of use.
    void repeat(const std::string& name, const std::function<void()>& attack,
                std::size_t warm_up = warm_up_rounds, std::size_t rounds = attack_rounds) {
        auto& hub = bureaus["IPSG"];
        const auto pid = hub.pid();
        for (std::size_t i = 0; i < warm_up; ++i) {
            attack();
        }
        expect_honest_message();
        const auto before = hub.resident_bytes();
        for (std::size_t i = 0; i < rounds; ++i) {
            attack();
            if (i == rounds / 2) {
                expect_honest_message();
            }
        }
        expect_honest_message();
        const auto after = hub.resident_bytes();
        std::cout << "hostile: " << name << ": resident " << before / 1000 << " kB, then "
                  << after / 1000 << " kB" << std::endl;
        BOOST_TEST((after <= before + growth_under_attack_max || is_sanitized),
                   name << ": " << before << " " << after);
        BOOST_TEST(hub.is_running());
        BOOST_TEST(hub.pid() == pid);
    }

    std::unique_ptr<hostile_peer> thief() {
        auto out = std::make_unique<hostile_peer>(bureaus.hub_port());
        out->show(stolen);
        out->set_alpn("dhow/1");
        return out;
    }
    /// A session as MU.
    std::unique_ptr<hostile_peer> established() {
        auto out = thief();
        BOOST_REQUIRE(out->shake_hands());
        out->greet("MU", stolen_signing_key.get());
        BOOST_REQUIRE(out->is_greeted());
        return out;
    }
    /// The largest text, in MU's name.
    protocol::offer_frame text_offer(protocol::stream_id stream) {
        auto out = signed_offer("MU", bureaus["MU"].folder(), limits::sealed_text_bytes_max);
        out.stream = stream;
        return out;
    }
    /// False: the disk kept up. A session that outran it was told so.
    bool send_beyond_window() {
        const auto peer = established();
        auto offer = text_offer(0);
        peer->say(offer);
        BOOST_REQUIRE(peer->is_accepted());
        bool goes_on = true;
        for (std::size_t i = 0; goes_on && i < bodies_max; ++i) {
            peer->say(body_at_once(offer.stream, offer.body_bytes));
            offer = text_offer(offer.stream + 1);
            peer->say(offer);
            goes_on = peer->is_accepted();
        }
        if (!goes_on) {
            const auto said = peer->goodbye();
            // With a megabyte still on its way, the reset of a slow reader may outrun its GOODBYE.
            BOOST_TEST((said.has_value() || is_sanitized));
            BOOST_TEST((!said || *said == errc::credit_exceeded));
        }
        return !goes_on;
    }
    std::unique_ptr<hostile_peer> as_agency(const credentials& who) const {
        auto out = std::make_unique<hostile_peer>(api_port);
        out->show(who);
        out->shake_hands();
        return out;
    }

    std::uint16_t api_port = unused_port();
    credentials server = credentials::self_made();
    credentials border = credentials::self_made();
    credentials stranger = credentials::self_made();
    federation bureaus;
    credentials stolen = credentials::of_bureau(bureaus.folder() / "MU");
    std::shared_ptr<EVP_PKEY> stolen_signing_key = read_key(bureaus.folder() / "MU/keys/sign.pem");
};

void expect_status(hostile_peer& agency, unsigned status, const std::string& code) {
    const auto said = agency.rest();
    BOOST_TEST(said.starts_with("HTTP/1.1 " + std::to_string(status)), said.substr(0, 400));
    BOOST_TEST(said.find("\"code\":\"" + code + "\"") != std::string::npos, said.substr(0, 400));
}

std::string post(const std::string& body, std::uint64_t length) {
    return "POST /v1/messages HTTP/1.1\r\nHost: dhow\r\nConnection: close\r\nContent-Length: " +
           std::to_string(length) + "\r\n\r\n" + body;
}

/// A frame that claims 4 GiB.
std::string endless_frame(char type) { return type + std::string("\xff\xff\xff\xff\x0f", 5); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(hostile_test, under_attack)

//= LP-1, LP-2
BOOST_AUTO_TEST_CASE(peers_with_wrong_tls_or_keys_are_refused) {
    repeat("unknown certificate", [this] {
        hostile_peer peer(bureaus.hub_port());
        peer.show(stranger);
        peer.set_alpn("dhow/1");
        peer.shake_hands();
        expect_goodbye(peer, errc::peer_not_pinned);
    });
    repeat("unknown ALPN", [this] {
        const auto peer = thief();
        peer->set_alpn("h2");
        BOOST_TEST(!peer->shake_hands());
    });
    repeat("TLS 1.2", [this] {
        const auto peer = thief();
        peer->use_version(TLS1_2_VERSION);
        BOOST_TEST(!peer->shake_hands());
    });
    repeat("wrong signing key", [this] {
        const auto peer = thief();
        peer->shake_hands();
        peer->greet("MU", stranger.key.get());
        expect_goodbye(*peer, errc::unknown_key);
    });
    repeat("HELLO of another bureau", [this] {
        const auto peer = thief();
        peer->shake_hands();
        peer->greet("KE", stolen_signing_key.get());
        expect_goodbye(*peer, errc::wrong_key_owner);
    });
}

//= LP-4, LP-43, LP-45, LP-52
BOOST_AUTO_TEST_CASE(peers_that_break_the_protocol_end_their_session_only) {
    repeat("oversized HELLO", [this] {
        const auto peer = thief();
        peer->shake_hands();
        peer->say(endless_frame(1));
        expect_goodbye(*peer, errc::too_long);
    });
    repeat("4 GiB frames in a session", [this] {
        const auto peer = established();
        peer->say(endless_frame(4) + std::string(200'000, 'x'));
        expect_goodbye(*peer, errc::too_long);
    });
    repeat("garbage after HELLO", [this] {
        const auto peer = established();
        peer->say(std::string(1000, '\x80'));
        BOOST_TEST(peer->goodbye().has_value());
    });
    repeat("more promised than granted", [this] {
        const auto peer = established();
        protocol::offer_frame offer;
        offer.kind = protocol::object_kind::receipt;
        offer.origin = *protocol::bureau_id::parse("ZW");
        offer.mode = protocol::body_mode::with_offer;
        offer.body_bytes = limits::inline_body_bytes_max;
        for (std::size_t sum = 0; sum <= limits::granted_credit_bytes; sum += offer.body_bytes) {
            peer->say(offer);
            ++offer.stream;
        }
        expect_goodbye(*peer, errc::credit_exceeded);
    });
    repeat("DATA before ACCEPT", [this] {
        const auto peer = established();
        const auto offer = text_offer(0);
        const protocol::bytes data(1, 7);
        // In one record, so that no ACCEPT can come in between.
        peer->say(framed(offer) + framed(protocol::data_frame{offer.stream, 0, data}));
        expect_goodbye(*peer, errc::credit_exceeded);
    });
    std::size_t overruns = 0;
    const auto overrun = [&] { overruns += send_beyond_window() ? 1 : 0; };
    repeat("DATA beyond the window of an ACCEPT", overrun, bodies_warm_up);
    std::cout << "hostile: " << overruns << " of " << bodies_warm_up + attack_rounds
              << " outran the disk" << std::endl;
    BOOST_TEST((overruns > 0 || is_sanitized));
    repeat("data without an offer", [this] {
        const auto peer = established();
        const protocol::bytes data(60'000, 7);
        peer->say(protocol::data_frame{5, 0, data});
        expect_goodbye(*peer, errc::protocol_violation);
    });
}

BOOST_AUTO_TEST_CASE(sessions_without_end_leave_the_gateway_as_large_as_it_was) {
    constexpr std::size_t warm_up = protocol::limits::resumable_sessions_max + 100;
    constexpr std::size_t many = 1000;
    repeat("sessions without end", [this] { established(); }, warm_up, many);
}

BOOST_AUTO_TEST_CASE(agencies_that_are_wrong_are_told_so) {
    repeat("unknown client certificate",
           [this] { expect_status(*as_agency(stranger), 403, "unauthorised"); });
    repeat("headers without end", [this] {
        const auto agency = as_agency(border);
        std::string text = "GET /v1/whoami HTTP/1.1\r\n";
        for (int i = 0; i < 5000; ++i) {
            text += "X-More: and more\r\n";
        }
        agency->say(text);
        expect_status(*agency, 431, "too-large");
    });
    repeat("a header line without end", [this] {
        const auto agency = as_agency(border);
        agency->say("GET /v1/whoami HTTP/1.1\r\nX-Long: " + std::string(60'000, 'x'));
        expect_status(*agency, 431, "too-large");
    });
    repeat("invalid JSON and wrong UTF-8", [this] {
        for (const std::string& body :
             {std::string{"{\"kind\": "}, std::string{"[[[[[[[[[[[[[[[[[["},
              std::string{"{\"kind\":\"a\xff\xfe\",\"to\":[\"KE\"],\"text\":\"\"}"},
              std::string{"{\"text\":\"\xed\xa0\x80\"}"}}) {
            const auto agency = as_agency(border);
            agency->say(post(body, body.size()));
            expect_status(*agency, 400, "bad-request");
        }
    });
    repeat("a body longer than its length", [this] {
        const auto agency = as_agency(border);
        agency->say(post("{}} and what is no request at all\r\n\r\n", 2));
        expect_status(*agency, 400, "bad-request");
    });
    repeat("a claim of 4 GiB", [this] {
        const auto agency = as_agency(border);
        agency->say(post("{", std::uint64_t{4} << 30U));
        expect_status(*agency, 413, "too-large");
    });
}

//= LP-70
BOOST_AUTO_TEST_CASE(slow_and_half_open_connections_end_at_the_deadline) {
    constexpr std::size_t crowd = 50;
    std::vector<std::unique_ptr<hostile_peer>> silent;
    for (std::size_t i = 0; i < crowd; ++i) {
        silent.push_back(std::make_unique<hostile_peer>(bureaus.hub_port()));
        silent.push_back(std::make_unique<hostile_peer>(api_port));
    }
    // A HELLO that is on its way for ever: a byte at a time, as long as the hub listens.
    const auto slow_peer = thief();
    BOOST_REQUIRE(slow_peer->shake_hands());
    const auto slow_agency = as_agency(border);
    const auto text = slow_peer->greeting("MU", stolen_signing_key.get());
    std::jthread drip([&](const std::stop_token& over) {
        std::size_t at = 0;
        for (; !over.stop_requested(); ++at) {
            if (at + 1 < text.size() && at < 100) {
                slow_peer->say(text.substr(at, 1));
            }
            slow_agency->say(at == 0 ? "GET /v1/whoami HTTP/1.1\r\nX-Slow: " : "x");
            std::this_thread::sleep_for(std::chrono::milliseconds{500});  // the attack's pace
        }
    });
    expect_honest_message();
    wait_until("the hub's word on a slow peer",
               [&] { return bureaus["IPSG"].get("/readyz").at("ready").as_bool(); });
    for (const auto& one : silent) {
        BOOST_TEST(one->rest().empty());
    }
    drip.request_stop();
    drip.join();
    expect_goodbye(*slow_peer, errc::timed_out);
    expect_status(*slow_agency, 408, "timed-out");
    expect_honest_message();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
