// The paths of couriers: what they read, what they answer, and bodies that are no parts.
#include "tests/support/http_script.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

using namespace dhow;
using tests::http_script;

namespace {
const std::string root = "/admin/v1/courier/";
const std::string octets = "Content-Type: application/octet-stream\r\n";

boost::json::object object_of(const tests::parsed_reply& reply) {
    return boost::json::parse(reply.body).as_object();
}
}  // namespace

BOOST_AUTO_TEST_SUITE(courier_endpoints_test)

BOOST_AUTO_TEST_CASE(an_export_begins_with_what_was_wished) {
    http_script script;
    const auto reply =
        script.ask_one("POST", root + "exports",
                       R"({"to":"KE","volume_bytes":4194304,"volumes_max":3,"class":"urgent"})");
    BOOST_TEST_REQUIRE(reply.status == 201U);
    BOOST_TEST(script.core.log.back() == "export KE 4194304 3 urgent");
    const auto body = object_of(reply);
    BOOST_TEST(body.at("job").to_number<int>() == 7);
    BOOST_TEST(body.at("peer").as_string() == "KE");
    BOOST_TEST(body.at("cell_bytes").to_number<int>() == 4020);
    BOOST_TEST(script.ask_one("POST", root + "exports", R"({"to":"KE"})").status == 201U);
    BOOST_TEST(script.core.log.back() == "export KE 4294901760 999 bulk");
}

BOOST_AUTO_TEST_CASE(wrong_wishes_are_refused) {
    http_script script;
    for (const std::string body :
         {"{}", R"({"to":"ke"})", R"({"to":"KE","volume_bytes":1})",
          R"({"to":"KE","volumes_max":0})", R"({"to":"KE","volumes_max":1000})",
          R"({"to":"KE","class":"fast"})", R"({"to":"KE","via":"any"})", "[]"}) {
        BOOST_TEST(script.ask_one("POST", root + "exports", body).status == 400U, body);
    }
    BOOST_TEST(script.core.requests == 0U);
}

BOOST_AUTO_TEST_CASE(parts_are_bytes) {
    http_script script;
    const auto reply = script.ask_one("GET", root + "exports/7/parts/1");
    BOOST_TEST_REQUIRE(reply.status == 200U);
    BOOST_TEST(reply.head.find("application/octet-stream") != std::string::npos);
    BOOST_TEST(reply.body == std::string("\x01\x02\x03"));
    BOOST_TEST(script.ask_one("GET", root + "exports/7/parts/2").status == 400U);
    BOOST_TEST(script.ask_one("GET", root + "exports/x/parts/1").status == 404U);
    BOOST_TEST(script.ask_one("GET", root + "exports/7/parts/-1").status == 404U);
    BOOST_TEST(script.memory_left_taken == 0U);
}

BOOST_AUTO_TEST_CASE(an_export_ends_written_or_broken) {
    http_script script;
    const auto good = script.ask_one("POST", root + "exports/7/end", R"({"written":true})");
    BOOST_TEST_REQUIRE(good.status == 200U);
    BOOST_TEST(object_of(good).at("whole").as_bool());
    BOOST_TEST(script.core.log.back() == "written");
    BOOST_TEST(script.ask_one("POST", root + "exports/7/end", "{}").status == 200U);
    BOOST_TEST(script.core.log.back() == "broken");
    BOOST_TEST(script.ask_one("POST", root + "exports/7/end", R"({"written":1})").status == 400U);
}

BOOST_AUTO_TEST_CASE(an_import_takes_letters_and_cells) {
    http_script script;
    const std::string letter(900, '\0');
    BOOST_TEST(script.ask_one("POST", root + "imports", letter, octets).status == 201U);
    BOOST_TEST(script.core.log.back() == "import 900");
    BOOST_TEST(script.ask_one("POST", root + "imports?verify=true", letter, octets).status == 201U);
    BOOST_TEST(script.core.log.back() == "verify 900");
    const std::string cells(4'020, '\1');
    BOOST_TEST(script.ask_one("POST", root + "imports/8/cells?from=32", cells, octets).status ==
               200U);
    BOOST_TEST(script.core.log.back() == "cells 32 4020");
    BOOST_TEST(script.ask_one("POST", root + "imports/8/cells?from=x", cells, octets).status ==
               400U);
    const auto report = script.ask_one("POST", root + "imports/8/end", "{}");
    BOOST_TEST_REQUIRE(report.status == 200U);
    const auto body = object_of(report);
    BOOST_TEST(body.at("taken").to_number<int>() == 5);
    BOOST_TEST(body.at("volumes_in_all").to_number<int>() == 2);
    BOOST_TEST(body.at("remarks").as_array().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_longer_than_a_part_is_refused) {
    http_script script;
    const std::string much(protocol::limits::piece_bytes + 1, '\0');
    BOOST_TEST(script.ask_one("POST", root + "imports", much, octets).status == 413U);
    BOOST_TEST(script.core.requests == 0U);
    BOOST_TEST(script.memory_left_taken == 0U);
}

BOOST_AUTO_TEST_CASE(bundles_and_bureaus_are_listed_and_bundles_closed) {
    http_script script;
    const auto listed = script.ask_one("GET", root + "bundles?after=4&limit=1");
    BOOST_TEST_REQUIRE(listed.status == 200U);
    const auto row = object_of(listed).at("bundles").as_array().at(0).as_object();
    BOOST_TEST(row.at("position").to_number<int>() == 5);
    BOOST_TEST(row.at("direction").as_string() == "out");
    BOOST_TEST(row.at("state").as_string() == "writing");
    BOOST_TEST(script.ask_one("GET", root + "bundles?limit=501").status == 400U);
    const auto parties = script.ask_one("GET", root + "parties");
    BOOST_TEST(object_of(parties).at("bureaus").as_array().at(0).as_string() == "KE");
    const std::string id = "0195e0c1-7c3a-7000-8000-000000000001";
    BOOST_TEST(script.ask_one("POST", root + "bundles/" + id + "/close").status == 200U);
    BOOST_TEST(script.core.log.back() == "close " + id);
    BOOST_TEST(script.ask_one("POST", root + "bundles/x/close").status == 404U);
}

BOOST_AUTO_TEST_CASE(agencies_are_sent_away) {
    http_script script;
    script.who.is_operator = false;
    BOOST_TEST(script.ask_one("GET", root + "bundles").status == 403U);
    BOOST_TEST(script.ask_one("POST", root + "exports", R"({"to":"KE"})").status == 403U);
}

BOOST_AUTO_TEST_SUITE_END()
