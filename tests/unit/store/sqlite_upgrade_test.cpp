// A store of the version before, with mail in it, becomes one of this version and loses nothing.
// Way of the message: tests of daemon/store/sqlite_tables.
// Not pure: a temporary folder.
// Spec: docs/store.md#opening.
// Limits: the newest step; each earlier one was tested so when it was the newest.
#include "daemon/store/sqlite_store.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

namespace dhow::tests {

namespace query = store::query;
namespace answer = store::answer;
namespace operation = store::operation;

namespace {

const auto ke = *protocol::bureau_id::parse("KE");
const auto hub = *protocol::bureau_id::parse("IPSG");

std::span<const store::migration> up_to_version_7() { return store::migrations().first(7); }

struct an_older_store {
    temporary_folder folder;
    std::string path = (folder / "store.db").string();

    store::connection raw(const std::string& file) const {
        return {file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, ""};
    }
    /// As version 7 made it, with one message to KE by IPSG that waits.
    an_older_store() {
        auto db = raw(path);
        store::check_owner(db, path);
        store::set_pragmas(db, path, "FULL");
        store::migrate(db, path, up_to_version_7(), [](int) {});
        db.execute(
            "INSERT INTO meta VALUES ('instance', '0000000000000000000000000000002a'),"
            " ('epoch', '1'), ('is_backup', '0');"
            "INSERT INTO message VALUES (3, 'ZW', zeroblob(16), 0, 1, 2, 1000, 0, 0, NULL, x'',"
            " x'', 4, 'border', 'hit.request', x'', 9000, 0);"
            "INSERT INTO delivery VALUES (3, 'KE', 1, 'IPSG', 0, 0, '', NULL, 1000, 0, 0);"
            "INSERT INTO shipment VALUES (5, 'IPSG', 2, 0, 4, 3, 0, 0, 'ZW', 0, 0, 0, '', NULL,"
            " 1000, 1000, 77, 0);"
            "INSERT INTO case_head VALUES (zeroblob(32), 'IPSG', 3, 'cancelled', 1, 0, 2, 1000,"
            " 2, 2000, 2000, NULL, 0), (zeroblob(32), 'MU', 1, 'published', 0, 0, 2, 1000, 0, 0,"
            " 2000, NULL, 0);");
    }
    [[nodiscard]] std::unique_ptr<store::sqlite_store> open() const {
        store::sqlite_options options;
        options.path = path;
        options.instance.value[15] = 0x2a;
        return store::sqlite_store::open(options);
    }
};

template <class Answer>
Answer ask(store::store& from, const store::question& what) {
    auto reply = from.ask(what);
    BOOST_REQUIRE(reply);
    return std::get<Answer>(std::move(*reply));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_upgrade_test, an_older_store)

BOOST_AUTO_TEST_CASE(mail_that_waited_is_found_for_couriers) {
    const auto opened = open();
    for (const auto& to : {ke, hub}) {
        const auto found = ask<answer::courier_page>(
            *opened, query::find_courier{to, protocol::message_class::routine, false, 0, 10});
        BOOST_TEST(found.messages == std::vector<store::row_id>{3},
                   boost::test_tools::per_element());
    }
    const auto lines = ask<answer::queue_summary>(*opened, query::summarise_queue{}).rows;
    BOOST_REQUIRE(lines.size() == 1);
    BOOST_TEST(lines.front().ready == 1U);
    BOOST_TEST(lines.front().bytes == 77U);
    const auto ready = ask<answer::ready>(
        *opened,
        query::load_ready{.peer = hub, .level_max = protocol::confidentiality::official_use});
    BOOST_TEST(ready.rows.size() == 1U);  // Of what came before nobody knows, so it goes.
    const auto verdict = ask<answer::verdict>(*opened, query::check{true});
    BOOST_TEST(verdict.problems.empty());
}

BOOST_AUTO_TEST_CASE(an_ended_case_tells_which_version_may_publish_it_again) {
    const auto opened = open();
    const auto rows = ask<answer::case_file>(*opened, query::load_case{{}, 10}).rows;
    BOOST_REQUIRE(rows.size() == 2);
    for (const auto& row : rows) {
        BOOST_TEST(row.content_version == (row.ended ? 3U : 2U));
    }
}

BOOST_AUTO_TEST_CASE(a_case_that_is_there_gets_a_retention_date) {
    const auto opened = open();
    for (const auto& row : ask<answer::case_file>(*opened, query::load_case{{}, 10}).rows) {
        BOOST_TEST(
            (row.keep_until == row.changed_at + std::chrono::days{1'826} + std::chrono::hours{6}));
        BOOST_TEST((row.keep_at < row.keep_until));
        BOOST_TEST(row.sealed_end.empty());
    }
}

BOOST_AUTO_TEST_CASE(bundles_can_be_kept_in_it) {
    const auto opened = open();
    store::bundle_row row;
    row.row = 20;
    row.peer = ke;
    store::transaction put;
    put.changes.emplace_back(operation::put_bundle{row});
    put.changes.emplace_back(operation::put_bundle_record{{.bundle = 20, .record = 0}});
    const auto results = opened->apply({&put, 1});
    BOOST_REQUIRE(results);
    BOOST_TEST((results->front().status == store::transaction_status::committed));
    const auto found = ask<answer::bundles>(*opened, query::find_bundle{row.id, ke, false});
    BOOST_REQUIRE(found.rows.size() == 1);
    BOOST_TEST(found.rows.front().open == 1U);
}

BOOST_AUTO_TEST_CASE(a_copy_of_the_version_before_is_kept) {
    open().reset();
    const int before = up_to_version_7().back().version;
    const std::string copy = path + ".before-upgrade-from-" + std::to_string(before);
    BOOST_REQUIRE(std::filesystem::exists(copy));
    auto db = raw(copy);
    BOOST_TEST(db.number_of("PRAGMA user_version") == before);
    BOOST_TEST(db.number_of("SELECT count(*) FROM message") == 1);
    const auto version = "SELECT content_version FROM case_head WHERE owner = 'IPSG'";
    BOOST_TEST(db.number_of(version) == 2);
    BOOST_TEST(raw(path).number_of(version) == 3);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
