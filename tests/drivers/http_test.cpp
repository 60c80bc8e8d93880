// The API's server over real sockets and TLS: order, deadlines, caps, clients that break off.
// Way of the message: a client -> [server, connection] -> scripted core.
// Not pure: sockets; the server runs on a thread of its own.
// Spec: docs/agency-api.md. Tests: this is one.
// Limits: deadlines are tried by asking the server about a later time, not by waiting.
#include "tests/drivers/http_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::tests {

namespace limits = protocol::limits;
using std::chrono::seconds;

namespace {

std::string request_of(const std::string& method, const std::string& target,
                       const std::string& body = {}, const std::string& fields = {}) {
    return http_script::text_of(method, target, body, fields);
}

const std::string whoami = request_of("GET", "/v1/whoami");

std::string head_with(std::uint64_t length, const std::string& target,
                      const std::string& fields = {}) {
    return "POST " + target + " HTTP/1.1\r\nHost: dhow\r\n" + fields +
           "Content-Length: " + std::to_string(length) + "\r\n\r\n";
}

bool says(const parsed_reply& reply, const std::string& text) {
    return reply.body.find(text) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(http_test, http_fixture)

BOOST_AUTO_TEST_CASE(a_connection_is_kept_and_pipelined_requests_are_answered_in_order) {
    unix_client client(*this);
    client.send(whoami + request_of("GET", "/v1/nothing") + request_of("GET", "/healthz"));
    BOOST_TEST(client.reply().status == 200U);
    BOOST_TEST(client.reply().status == 404U);
    const auto health = client.reply();
    BOOST_TEST(health.status == 200U);
    client.send(request_of("GET", "/v1/whoami", "", "Connection: close\r\n"));
    BOOST_TEST(client.reply().status == 200U);
    BOOST_TEST(client.is_closed());
    await_connections(0);
    BOOST_TEST(on_server([this] { return server->counters().requests; }) == 4U);
}

BOOST_AUTO_TEST_CASE(the_user_at_the_other_end_of_the_socket_decides_who_is_asking) {
    unix_client known(*this);
    known.send(whoami);
    BOOST_TEST(says(known.reply(), "\"agency\":\"border\""));
    on_server([this] { callers.user.reset(); });
    unix_client unknown(*this);
    const auto refusal = unknown.reply();
    BOOST_TEST(refusal.status == 403U);
    BOOST_TEST(says(refusal, "user number " + std::to_string(::getuid())));
    BOOST_TEST(unknown.is_closed());
    known.send(whoami);
    BOOST_TEST(known.reply().status == 200U);
}

BOOST_AUTO_TEST_CASE(the_key_of_a_client_certificate_decides_who_is_asking) {
    const identity customs;
    const identity stranger;
    on_server([&] { callers.keys[key_digest(customs)] = {"customs", false}; });
    tls_client known(*this, &customs);
    known.send(whoami);
    BOOST_TEST(says(known.reply(), "\"agency\":\"customs\""));
    tls_client unknown(*this, &stranger);
    const auto refusal = unknown.reply();
    BOOST_TEST(refusal.status == 403U);
    BOOST_TEST(says(refusal, protocol::to_hex(key_digest(stranger).view())));
    BOOST_TEST(unknown.is_closed());
    tls_client nobody(*this, nullptr);
    BOOST_TEST(nobody.is_closed());
    tls_client old(*this, &customs, TLS1_2_VERSION);
    BOOST_TEST(old.is_closed());
    known.send(whoami);
    BOOST_TEST(known.reply().status == 200U);
}

BOOST_AUTO_TEST_CASE(a_header_or_a_body_that_drips_ends_at_its_deadline) {
    for (const std::string& begun :
         {std::string{"GET /v1/wh"}, head_with(100, "/v1/messages") + "{\"kind\""}) {
        unix_client client(*this);
        client.send(whoami);
        BOOST_TEST(client.reply().status == 200U);
        client.send(begun);
        const auto before = timeouts();
        pass_deadline(limits::http_header_time_max + seconds{1}, before + 1);
        const auto reply = client.reply();
        BOOST_TEST(reply.status == 408U);
        BOOST_TEST(says(reply, "timed-out"));
        BOOST_TEST(client.is_closed());
    }
}

BOOST_AUTO_TEST_CASE(a_kept_connection_without_requests_is_closed) {
    unix_client client(*this);
    client.send(whoami);
    BOOST_TEST(client.reply().status == 200U);
    pass_deadline(limits::http_idle_time_max + seconds{1}, 1);
    BOOST_TEST(client.is_closed());
}

BOOST_AUTO_TEST_CASE(a_handshake_that_never_comes_ends_at_its_deadline) {
    silent_client client(*this);
    await_connections(1);
    pass_deadline(limits::http_header_time_max + seconds{1}, 1);
    BOOST_TEST(client.is_closed());
    await_connections(0);
}

BOOST_AUTO_TEST_CASE(a_full_house_sends_home_the_longest_idle) {
    std::vector<std::unique_ptr<unix_client>> all;
    for (std::size_t i = 0; i < limits::http_connections_max; ++i) {
        all.push_back(std::make_unique<unix_client>(*this));
        all.back()->send(whoami);
        BOOST_TEST(all.back()->reply().status == 200U);
    }
    unix_client late(*this);
    late.send(whoami);
    BOOST_TEST(late.reply().status == 200U);
    BOOST_TEST(all.front()->is_closed());
    all.back()->send(whoami);
    BOOST_TEST(all.back()->reply().status == 200U);
}

BOOST_AUTO_TEST_CASE(a_full_house_at_work_turns_the_new_one_away) {
    std::vector<std::function<void()>> held;
    on_server(
        [&] { core.later = [&held](std::function<void()> answer) { held.push_back(answer); }; });
    std::vector<std::unique_ptr<unix_client>> all;
    for (std::size_t i = 0; i < limits::http_connections_max; ++i) {
        all.push_back(std::make_unique<unix_client>(*this));
        all.back()->send(whoami);
    }
    await("all to be at work", [&] { return held.size() == limits::http_connections_max; });
    unix_client late(*this);
    BOOST_TEST(late.reply().status == 503U);
    BOOST_TEST(late.is_closed());
    on_server([&] {
        for (const auto& answer : std::exchange(held, {})) {
            answer();
        }
    });
    for (const auto& client : all) {
        BOOST_TEST(client->reply().status == 200U);
    }
}

BOOST_AUTO_TEST_CASE(a_header_without_end_is_refused) {
    for (const std::string& filler :
         {std::string{"X-More: and more\r\n"}, std::string(1000, 'x')}) {
        unix_client client(*this);
        std::string text = "GET /v1/whoami HTTP/1.1\r\nHost: dhow\r\nX-Long: ";
        while (text.size() <= 2 * limits::http_header_bytes_max) {
            text += filler;
        }
        client.send(text);
        const auto reply = client.reply();
        BOOST_TEST(reply.status == 431U);
        BOOST_TEST(says(reply, "too-large"));
        BOOST_TEST(client.is_closed());
    }
}

BOOST_AUTO_TEST_CASE(a_body_that_claims_too_much_is_refused_before_it_comes) {
    constexpr std::uint64_t four_gib = std::uint64_t{4} << 30U;
    for (const auto& [target, length] :
         std::map<std::string, std::uint64_t>{{"/v1/messages", limits::http_json_bytes_max + 1},
                                              {"/v1/messages?big", four_gib},
                                              {"/v1/uploads?name=a.bin", four_gib}}) {
        unix_client client(*this);
        client.send(head_with(length, target));
        BOOST_TEST(client.reply().status == 413U);
        BOOST_TEST(client.is_closed());
    }
    BOOST_TEST(on_server([this] { return core.uploads.size(); }) == 0U);
}

BOOST_AUTO_TEST_CASE(chunks_beyond_the_cap_of_a_json_body_are_refused) {
    unix_client client(*this);
    client.send("POST /v1/messages HTTP/1.1\r\nHost: dhow\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "10000\r\n" + std::string(0x10000, ' ') + "\r\n";
    bool took = true;
    for (std::size_t sent = 0; took && sent < 2 * limits::http_json_bytes_max; sent += 0x10000) {
        took = client.try_send(chunk);
    }
    BOOST_TEST(client.reply().status == 413U);
    BOOST_TEST(client.is_closed());
}

BOOST_AUTO_TEST_CASE(one_agency_gets_half_of_the_memory_for_bodies) {
    const auto invite =
        head_with(limits::http_json_bytes_max, "/v1/messages", "Expect: 100-continue\r\n");
    std::vector<std::unique_ptr<unix_client>> at_work;
    for (std::size_t taken = 0;
         taken + 3 * limits::http_json_bytes_max <= limits::http_memory_bytes_max / 2;
         taken += 3 * limits::http_json_bytes_max) {
        at_work.push_back(std::make_unique<unix_client>(*this));
        at_work.back()->send(invite);
        BOOST_TEST(at_work.back()->reply().status == 100U);
    }
    BOOST_TEST(at_work.size() > 0U);
    unix_client refused(*this);
    refused.send(invite);
    BOOST_TEST(refused.reply().status == 503U);
    at_work.clear();
    await_connections(0);
    unix_client again(*this);
    again.send(invite);
    BOOST_TEST(again.reply().status == 100U);
}

BOOST_AUTO_TEST_CASE(a_client_that_breaks_off_leaves_nothing_behind) {
    const std::string half_upload = head_with(3 * limits::piece_bytes, "/v1/uploads?name=a.bin") +
                                    std::string(limits::piece_bytes + 10, 'a');
    for (const std::string& begun :
         {std::string{"GET /v1/wh"}, head_with(100, "/v1/messages") + "{", half_upload}) {
        unix_client client(*this);
        client.send(begun);
    }
    await_connections(0);
    BOOST_TEST(on_server([this] { return core.uploads.size(); }) == 0U);
    unix_client after(*this);
    after.send(whoami);
    BOOST_TEST(after.reply().status == 200U);
}

BOOST_AUTO_TEST_CASE(an_attachment_goes_out_no_faster_than_it_is_taken) {
    constexpr std::size_t pieces = 6;
    const protocol::bytes scan(pieces * limits::piece_bytes, 0x5a);
    const auto id = on_server([&] { return core.arrive("border", "text", {scan}); });
    const auto ask = request_of("GET", "/v1/inbox/" + protocol::to_text(id) + "/attachments/1");
    unix_client client(*this);
    client.send(ask);
    BOOST_TEST(client.head().find("Content-Length: " + std::to_string(scan.size())) !=
               std::string::npos);
    for (std::size_t i = 0; i < pieces; ++i) {
        // What was taken, the piece that is being written and what the socket holds.
        BOOST_TEST(on_server([this] { return core.pieces_read; }) <= i + 2);
        BOOST_TEST(client.take(limits::piece_bytes) == std::string(limits::piece_bytes, 0x5a));
    }
    {
        unix_client breaks_off(*this);
        breaks_off.send(ask);
        BOOST_TEST(breaks_off.head().size() > 0U);
    }
    await_connections(1);
    BOOST_TEST(on_server([this] { return core.pieces_read; }) <= pieces + 2);
}

BOOST_AUTO_TEST_CASE(an_attachment_comes_in_over_tls_piece_by_piece) {
    constexpr std::size_t size = 5 * limits::piece_bytes + 12'345;
    const identity customs;
    on_server([&] { callers.keys[key_digest(customs)] = {"customs", false}; });
    tls_client client(*this, &customs);
    client.send(head_with(size, "/v1/uploads?name=scan.bin"));
    for (std::size_t sent = 0; sent < size;) {
        const auto count = std::min<std::size_t>(100'000, size - sent);
        client.send(std::string(count, '\1'));
        sent += count;
    }
    BOOST_TEST(client.reply().status == 201U);
    const auto kept = on_server([this] { return core.uploads.begin()->second; });
    BOOST_TEST(kept.agency == "customs");
    BOOST_TEST(kept.bytes == size);
    BOOST_TEST(kept.checksum == size * (size + 1) / 2);
    BOOST_TEST(kept.pieces == 6U);
    BOOST_TEST(kept.longest_piece == limits::piece_bytes);
    BOOST_TEST(kept.complete);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
