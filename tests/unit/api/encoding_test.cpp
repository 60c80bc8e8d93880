// Base64, percent-encoding, ranges, dates.
#include "daemon/http/base64.hpp"
#include "daemon/http/http_date.hpp"
#include "daemon/http/url.hpp"
#include "tests/support/seed.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

using namespace dhow;

namespace {

std::string encode(std::string_view text) {
    return http::to_base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(encoding_test)

BOOST_AUTO_TEST_CASE(encodes_the_vectors_of_rfc_4648) {
    const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, encoded] : vectors) {
        BOOST_TEST(encode(plain) == encoded);
        const auto decoded = http::from_base64(encoded);
        BOOST_TEST_REQUIRE(decoded.has_value());
        BOOST_TEST(std::string(decoded->begin(), decoded->end()) == plain);
    }
}

BOOST_AUTO_TEST_CASE(decodes_what_it_encoded) {
    std::mt19937_64 random{tests::seed()};
    for (int i = 0; i < 500; ++i) {
        protocol::bytes data(random() % 100);
        for (auto& byte : data) {
            byte = static_cast<std::uint8_t>(random());
        }
        BOOST_TEST((http::from_base64(http::to_base64(data)) == data));
    }
}

BOOST_AUTO_TEST_CASE(refuses_every_other_spelling) {
    for (const auto* text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z=g=", "Zm8=Zm8=", "Zm9v\n",
                             " m9v", "Zm-_", "====", "=", "Zg==Zg=="}) {
        BOOST_TEST(!http::from_base64(text).has_value(), text);
    }
}

BOOST_AUTO_TEST_CASE(decodes_percent_and_refuses_half_of_it) {
    BOOST_TEST(http::percent_decode("a%20b%2Fc+").value() == "a b/c+");
    for (const auto* text : {"%", "%2", "%zz", "a%4"}) {
        BOOST_TEST(!http::percent_decode(text).has_value(), text);
    }
    const std::string awkward{"\r\n\"%é/\0x", 9};
    BOOST_TEST(http::percent_decode(http::percent_encode(awkward)).value() == awkward);
    BOOST_TEST(http::percent_encode("\r\n") == "%0D%0A");
}

BOOST_AUTO_TEST_CASE(finds_query_values_by_whole_names) {
    BOOST_TEST(http::query_value("after=1&wait=30", "wait").value() == "30");
    BOOST_TEST(http::query_value("await=2&wait=3&wait=4", "wait").value() == "3");
    BOOST_TEST(http::query_value("wait", "wait").value() == "");
    BOOST_TEST(!http::query_value("", "wait").has_value());
    BOOST_TEST(!http::query_value("wait=%zz", "wait").has_value());
    BOOST_TEST(!http::split_target("http://x/").has_value());
}

BOOST_AUTO_TEST_CASE(reads_numbers_without_signs_and_overflow) {
    BOOST_TEST(http::parse_number("18446744073709551615").value() == UINT64_MAX);
    for (const auto* text : {"", "-1", "+1", " 1", "1 ", "0x1", "18446744073709551616"}) {
        BOOST_TEST(!http::parse_number(text).has_value(), text);
    }
}

BOOST_AUTO_TEST_CASE(reads_ranges_as_rfc_9110_does) {
    const auto check = [](std::string_view field, http::range_kind kind, std::uint64_t first = 0,
                          std::uint64_t last = 0) {
        const auto range = http::parse_range(field, 1000);
        BOOST_TEST((range.kind == kind), field);
        BOOST_TEST(range.range.first == first, field);
        BOOST_TEST(range.range.last == last, field);
    };
    using enum http::range_kind;
    check("bytes=0-0", part, 0, 0);
    check("bytes=10-", part, 10, 999);
    check("bytes=-10", part, 990, 999);
    check("bytes=-5000", part, 0, 999);
    check("bytes=5-5000", part, 5, 999);
    check("bytes=1000-", unsatisfiable);
    check("bytes=-0", unsatisfiable);
    check("", whole);
    check("bytes=5-4", whole);
    check("bytes=0-1,3-4", whole);
    check("lines=0-1", whole);
    check("bytes=-", whole);
    check("bytes=a-b", whole);
    BOOST_TEST((http::parse_range("bytes=-1", 0).kind == unsatisfiable));
}

BOOST_AUTO_TEST_CASE(writes_dates_as_http_does) {
    using namespace std::chrono;
    BOOST_TEST(http::http_date(sys_days{year{1994} / November / 6} + hours{8} + minutes{49} +
                               seconds{37}) == "Sun, 06 Nov 1994 08:49:37 GMT");
}

BOOST_AUTO_TEST_SUITE_END()
