// Each station's paths over a scripted connection: statuses, JSON, streams, limits.
#include "daemon/http/base64.hpp"
#include "tests/support/http_script.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

using namespace dhow;
namespace json = boost::json;
namespace limits = protocol::limits;
using tests::http_script;

namespace {

const std::string small = R"({"kind":"hit.request","to":["MU"],"text":"grey boat"})";

std::string id_of(const tests::parsed_reply& reply) {
    return std::string{json::parse(reply.body).at("id").as_string()};
}

/// A string's text, or the JSON of another value.
std::string said(const json::value& value) {
    return value.is_string() ? std::string{value.get_string()} : json::serialize(value);
}

std::string code_of(const tests::parsed_reply& reply) {
    return std::string{json::parse(reply.body).at("code").as_string()};
}

std::string detail_of(const tests::parsed_reply& reply) {
    return std::string{json::parse(reply.body).at("detail").as_string()};
}

protocol::bytes pattern(std::size_t size) {
    protocol::bytes out(size);
    for (std::size_t i = 0; i < size; ++i) {
        out[i] = static_cast<std::uint8_t>(i * 31 + i / 4096);
    }
    return out;
}

std::string as_text(const protocol::bytes& data) { return {data.begin(), data.end()}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(endpoints_test)

BOOST_AUTO_TEST_CASE(accepts_a_message_and_repeats_its_id) {
    http_script script;
    const std::string key = "Idempotency-Key: k1\r\n";
    const auto first = script.ask_one("POST", "/v1/messages", small, key);
    BOOST_TEST(first.status == 202U);
    BOOST_TEST(first.head.find("Location: /v1/messages/" + id_of(first)) != std::string::npos);
    const auto repeat = script.ask_one("POST", "/v1/messages", small, key);
    BOOST_TEST(repeat.status == 200U);
    BOOST_TEST(id_of(repeat) == id_of(first));
    const auto clash = script.ask_one(
        "POST", "/v1/messages", R"({"kind":"hit.request","to":["MU"],"text":"red boat"})", key);
    BOOST_TEST(clash.status == 409U);
    BOOST_TEST(script.core.sent.size() == 1U);
    const auto bad_key = script.ask_one("POST", "/v1/messages", small, "Idempotency-Key: a b\r\n");
    BOOST_TEST(bad_key.status == 400U);
    BOOST_TEST(script.memory_left_taken == 0U);
}

BOOST_AUTO_TEST_CASE(reads_every_member_of_a_submission) {
    http_script script;
    const auto reply = script.ask_one("POST", "/v1/messages", R"({
        "kind":"notice.request","subject":"S","media_type":"text/html","class":"flash",
        "to":["MU","group:pacific"],"text_base64":"AAEC","expires_in_s":3600,
        "supersedes":["0195e0c1-7c3a-7000-8000-000000000001"],
        "cancels":["0195e0c1-7c3a-7000-8000-000000000002"]})");
    BOOST_TEST_REQUIRE(reply.status == 202U);
    const auto& got = script.core.sent.begin()->second.submitted;
    BOOST_TEST(got.kind == "notice.request");
    BOOST_TEST(got.subject == "S");
    BOOST_TEST(got.media_type == "text/html");
    BOOST_TEST((got.cls == protocol::message_class::flash));
    BOOST_TEST(got.to == (std::vector<std::string>{"MU", "group:pacific"}));
    BOOST_TEST((got.text == protocol::bytes{0, 1, 2}));
    BOOST_TEST((got.time_to_live == std::chrono::seconds{3600}));
    BOOST_TEST(got.supersedes.size() == 1U);
    BOOST_TEST(got.cancels.size() == 1U);
    BOOST_TEST(script.core.last_caller.agency == "border");
}

BOOST_AUTO_TEST_CASE(points_at_what_is_wrong_in_a_submission) {
    http_script script;
    const std::pair<std::string, std::string> cases[] = {
        {R"({"to":["MU"],"text":""})", "/kind"},
        {R"({"kind":"k","text":""})", "/to"},
        {R"({"kind":"k","to":["mu"],"text":""})", "/to/0"},
        {R"({"kind":"k","to":["MU"]})", "/text"},
        {R"({"kind":"k","to":["MU"],"text":"","text_base64":""})", "/text"},
        {R"({"kind":"k","to":["MU"],"text_base64":"!"})", "/text_base64"},
        {R"({"kind":"k","to":["MU"],"text":"","class":"Flash"})", "/class"},
        {R"({"kind":"k","to":["MU"],"text":"","attachments":[17]})", "/attachments/0"},
        {R"({"kind":"k","to":["MU"],"text":"","cancels":["x"]})", "/cancels/0"},
        {R"({"kind":"k","to":["MU"],"text":"","expires_in_s":0})", "/expires_in_s"},
        {R"({"kind":"k","to":["MU"],"text":"","expires_in_s":5,"never_expires":true})",
         "/expires_in_s"},
        {R"({"kind":"k","to":["MU"],"text":"","priority":"high"})", "/priority"}};
    for (const auto& [body, where] : cases) {
        const auto reply = script.ask_one("POST", "/v1/messages", body);
        BOOST_TEST(reply.status == 400U, body);
        BOOST_TEST(detail_of(reply).starts_with(where + ": "), detail_of(reply));
    }
    BOOST_TEST(script.ask_one("POST", "/v1/messages", "{\"kind\":\"\xff\"}").status == 400U);
    BOOST_TEST(script.ask_one("POST", "/v1/messages", "[]").status == 400U);
    BOOST_TEST(script.core.requests == 0U);
}

BOOST_AUTO_TEST_CASE(bounds_texts_and_bodies) {
    http_script script;
    const auto with_text = [](std::size_t size) {
        return R"({"kind":"k","to":["MU"],"text":")" + std::string(size, 'x') + "\"}";
    };
    BOOST_TEST(script.ask_one("POST", "/v1/messages", with_text(limits::text_bytes_max)).status ==
               202U);
    const auto longer =
        script.ask_one("POST", "/v1/messages", with_text(limits::text_bytes_max + 1));
    BOOST_TEST(longer.status == 413U);
    const auto huge = script.ask_one("POST", "/v1/messages", "", "Content-Length: 4294967296\r\n");
    BOOST_TEST(huge.status == 413U);
    BOOST_TEST(huge.head.find("Connection: close") != std::string::npos);
    std::string chunked = "POST /v1/messages HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 40; ++i) {
        chunked += "10000\r\n" + std::string(65536, ' ') + "\r\n";
    }
    const auto endless = script.ask(chunked);
    BOOST_TEST_REQUIRE(endless.size() == 1U);
    BOOST_TEST(endless[0].status == 413U);
    BOOST_TEST(script.memory_left_taken == 0U);
}

