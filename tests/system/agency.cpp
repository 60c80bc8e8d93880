// What agencies do, over the Unix socket: submit, follow, take, acknowledge.
// Way of the message: see harness.hpp.
// Not pure: sockets. One thread.
// Spec: docs/agency-api.md. Tests: used by tests/system.
// Limits: see harness.hpp.
#include "daemon/http/base64.hpp"
#include "tests/system/harness.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>

#include <random>
#include <stdexcept>

namespace dhow::tests {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

constexpr std::uint64_t body_bytes_max = std::uint64_t{1} << 30;

std::string upload(const gateway& at, const letter::file& file) {
    const auto answer = ask(at.socket(), "POST", "/v1/uploads?name=" + file.name, file.data,
                            {{"Content-Type", "application/octet-stream"}});
    if (answer.status != 201) {
        throw refused(answer.status,
                      "upload: " + std::to_string(answer.status) + " " + answer.body);
    }
    return std::string(answer.as_json().at("upload").as_string());
}

json::object body_of(const gateway& from, const letter& what) {
    json::object body{{"kind", what.kind},
                      {"class", what.cls},
                      {"subject", what.subject},
                      {"text_base64", to_base64(what.text)}};
    json::array to;
    for (const auto& recipient : what.to) {
        to.emplace_back(recipient);
    }
    body["to"] = std::move(to);
    json::array uploads;
    for (const auto& file : what.files) {
        uploads.emplace_back(upload(from, file));
    }
    if (!uploads.empty()) {
        body["attachments"] = std::move(uploads);
    }
    return body;
}

}  // namespace

reply ask(const std::filesystem::path& socket, const std::string& method, const std::string& target,
          const std::string& body, const std::map<std::string, std::string>& fields) {
    asio::io_context io;
    asio::local::stream_protocol::socket stream(io);
    stream.connect(asio::local::stream_protocol::endpoint(socket.string()));
    constexpr unsigned http_1_1 = 11;
    beast::http::request<beast::http::string_body> request(beast::http::string_to_verb(method),
                                                           target, http_1_1);
    request.set(beast::http::field::host, "localhost");
    request.set(beast::http::field::connection, "close");
    request.set(beast::http::field::content_type, "application/json");
    for (const auto& [name, value] : fields) {
        request.set(name, value);
    }
    request.body() = body;
    request.prepare_payload();
    beast::error_code error;
    beast::http::write(stream, request, error);  // a refusal may come before all is written
    beast::flat_buffer buffer;
    beast::http::response_parser<beast::http::string_body> parser;
    parser.body_limit(body_bytes_max);
    beast::http::read(stream, buffer, parser);
    return {parser.get().result_int(), parser.get().body()};
}

std::string submit(const gateway& from, const letter& what) {
    return std::string(from.post("/v1/messages", body_of(from, what)).at("id").as_string());
}

accepted submit_surely(const gateway& from, const letter& what, const std::string& key) {
    accepted out;
    constexpr seconds patience{300};  // restarts, on a machine with much else to do
    wait_until(
        "submission " + key,
        [&] {
            const auto answer =
                ask(from.socket(), "POST", "/v1/messages", json::serialize(body_of(from, what)),
                    {{"Idempotency-Key", key}});
            if (answer.status != 202 && answer.status != 200) {
                throw refused(answer.status, "submission: " + answer.body);
            }
            out = {std::string(answer.as_json().at("id").as_string()), answer.status == 200};
            return true;
        },
        patience);
    return out;
}

std::string state_of(const gateway& origin, const std::string& id, const std::string& recipient) {
    const auto status = origin.get("/v1/messages/" + id);
    for (const auto& one : status.at("recipients").as_array()) {
        if (one.at("recipient").as_string() == recipient) {
            return std::string(one.at("state").as_string());
        }
    }
    return {};
}

bool is_complete(const gateway& origin, const std::string& id, const std::string& recipient) {
    const auto state = state_of(origin, id, recipient);
    return state == "complete" || state == "taken" || state == "answered";
}

std::vector<std::string> inbox_ids(const gateway& at, bool all) {
    std::vector<std::string> out;
    std::string after = "0";
    for (bool more = true; more;) {
        const auto page = at.get("/v1/inbox?limit=100&after=" + after + (all ? "&all=true" : ""));
        for (const auto& entry : page.at("entries").as_array()) {
            out.emplace_back(entry.at("id").as_string());
            after = std::to_string(entry.at("position").to_number<std::uint64_t>());
        }
        more = page.at("more").as_bool();
    }
    return out;
}

taken open_inbox(const gateway& at, const std::string& id) {
    const auto opened = at.get("/v1/inbox/" + id);
    taken out{id, from_base64(std::string(opened.at("text_base64").as_string())), {}};
    for (const auto& entry : opened.at("attachments").as_array()) {
        const auto position = entry.at("position").to_number<std::uint64_t>();
        auto got =
            ask(at.socket(), "GET", "/v1/inbox/" + id + "/attachments/" + std::to_string(position));
        if (got.status != 200) {
            throw refused(got.status, "attachment: " + std::to_string(got.status) + got.body);
        }
        out.files.push_back({std::string(entry.at("name").as_string()), std::move(got.body)});
    }
    return out;
}

void acknowledge(const gateway& at, const std::string& id) {
    at.post("/v1/inbox/" + id + "/ack", {{"state", "taken"}});
}

std::string random_bytes(std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::string out(count, '\0');
    for (auto& byte : out) {
        byte = static_cast<char>(random() & 0xff);
    }
    return out;
}

std::string to_base64(const std::string& raw) {
    return http::to_base64(protocol::bytes(raw.begin(), raw.end()));
}

std::string to_hex(const std::string& raw) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : raw) {
        const auto byte = static_cast<unsigned char>(c);
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
    return out;
}

std::string from_base64(const std::string& text) {
    const auto raw = http::from_base64(text);
    if (!raw) {
        throw std::runtime_error("not base64");
    }
    return {raw->begin(), raw->end()};
}

}  // namespace dhow::tests
