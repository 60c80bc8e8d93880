// Frames and HELLO against the vectors, cut at every byte, and with their bounds.
// Way of the message: none; a test.
// Pure but for reading the vectors.
// Spec: docs/link-protocol.md#frames, vectors/frames.json, vectors/hello.json.
// Limits: none.
#include "protocol/frame.hpp"

#include "protocol/bytes.hpp"
#include "protocol/limits.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>

using namespace dhow::protocol;
namespace json = boost::json;

BOOST_AUTO_TEST_SUITE(frame_test)

namespace {

json::object vectors(const std::string& name) {
    std::ifstream file{std::string{DHOW_SOURCE_DIR} + "/tests/vectors/" + name};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    BOOST_REQUIRE(!text.empty());
    return json::parse(text).as_object();
}

/// By value: a range-for over a part of a temporary would outlive it.
json::array list_of(const std::string& file, std::string_view name) {
    return vectors(file).at(name).as_array();
}

std::string text_of_field(const json::object& from, std::string_view name) {
    return std::string{from.at(name).as_string()};
}

bytes hex_of(const json::object& from, std::string_view name) {
    const auto out = bytes_from_hex(text_of_field(from, name));
    BOOST_REQUIRE(out.has_value());
    return *out;
}

/// A frame as the vectors write it.
struct as_json {
    json::object operator()(const hello_frame& it) const {
        return {{"type", "HELLO"},
                {"signer", to_hex(it.signer.view())},
                {"signature", to_hex(it.value.view())},
                {"encoded", to_hex(it.encoded)}};
    }
    json::object operator()(const offer_frame& it) const {
        constexpr std::array kinds{"", "text", "attachment", "receipt"};
        constexpr std::array modes{"on_accept", "with_offer", "resumed"};
        json::object out{{"type", "OFFER"},
                         {"stream", it.stream},
                         {"kind", kinds.at(static_cast<std::size_t>(it.kind))},
                         {"class", to_text(it.cls)},
                         {"mode", modes.at(static_cast<std::size_t>(it.mode))},
                         {"attempt", it.attempt},
                         {"hops", it.hops},
                         {"age_ms", it.age.count()},
                         {"object", to_hex(it.object.view())},
                         {"body_bytes", it.body_bytes},
                         {"first_byte", it.first_byte},
                         {"preamble", to_hex(it.preamble)},
                         {"origin", it.origin.text()},
                         {"id", to_hex(it.id.view())}};
        if (it.is_short) {
            out["short"] = true;
        }
        return out;
    }
    json::object operator()(const accept_frame& it) const {
        return {{"type", "ACCEPT"},
                {"stream", it.stream},
                {"offset", it.offset},
                {"window_bytes", it.window_bytes}};
    }
    json::object operator()(const data_frame& it) const {
        return {{"type", "DATA"},
                {"stream", it.stream},
                {"offset", it.offset},
                {"payload", to_hex(it.payload)}};
    }
    json::object operator()(const ack_frame& it) const {
        return {{"type", "ACK"},
                {"stream", it.stream},
                {"durable_bytes", it.durable_bytes},
                {"window_bytes", it.window_bytes}};
    }
    json::object operator()(const commit_frame& it) const {
        return {{"type", "COMMIT"}, {"stream", it.stream}, {"exceptions", answers(it.exceptions)}};
    }
    json::object operator()(const refuse_frame& it) const {
        return {{"type", "REFUSE"},
                {"stream", it.stream},
                {"code", static_cast<unsigned>(it.code)},
                {"retry_after_s", it.retry_after.count()},
                {"exceptions", answers(it.exceptions)}};
    }
    json::object operator()(const cancel_frame& it) const {
        return {
            {"type", "CANCEL"}, {"stream", it.stream}, {"code", static_cast<unsigned>(it.code)}};
    }
    json::object operator()(const ping_frame& it) const { return signal("PING", it); }
    json::object operator()(const pong_frame& it) const { return signal("PONG", it); }
    json::object operator()(const goodbye_frame& it) const {
        return {{"type", "GOODBYE"},
                {"code", static_cast<unsigned>(it.code)},
                {"reconnect_after_s", it.reconnect_after.count()}};
    }
    json::object operator()(const unknown_frame& it) const {
        return {{"type", "UNKNOWN"}, {"number", it.type}};
    }

