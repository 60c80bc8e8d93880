// Requests from bytes, cut at every place.
#include "daemon/http/request_reader.hpp"

#include <boost/test/unit_test.hpp>

#include <cstring>

using dhow::http::request_reader;
using step = request_reader::step;

namespace {

/// Feeds as much as fits; what is left over stays in `input`.
void feed(request_reader& reader, std::string_view& input, std::size_t most) {
    const auto room = reader.room();
    const std::size_t count = std::min({room.size(), input.size(), most});
    std::memcpy(room.data(), input.data(), count);
    reader.commit(count);
    input.remove_prefix(count);
}

std::string read_all(request_reader& reader, std::string_view& input, std::size_t most,
                     std::size_t body_step) {
    std::string seen;
    step s = reader.parse_header();
    while (s == step::more && !input.empty()) {
        feed(reader, input, most);
        s = reader.parse_header();
    }
    if (s != step::ready) {
        return s == step::more ? "more" : s == step::too_long ? "too long" : "bad";
    }
    seen = std::string{reader.method()} + " " + std::string{reader.target()} + " ";
    std::string body(body_step, '\0');
    while (!reader.body_done()) {
        std::size_t taken = 0;
        s = reader.parse_body({reinterpret_cast<std::uint8_t*>(body.data()), body.size()}, taken);
        seen += body.substr(0, taken);
        if (s == step::bad) {
            return seen + "!bad";
        }
        if (s == step::more) {
            if (input.empty()) {
                return seen + "!more";
            }
            feed(reader, input, most);
        }
    }
    return seen;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_reader_test)

BOOST_AUTO_TEST_CASE(reads_pipelined_requests_whatever_the_steps) {
    const std::string both =
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
        "POST /b HTTP/1.1\r\nTransfer-Encoding: "
        "chunked\r\n\r\n3;x=y\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
        "GET /c HTTP/1.1\r\n\r\n";
    for (std::size_t most = 1; most <= both.size(); ++most) {
        for (const std::size_t body_step : {1U, 2U, 5U, 64U}) {
            request_reader reader;
            std::string_view input = both;
            BOOST_TEST(read_all(reader, input, most, body_step) == "POST /a hello");
            reader.start_next();
            BOOST_TEST(read_all(reader, input, most, body_step) == "POST /b abcdefg");
            reader.start_next();
            BOOST_TEST(read_all(reader, input, most, body_step) == "GET /c ");
            BOOST_TEST(!reader.has_input());
        }
    }
}

BOOST_AUTO_TEST_CASE(refuses_what_could_be_read_in_two_ways) {
    for (const auto* text :
         {"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
          "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
          "POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
          "POST / HTTP/1.1\r\nContent-Length : 5\r\n\r\n", "GET / HTTP/2.0\r\n\r\n",
          "GET  / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nA b\r\n\r\n",
          "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"}) {
        request_reader reader;
        std::string_view input{text};
        BOOST_TEST(read_all(reader, input, 1000, 64) == "bad", text);
    }
}

BOOST_AUTO_TEST_CASE(bounds_the_header_and_the_rest_of_chunks) {
    request_reader endless;
    std::string fields = "GET / HTTP/1.1\r\n";
    for (int i = 0; i < 3000; ++i) {
        fields += "X-" + std::to_string(i) + ": y\r\n";
    }
    std::string_view input = fields;
    BOOST_TEST(read_all(endless, input, 777, 64) == "too long");

    request_reader chunks;
    const std::string extension =
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(40'000, 'x');
    input = extension;
    BOOST_TEST(read_all(chunks, input, 777, 64) == "POST / !bad");
}

BOOST_AUTO_TEST_CASE(takes_the_whole_buffer_for_a_header_and_no_more) {
    constexpr std::size_t most = dhow::protocol::limits::http_header_bytes_max;
    const auto with_size = [](std::size_t size) {
        const std::string begin = "GET / HTTP/1.1\r\nX: ", end = "\r\n\r\n";
        return begin + std::string(size - begin.size() - end.size(), 'x') + end;
    };
    const std::string fits = with_size(most / 2);
    request_reader reader;
    std::string_view input = fits;
    BOOST_TEST(read_all(reader, input, 1000, 1) == "GET / ");
    const std::string longer = with_size(2 * most);
    request_reader other;
    input = longer;
    BOOST_TEST(read_all(other, input, 1000, 1) == "too long");
}

BOOST_AUTO_TEST_SUITE_END()