BOOST_AUTO_TEST_CASE(maps_the_cores_refusals) {
    http_script script;
    const std::pair<protocol::errc, unsigned> cases[] = {
        {protocol::errc::quota_exceeded, 429},    {protocol::errc::store_full, 507},
        {protocol::errc::overloaded, 503},        {protocol::errc::unauthorised, 403},
        {protocol::errc::unknown_recipient, 422}, {protocol::errc::internal, 500}};
    for (const auto& [code, status] : cases) {
        script.core.fail_next = route::response::problem{code, "why", std::chrono::seconds{9}};
        const auto reply = script.ask_one("POST", "/v1/messages", small);
        BOOST_TEST(reply.status == status);
        BOOST_TEST(code_of(reply) == protocol::name_of(code));
        BOOST_TEST(detail_of(reply) == "why");
        BOOST_TEST(reply.head.find("Retry-After: 9\r\n") != std::string::npos);
    }
    const auto policy =
        script.ask_one("POST", "/v1/messages", R"({"kind":"forbidden","to":["MU"],"text":""})");
    BOOST_TEST(policy.status == 422U);
}

BOOST_AUTO_TEST_CASE(answers_pipelined_requests_in_order_in_steps_of_any_size) {
    const std::string requests =
        http_script::text_of("GET", "/healthz") +
        http_script::text_of("POST", "/v1/messages", small) +
        http_script::text_of("GET", "/nowhere") + http_script::text_of("HEAD", "/readyz") +
        http_script::text_of("PUT", "/healthz") + http_script::text_of("GET", "/v1/whoami");
    for (const bool later : {false, true}) {
        for (std::size_t step = 1; step < 300; step += 7) {
            http_script script;
            script.answers_later = later;
            const std::string output = script.run(requests, step);
            const auto statuses = [&output] {
                std::string out;
                for (std::size_t at = 0; (at = output.find("HTTP/1.1 ", at)) != std::string::npos;
                     ++at) {
                    out += output.substr(at + 9, 3) + " ";
                }
                return out;
            }();
            BOOST_TEST(statuses == "200 202 404 200 405 200 ");
            BOOST_TEST(output.find("Allow: GET, HEAD\r\n") != std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_CASE(survives_an_end_after_each_byte) {
    const std::string request = http_script::text_of("POST", "/v1/messages", small) +
                                http_script::text_of("POST", "/v1/uploads?name=a", "xyz");
    for (std::size_t size = 0; size < request.size(); ++size) {
        http_script script;
        script.answers_later = size % 2 == 0;
        script.run(request.substr(0, size));
        BOOST_TEST(script.core.sent.size() == (size >= request.find("POST", 1) ? 1U : 0U));
        BOOST_TEST(script.core.uploads.empty());
        BOOST_TEST(script.memory_left_taken == 0U);
    }
}

BOOST_AUTO_TEST_CASE(keeps_operators_paths_for_operators) {
    http_script script;
    script.who = {"border", false};
    for (const http::endpoint& one : script.routes().endpoints()) {
        if (one.who != http::access::operators) {
            continue;
        }
        const auto reply = script.ask_one(std::string{one.method}, std::string{one.pattern});
        BOOST_TEST(reply.status == 403U, one.pattern);
    }
    BOOST_TEST(script.core.requests == 0U);
    script.who = {"border", true};
    script.ask_one("GET", "/admin/v1/links");
    BOOST_TEST(script.core.last_caller.agency == "");
    BOOST_TEST(script.core.last_caller.is_operator);
}

BOOST_AUTO_TEST_CASE(shows_an_agency_only_its_own) {
    http_script script;
    script.who = {"border", false};
    const auto id = id_of(script.ask_one("POST", "/v1/messages", small));
    for (const auto* what : {"", "/recipients", "/events", "/why", "/evidence"}) {
        BOOST_TEST(script.ask_one("GET", "/v1/messages/" + id + what).status == 200U, what);
    }
    script.who = {"customs", false};
    for (const auto* what : {"", "/recipients", "/events", "/why", "/evidence"}) {
        BOOST_TEST(script.ask_one("GET", "/v1/messages/" + id + what).status == 404U, what);
    }
    BOOST_TEST(script.ask_one("POST", "/v1/messages/" + id + "/cancel").status == 404U);
}

BOOST_AUTO_TEST_CASE(tells_what_became_of_a_message) {
    http_script script;
    const auto id = id_of(script.ask_one("POST", "/v1/messages", small));
    const auto get = [&script, &id](const std::string& what) {
        return json::parse(script.ask_one("GET", "/v1/messages/" + id + what).body);
    };
    BOOST_TEST(said(get("").at("recipients").at(0).at("state")) == "queued");
    BOOST_TEST(said(get("/recipients").at("recipients").at(0).at("recipient")) == "MU");
    BOOST_TEST(said(get("/why").at("causes").at(0).at("code")) == "link-down");
    BOOST_TEST(get("/why").at("causes").at(0).at("next_try").is_null());
    BOOST_TEST(said(get("/events").at("events").at(0).at("what")) == "accepted");
    BOOST_TEST(said(get("/evidence").at("files").at(0).at("data_base64")) == "AQID");
    BOOST_TEST(script.ask_one("POST", "/v1/messages/" + id + "/cancel").status == 200U);
    BOOST_TEST(said(get("").at("recipients").at(0).at("state")) == "cancelled");
    BOOST_TEST(script.ask_one("GET", "/v1/messages/17").status == 404U);
}

BOOST_AUTO_TEST_CASE(takes_uploads_in_whole_pieces) {
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, limits::piece_bytes - 1, limits::piece_bytes,
          limits::piece_bytes + 1, 3 * limits::piece_bytes}) {
        const auto data = pattern(size);
        std::uint64_t checksum = 0;
        for (std::size_t i = 0; i < size; ++i) {
            checksum += data[i] * (i + 1);
        }
        for (const bool chunked : {false, true}) {
            http_script script;
            std::string text =
                "POST /v1/uploads?name=photo%201.jpg HTTP/1.1\r\nContent-Type: image/jpeg\r\n";
            if (chunked) {
                text += "Transfer-Encoding: chunked\r\n\r\n";
                for (std::size_t at = 0; at < size; at += 300'000) {
                    const auto count = std::min<std::size_t>(300'000, size - at);
                    char head[32];
                    std::snprintf(head, sizeof head, "%zx\r\n", count);
                    text += head + as_text(data).substr(at, count) + "\r\n";
                }
                text += "0\r\n\r\n";
            } else {
                text += "Content-Length: " + std::to_string(size) + "\r\n\r\n" + as_text(data);
            }
            const auto replies = script.ask(text + http_script::text_of("GET", "/healthz"), 5000);
            BOOST_TEST_REQUIRE(replies.size() == 2U);
            BOOST_TEST(replies[0].status == 201U);
            BOOST_TEST(replies[1].status == 200U);
            const auto body = json::parse(replies[0].body);
            BOOST_TEST(body.at("bytes") == size);
            const auto& upload = script.core.uploads.at(1);
            BOOST_TEST(upload.file_name == "photo 1.jpg");
            BOOST_TEST(upload.media_type == "image/jpeg");
            BOOST_TEST(upload.checksum == checksum);
            BOOST_TEST(upload.complete);
            BOOST_TEST(upload.pieces == std::max<std::size_t>(1, (size + limits::piece_bytes - 1) /
                                                                     limits::piece_bytes));
            BOOST_TEST(upload.longest_piece <= limits::piece_bytes);
        }
    }
}

BOOST_AUTO_TEST_CASE(refuses_uploads_before_their_body) {
    http_script script;
    BOOST_TEST(script.ask_one("POST", "/v1/uploads", "x").status == 400U);
    BOOST_TEST(script.ask_one("POST", "/v1/uploads?name=..%2Fx", "x").status == 400U);
    BOOST_TEST(script.ask_one("POST", "/v1/uploads?name=a%0Ab", "x").status == 400U);
    const auto huge = script.ask_one("POST", "/v1/uploads?name=a", "",
                                     "Expect: 100-continue\r\nContent-Length: 600000000\r\n");
    BOOST_TEST(huge.status == 413U);
    BOOST_TEST(script.core.uploads.empty());
    BOOST_TEST(script.ask_one("DELETE", "/v1/uploads/1").status == 404U);
    script.ask_one("POST", "/v1/uploads?name=a", "x");
    BOOST_TEST(script.ask_one("DELETE", "/v1/uploads/1").status == 204U);
}

BOOST_AUTO_TEST_CASE(abandons_an_upload_that_the_core_refuses) {
    http_script script;
    const auto data = as_text(pattern(limits::piece_bytes + 10));
    // The first answer is the upload's number; the second, for the first piece, fails.
    std::size_t asked = 0;
    script.core.later = [&script, &asked](const std::function<void()>& f) {
        if (++asked == 1) {
            script.core.fail_next = route::response::problem{protocol::errc::store_full, "", {}};
        }
        f();
    };
    const auto reply = script.ask_one("POST", "/v1/uploads?name=a", data);
    BOOST_TEST(reply.status == 507U);
    BOOST_TEST(script.core.uploads.empty());
}

BOOST_AUTO_TEST_CASE(invites_the_body_only_when_it_wants_it) {
    http_script script;
    // The body comes after the invitation: the steps part head and body.
    const std::string head =
        "POST /v1/messages HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: " +
        std::to_string(small.size()) + "\r\n\r\n";
    const std::string output = script.run(head + small, head.size());
    BOOST_TEST(output.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\n"));
    const std::string refused = script.run("PUT" + head.substr(4) + small, head.size() - 1);
    BOOST_TEST(refused.find("100 Continue") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(lists_opens_and_acknowledges) {
    http_script script;
    const auto id = protocol::to_text(script.core.arrive("border", "boat seen"));
    script.core.arrive("customs", "other");
    const auto list = json::parse(script.ask_one("GET", "/v1/inbox").body);
    BOOST_TEST_REQUIRE(list.at("entries").as_array().size() == 1U);
    BOOST_TEST(said(list.at("entries").at(0).at("id")) == id);
    BOOST_TEST(said(list.at("entries").at(0).at("summary").at("kind")) == "hit.request");
    const auto opened = json::parse(script.ask_one("GET", "/v1/inbox/" + id).body);
    BOOST_TEST(opened.at("text_base64") == "Ym9hdCBzZWVu");
    const auto text = script.ask_one("GET", "/v1/inbox/" + id + "/text");
    BOOST_TEST(text.body == "boat seen");
    BOOST_TEST(text.head.find("Content-Type: text/plain; charset=utf-8\r\n") != std::string::npos);
    const std::string ack = "/v1/inbox/" + id + "/ack";
    BOOST_TEST(script.ask_one("POST", ack, R"({"state":"eaten"})").status == 400U);
    BOOST_TEST(script.ask_one("POST", ack).status == 400U);
    BOOST_TEST(script.ask_one("POST", ack, R"({"state":"rejected","reason":"not ours"})").status ==
               200U);
    BOOST_TEST(script.core.inbox.at(1).second.reason == "not ours");
    BOOST_TEST(
        json::parse(script.ask_one("GET", "/v1/inbox").body).at("entries").as_array().empty());
    BOOST_TEST(json::parse(script.ask_one("GET", "/v1/inbox?all=true").body)
                   .at("entries")
                   .as_array()
                   .size() == 1U);
    BOOST_TEST(script.ask_one("GET", "/v1/inbox?limit=501").status == 400U);
    BOOST_TEST(script.ask_one("GET", "/v1/inbox?after=-1").status == 400U);
}

BOOST_AUTO_TEST_CASE(lets_no_peer_write_header_fields) {
    http_script script;
    script.core.media_type = "text/plain\r\nSet-Cookie: a=b";
    const auto id = protocol::to_text(script.core.arrive("border", "x"));
    const auto text = script.ask_one("GET", "/v1/inbox/" + id + "/text");
    BOOST_TEST(text.head.find("Set-Cookie") == std::string::npos);
    BOOST_TEST(text.head.find("application/octet-stream") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(wakes_a_waiting_inbox) {
    http_script script;
    script.answers_later = true;
    script.during = [&script] { script.core.arrive("border", "now"); };
    const auto reply = script.ask_one("GET", "/v1/inbox?wait=30");
    BOOST_TEST(json::parse(reply.body).at("entries").as_array().size() == 1U);
    BOOST_TEST(script.core.watches.empty());
}

BOOST_AUTO_TEST_CASE(streams_attachments_whole_and_in_ranges) {
    http_script script;
    const auto data = pattern(2 * limits::piece_bytes + 100);
    const auto id = protocol::to_text(script.core.arrive("border", "x", {pattern(0), data}));
    const std::string path = "/v1/inbox/" + id + "/attachments/";
    const auto whole = script.ask_one("GET", path + "2");
    BOOST_TEST(whole.status == 200U);
    BOOST_TEST((whole.body == as_text(data)));
    BOOST_TEST(whole.head.find("filename*=UTF-8''photo%202.jpg") != std::string::npos);
    BOOST_TEST(script.ask_one("GET", path + "1").body.empty());
    constexpr std::uint64_t piece = limits::piece_bytes;
    const http::byte_range ranges[] = {{0, 0},
                                       {piece - 1, piece},
                                       {piece, 2 * piece - 1},
                                       {5, 2 * piece + 99},
                                       {2 * piece, 2 * piece + 99}};
    for (const auto& range : ranges) {
        script.core.pieces_read = 0;
        const auto part = script.ask_one("GET", path + "2", "",
                                         "Range: bytes=" + std::to_string(range.first) + "-" +
                                             std::to_string(range.last) + "\r\n");
        BOOST_TEST(part.status == 206U);
        BOOST_TEST((part.body == as_text(data).substr(range.first, range.last - range.first + 1)));
        BOOST_TEST(script.core.pieces_read == range.last / piece - range.first / piece + 1);
    }
    BOOST_TEST(script.ask_one("GET", path + "2", "", "Range: bytes=9999999-\r\n").status == 416U);
    for (const auto* wrong : {"0", "3", "x", "65537"}) {
        BOOST_TEST(script.ask_one("GET", path + wrong).status == 404U, wrong);
    }
}

BOOST_AUTO_TEST_CASE(does_what_operators_ask) {
    http_script script;
    const auto id = id_of(script.ask_one("POST", "/v1/messages", small));
    const auto post = [&script](const std::string& path, const std::string& body = {}) {
        return script.ask_one("POST", "/admin/v1/" + path, body).status;
    };
    BOOST_TEST(post("links/fibre-ipsg/call") == 200U);
    BOOST_TEST(post("links/nothing/call") == 404U);
    BOOST_TEST(post("links/fibre-ipsg/quota", R"({"used_bytes":3145728})") == 200U);
    BOOST_TEST(post("links/nothing/quota", R"({"used_bytes":1})") == 404U);
    BOOST_TEST(post("links/fibre-ipsg/quota", R"({"used_bytes":-1})") == 400U);
    BOOST_TEST(post("peers/MU/suspend",
                    R"({"reason":"audit","until":"2026-12-01T00:00:00.000Z"})") == 200U);
    BOOST_TEST(post("peers/MU/suspend", R"({"until":"tomorrow"})") == 400U);
    BOOST_TEST(post("peers/MU/suspend", R"({"reason":"audit","for":"90m"})") == 200U);
    BOOST_TEST(post("peers/MU/suspend", R"({"for":"for ever"})") == 400U);
    BOOST_TEST(post("links/nothing/test") == 404U);
    BOOST_TEST(post("links/fibre-ipsg/test", R"({"x":1})") == 400U);
    BOOST_TEST(post("peers/MU/resume") == 200U);
    BOOST_TEST(post("peers/MU/hold") == 200U);
    BOOST_TEST(post("peers/MU/release", "{}") == 200U);
    BOOST_TEST(post("peers/mu/hold") == 404U);
    BOOST_TEST(post("messages/" + id + "/hold") == 200U);
    BOOST_TEST(post("messages/" + id + "/release") == 200U);
    BOOST_TEST(post("messages/" + id + "/hold", R"({"x":1})") == 400U);
    BOOST_TEST(post("messages/" + id + "/send-again", R"({"recipient":"MU"})") == 200U);
    BOOST_TEST(post("messages/" + id + "/send-again") == 400U);
    BOOST_TEST(post("messages/" + id + "/cancel") == 200U);
    BOOST_TEST(post("backup", R"({"path":"/var/backups/dhow.db"})") == 200U);
    BOOST_TEST(post("backup", R"({"path":"dhow.db"})") == 400U);
    const std::vector<std::string> expected{"call fibre-ipsg",
                                            "quota fibre-ipsg 3145728",
                                            "suspend MU audit",
                                            "suspend MU audit for 5400 s",
                                            "resume MU ",
                                            "hold MU",
                                            "release MU",
                                            "hold " + id,
                                            "release " + id,
                                            "send-again MU",
                                            "backup /var/backups/dhow.db"};
    BOOST_TEST(script.core.log == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(shows_what_operators_look_at) {
    http_script script;
    const auto get = [&script](const std::string& path) {
        const auto reply = script.ask_one("GET", path);
        BOOST_TEST(reply.status == 200U, path);
        return json::parse(reply.body);
    };
    BOOST_TEST(said(get("/admin/v1/queues").at("queues").at(0).at("ready")) == "3");
    BOOST_TEST(said(get("/admin/v1/queues/IPSG?limit=5").at("shipments").at(0).at("peer")) ==
               "IPSG");
    BOOST_TEST(said(get("/admin/v1/links").at("links").at(0).at("state")) == "up");
    const auto suspended = get("/admin/v1/links").at("links").at(0).at("suspended");
    BOOST_TEST(said(suspended.at("reason")) == "a move");
    BOOST_TEST(said(suspended.at("by")) == "anna");
    BOOST_TEST(suspended.at("until").is_null());
    BOOST_TEST(get("/admin/v1/queues/IPSG").at("suspended").is_null());
    BOOST_TEST(said(get("/admin/v1/routes/explain?to=MU&class=flash").at("via").at(0)) ==
               "fibre-ipsg");
    const auto tried = json::parse(script.ask_one("POST", "/admin/v1/links/fibre-ipsg/test").body);
    BOOST_TEST(said(tried.at("ok")) == "false");
    BOOST_TEST(said(tried.at("trials").at(0).at("steps").at(1).at("code")) == "connect-failed");
    BOOST_TEST(script.ask_one("GET", "/admin/v1/routes/explain?to=mu").status == 400U);
    BOOST_TEST(script.ask_one("GET", "/metrics").body == "dhow_messages_total 1\n");
    const auto sound = script.ask_one("POST", "/admin/v1/check");
    BOOST_TEST(said(json::parse(sound.body).at("ok")) == "true");
    const auto broken = script.ask_one("POST", "/admin/v1/check", R"({"thorough":true})");
    BOOST_TEST(said(json::parse(broken.body).at("problems").at(0)) == "page 7");
    script.core.ready = false;
    BOOST_TEST(said(get("/healthz").at("ready")) == "false");
    BOOST_TEST(script.ask_one("GET", "/readyz").status == 503U);
}

BOOST_AUTO_TEST_SUITE_END()