    static json::array answers(const std::vector<recipient_answer>& from) {
        json::array out;
        for (const auto& it : from) {
            json::object one{{"recipient", it.recipient.text()},
                             {"code", static_cast<unsigned>(it.code)}};
            if (it.outcome) {
                one["outcome"] = static_cast<unsigned>(*it.outcome);
            }
            out.push_back(std::move(one));
        }
        return out;
    }
    template <class Signal>
    static json::object signal(std::string_view type, const Signal& it) {
        return {
            {"type", type}, {"token", it.token}, {"time_ms", it.time.time_since_epoch().count()}};
    }
};

json::object hello_as_json(const hello& it) {
    json::object out{{"version", it.version},
                     {"bureau", it.bureau.text()},
                     {"instance", to_hex(it.instance.view())},
                     {"epoch", it.epoch},
                     {"boot", it.boot},
                     {"directory_serial", it.directory_serial},
                     {"directory_head", to_hex(it.directory_head.view())},
                     {"time_ms", it.time.time_since_epoch().count()},
                     {"inline_credit_bytes", it.inline_credit_bytes},
                     {"frame_bytes_max", it.frame_bytes_max},
                     {"sent_count", it.sent_count},
                     {"received_count", it.received_count},
                     {"partials", json::array{}}};
    for (const auto& one : it.partials) {
        out["partials"].as_array().push_back(json::object{{"object", to_hex(one.object.view())},
                                                          {"durable_bytes", one.durable_bytes}});
    }
    if (it.checkpoint) {
        out["checkpoint"] = json::object{{"tree_size", it.checkpoint->tree_size},
                                         {"root", to_hex(it.checkpoint->root.view())}};
    }
    if (it.is_trial) {
        out["trial"] = true;
    }
    if (it.known) {
        out["known"] = json::object{{"instance", to_hex(it.known->instance.view())},
                                    {"epoch", it.known->epoch},
                                    {"boot", it.known->boot}};
    }
    if (it.is_beside) {
        out["beside"] = true;
    }
    for (const auto& one : it.ignored) {
        if (!out.contains("ignored")) {
            out["ignored"] = json::array{};
        }
        out["ignored"].as_array().push_back(
            json::object{{"tag", one.tag}, {"value", to_hex(one.value)}});
    }
    return out;
}

void check_decodes(const json::object& vector) {
    BOOST_TEST_CONTEXT(vector.at("name")) {
        const auto data = hex_of(vector, "hex");
        const auto decoded = decode_frame(data);
        BOOST_REQUIRE((decoded && decoded->value));
        BOOST_TEST(decoded->consumed_bytes == data.size());
        const json::value got = std::visit(as_json{}, *decoded->value);
        BOOST_TEST((got == vector.at("frame")), got << " instead of " << vector.at("frame"));
    }
}

}  // namespace

//= LP-3, LP-4, LP-11, LP-12, LP-13
BOOST_AUTO_TEST_CASE(valid_frames_decode_and_encode_to_the_same_bytes) {
    for (const auto& it : list_of("frames.json", "valid")) {
        const auto& vector = it.as_object();
        check_decodes(vector);
        const auto data = hex_of(vector, "hex");
        bytes again;
        append_frame(again, *decode_frame(data)->value);
        BOOST_TEST(to_hex(again) == to_hex(data), vector.at("name"));
    }
}

//= LP-5, LP-6
BOOST_AUTO_TEST_CASE(ignorable_extensions_and_frames_are_ignored) {
    for (const auto& it : list_of("frames.json", "tolerated")) {
        check_decodes(it.as_object());
    }
}

