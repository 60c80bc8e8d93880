// `dhow courier`: what it asks, what it writes, and that it goes on after a bad file.
// Way of the message: tests of daemon/cli/courier_command.
// Not pure: a fake daemon on a Unix socket, a temporary folder.
// Spec: docs/man/dhow.1, docs/courier.md#commands.
// Limits: real volumes are in system/courier_test.
#include "protocol/courier.hpp"
#include "tests/unit/cli/fake_daemon.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

namespace dhow::tests {

using cli::exit_code;
using cli::to_int;

namespace {

std::string text_of(const protocol::bytes& data) { return {data.begin(), data.end()}; }

std::string part(std::uint32_t volume, bool ends_volume, bool ends_bundle,
                 const std::string& data) {
    return text_of(protocol::encode_part_head({volume, ends_volume, ends_bundle})) + data;
}

std::string a_volume() {
    const auto head = text_of(protocol::encode_volume_head({3, 4}));
    return head + "letters" + std::string(protocol::sealed_cell_bytes(), 'c') + "letters" + head;
}

const std::string job = R"({"job":7,"bundle":"0195e0c1-7c3a-7000-8000-00000a0b0c0d","peer":"KE"})";
const std::string report =
    R"({"bundle":"B","peer":"KE","records":3,"more":false,"whole":true,"taken":3,"known":0,)"
    R"("not_taken":0,"lost":0,"volumes":1,"volumes_in_all":1,"remarks":[]})";

}  // namespace

BOOST_AUTO_TEST_SUITE(courier_command_test)

BOOST_AUTO_TEST_CASE(an_export_writes_what_the_daemon_gives) {
    fake_daemon daemon{{{201, job}, {200, part(1, true, true, "cells")}, {200, report}}};
    std::filesystem::create_directory(daemon.file("stick"));
    const auto done = daemon.run(cli::run_courier, {"export", "--to", "KE", daemon.file("stick")});
    BOOST_TEST(done.code == 0, done.err);
    BOOST_TEST(std::filesystem::exists(daemon.file("stick/0a0b0c0d.001")));
    BOOST_TEST(contains(done.out, "3 records"), done.out);
    const auto asked = daemon.requests();
    BOOST_REQUIRE(asked.size() == 3);
    BOOST_TEST(contains(asked[0], R"("to":"KE")"));
    BOOST_TEST(contains(asked[1], "GET /admin/v1/courier/exports/7/parts/1"));
    BOOST_TEST(contains(asked[2], R"({"written":true})"));
}

BOOST_AUTO_TEST_CASE(an_export_that_fails_leaves_nothing_and_says_so) {
    fake_daemon daemon{{{201, job},
                        {200, part(1, false, false, "cells")},
                        {503, R"({"title":"busy"})"},
                        {200, report}}};
    const auto done = daemon.run(cli::run_courier, {"export", "--to", "KE", daemon.file("ke")});
    BOOST_TEST(done.code == to_int(exit_code::try_again), done.err);
    BOOST_TEST(!std::filesystem::exists(daemon.file("ke.001")));
    BOOST_TEST(contains(daemon.requests().back(), R"({"written":false})"));
}

BOOST_AUTO_TEST_CASE(via_any_makes_a_bundle_for_each) {
    fake_daemon daemon{{{200, R"({"bureaus":["KE","MU"]})"},
                        {201, job},
                        {200, part(1, true, true, "x")},
                        {200, report},
                        {201, R"({"job":8,"bundle":"00000002","peer":"MU"})"},
                        {200, part(1, true, true, "x")},
                        {200, report}}};
    const auto done = daemon.run(cli::run_courier, {"export", "--via", "any", daemon.file("out")});
    BOOST_TEST(done.code == 0, done.err);
    BOOST_TEST(std::filesystem::exists(daemon.file("out-KE.001")));
    BOOST_TEST(std::filesystem::exists(daemon.file("out-MU.001")));
}

// Finding of an earlier review: it goes on after a bad file, and says at the end which were bad.
BOOST_AUTO_TEST_CASE(an_import_goes_on_after_a_bad_file) {
    fake_daemon daemon{{{201, job}, {200, R"({"text":""})"}, {200, report}}};
    daemon.write("bad.001", "no volume");
    daemon.write("good.001", a_volume());
    const auto done =
        daemon.run(cli::run_courier, {"import", daemon.file("bad.001"), daemon.file("good.001")});
    BOOST_TEST(done.code == 1, done.err);
    BOOST_TEST(contains(done.err, "bad: " + daemon.file("bad.001")), done.err);
    BOOST_TEST(!contains(done.err, "bad: " + daemon.file("good.001")), done.err);
    BOOST_TEST(contains(done.out, "3 new"), done.out);
    const auto asked = daemon.requests();
    BOOST_REQUIRE(asked.size() == 3);
    BOOST_TEST(contains(asked[1], "POST /admin/v1/courier/imports/7/cells?from=0"));
}

BOOST_AUTO_TEST_CASE(a_folder_stands_for_its_volumes_in_order) {
    fake_daemon daemon{{{201, job},
                        {200, R"({"text":""})"},
                        {200, report},
                        {201, job},
                        {200, R"({"text":""})"},
                        {200, report}}};
    std::filesystem::create_directory(daemon.file("stick"));
    daemon.write("stick/b.002", a_volume());
    daemon.write("stick/b.001", a_volume());
    daemon.write("stick/readme.txt", "not one");
    const auto done = daemon.run(cli::run_courier, {"import", daemon.file("stick")});
    BOOST_TEST(done.code == 0, done.err);
    BOOST_TEST(done.out.find("b.001") < done.out.find("b.002"), done.out);
}

BOOST_AUTO_TEST_CASE(a_damaged_letter_is_read_at_the_other_end) {
    fake_daemon daemon{
        {{422, R"({"title":"damaged"})"}, {201, job}, {200, R"({"text":""})"}, {200, report}}};
    daemon.write("b.001", a_volume());
    const auto done = daemon.run(cli::run_courier, {"verify", daemon.file("b.001")});
    BOOST_TEST(done.code == 0, done.err);
    const auto asked = daemon.requests();
    BOOST_TEST(contains(asked[0], "imports?verify=true"));
    BOOST_TEST(contains(asked[1], "imports?verify=true"));
}

BOOST_AUTO_TEST_CASE(no_volumes_is_an_error) {
    fake_daemon daemon{{}};
    std::filesystem::create_directory(daemon.file("empty"));
    const auto done = daemon.run(cli::run_courier, {"import", daemon.file("empty")});
    BOOST_TEST(done.code == to_int(exit_code::not_found));
}

BOOST_AUTO_TEST_CASE(bundles_are_listed_and_closed) {
    fake_daemon listing{{{200, R"({"bundles":[{"position":3,"bundle":"B-1","peer":"KE",)"
                               R"("direction":"out","state":"written","records":3,"open":2,)"
                               R"("volumes":1}],"more":false})"}}};
    const auto listed = listing.run(cli::run_courier, {"status"});
    BOOST_TEST(listed.code == 0, listed.err);
    BOOST_TEST(contains(listed.out, "B-1"), listed.out);
    fake_daemon closing{{{200, R"({"text":"closed"})"}}};
    const auto closed = closing.run(cli::run_courier, {"close", "B-1"});
    BOOST_TEST(closed.out == "closed\n");
    BOOST_TEST(contains(closing.requests().front(), "bundles/B-1/close"));
}

BOOST_AUTO_TEST_CASE(wrong_usage_is_told_before_the_daemon_is_asked) {
    const std::vector<std::vector<std::string>> wrong{
        {},
        {"exprot"},
        {"export", "x"},
        {"export", "--to", "KE"},
        {"export", "--to", "KE", "--via", "any", "x"},
        {"export", "--via", "some", "x"},
        {"export", "--to", "KE", "--max-size", "1MiB", "x"},
        {"export", "--to", "KE", "--max-size", "5GiB", "x"},
        {"export", "--to", "KE", "--max-size", "many", "x"},
        {"export", "--to", "KE", "--volumes", "0", "x"},
        {"export", "--to", "KE", "--class", "fast", "x"},
        {"import"},
        {"status", "x"},
        {"close"}};
    for (const auto& args : wrong) {
        const auto done = run_verb(cli::run_courier, args);
        const bool is_help = args.empty();  // Without a verb there is help.
        BOOST_TEST((done.code == to_int(exit_code::usage) || is_help), done.err);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