//= LP-3, LP-4, LP-5, LP-6, LP-11, LP-12, LP-13
BOOST_AUTO_TEST_CASE(invalid_frames_give_their_error) {
    for (const auto& it : list_of("frames.json", "invalid")) {
        const auto& vector = it.as_object();
        const auto decoded = decode_frame(hex_of(vector, "hex"));
        BOOST_TEST_CONTEXT(vector.at("name")) {
            BOOST_REQUIRE(!decoded);
            BOOST_TEST(name_of(errc_of(decoded.error())) == text_of_field(vector, "error"));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_frame_cut_anywhere_is_incomplete_and_never_an_error) {
    for (const auto& it : list_of("frames.json", "valid")) {
        const auto data = hex_of(it.as_object(), "hex");
        for (std::size_t size = 0; size < data.size(); ++size) {
            const auto decoded = decode_frame(byte_view{data}.first(size));
            BOOST_REQUIRE(decoded);
            BOOST_REQUIRE(!decoded->value);
        }
    }
}

//= LP-12
BOOST_AUTO_TEST_CASE(data_holds_64_kib_and_not_a_byte_more) {
    bytes fits;
    const bytes payload(limits::frame_payload_bytes_max + 1);
    append_frame(fits, data_frame{0, 0, byte_view{payload}.first(payload.size() - 1)});
    BOOST_TEST(decode_frame(fits)->consumed_bytes == fits.size());
    bytes too_long;
    append_frame(too_long, data_frame{0, 0, payload});
    BOOST_TEST((decode_frame(too_long).error() == make_error_code(errc::too_long)));
}

BOOST_AUTO_TEST_CASE(the_largest_preamble_and_the_most_exceptions_fit_a_frame) {
    offer_frame offer;
    offer.body_bytes = 1;
    offer.preamble.resize(limits::preamble_bytes_max);
    commit_frame commit;
    commit.exceptions.assign(limits::recipients_max, {*bureau_id::parse("ABCDEFGH"), errc::have_it,
                                                      outcome_kind::complete});
    for (const frame& it : {frame{offer}, frame{commit}}) {
        bytes out;
        append_frame(out, it);
        const auto decoded = decode_frame(out);
        BOOST_REQUIRE(decoded);
        BOOST_TEST(decoded->consumed_bytes == out.size());
    }
}

//= LP-10, LP-26
BOOST_AUTO_TEST_CASE(valid_hellos_decode_encode_and_sign_as_in_the_vectors) {
    const auto all = vectors("hello.json");
    const auto exporter = hex_of(all, "exporter");
    for (const auto& it : all.at("valid").as_array()) {
        const auto& vector = it.as_object();
        BOOST_TEST_CONTEXT(vector.at("name")) {
            const auto data = hex_of(vector, "hex");
            const auto decoded = decode_hello(data);
            BOOST_REQUIRE(decoded);
            const json::value got = hello_as_json(*decoded);
            BOOST_TEST((got == vector.at("hello")), got << " instead of " << vector.at("hello"));
            BOOST_TEST(to_hex(encode_hello(*decoded)) == to_hex(data));
            BOOST_TEST(to_hex(hello_to_be_signed(true, exporter, data)) ==
                       text_of_field(vector, "signed_by_dialler"));
            BOOST_TEST(to_hex(hello_to_be_signed(false, exporter, data)) ==
                       text_of_field(vector, "signed_by_listener"));
        }
    }
}

//= LP-10, LP-27
BOOST_AUTO_TEST_CASE(a_hello_says_in_a_critical_field_of_one_value_that_it_is_a_trial) {
    hello greeting;
    greeting.bureau = *bureau_id::parse("ZW");
    greeting.time = utc_time{milliseconds{1'800'000'000'000}};
    greeting.frame_bytes_max = limits::frame_payload_bytes_max;
    greeting.ignored = {{15, {1, 2}}};
    const auto plain = encode_hello(greeting);
    greeting.is_trial = true;
    auto encoded = encode_hello(greeting);
    BOOST_TEST(to_hex(byte_view(encoded).subspan(plain.size())) == "8f0101");
    BOOST_TEST((decode_hello(encoded).value() == greeting));
    BOOST_TEST(!decode_hello(plain)->is_trial);
    encoded.back() = 0;
    BOOST_TEST((errc_of(decode_hello(encoded).error()) == errc::out_of_range));
    encoded.back() = 1;
    encoded.insert(encoded.end(), {0x8f, 1, 1});
    BOOST_TEST((errc_of(decode_hello(encoded).error()) == errc::duplicate_field));
}

//= LP-10, LP-58
BOOST_AUTO_TEST_CASE(a_hello_says_in_a_critical_field_that_it_stands_beside_another_session) {
    hello greeting;
    greeting.bureau = *bureau_id::parse("ZW");
    greeting.time = utc_time{milliseconds{1'800'000'000'000}};
    greeting.frame_bytes_max = limits::frame_payload_bytes_max;
    const auto plain = encode_hello(greeting);
    greeting.is_beside = true;
    const auto encoded = encode_hello(greeting);
    BOOST_TEST(to_hex(byte_view(encoded).subspan(plain.size())) == "910101");
    BOOST_TEST((decode_hello(encoded).value() == greeting));
    BOOST_TEST(!decode_hello(plain)->is_beside);
}

//= LP-10
BOOST_AUTO_TEST_CASE(invalid_hellos_give_their_error) {
    for (const auto& it : list_of("hello.json", "invalid")) {
        const auto& vector = it.as_object();
        const auto decoded = decode_hello(hex_of(vector, "hex"));
        BOOST_TEST_CONTEXT(vector.at("name")) {
            BOOST_REQUIRE(!decoded);
            BOOST_TEST(name_of(errc_of(decoded.error())) == text_of_field(vector, "error"));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
