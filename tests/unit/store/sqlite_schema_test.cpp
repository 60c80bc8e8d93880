// How an older file becomes a newer one, and which files are not touched.
// Way of the message: tests of daemon/store/sqlite_schema.
// Not pure: a temporary folder.
// Spec: docs/store.md#opening.
// Limits: none.
#include "daemon/store/sqlite_schema.hpp"

#include "daemon/store/sqlite_backup.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

namespace dhow::tests {

using boost::test_tools::per_element;
using protocol::errc;

namespace {
constexpr int opened = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
constexpr store::migration first{1, "CREATE TABLE one (x)"};
constexpr store::migration second{2, "CREATE TABLE two (x)"};
constexpr store::migration broken{3, "CREATE TABLE three (x); CREATE TABLE one (x)"};
constexpr std::array<store::migration, 1> to_1{first};
constexpr std::array<store::migration, 2> to_2{first, second};
constexpr std::array<store::migration, 3> to_3{first, second, broken};

bool has(store::connection& db, const std::string& table) {
    return db.number_of("SELECT count(*) FROM sqlite_schema WHERE name = '" + table + "'") == 1;
}
std::int64_t version_of(store::connection& db) { return db.number_of("PRAGMA user_version"); }
std::int64_t owner_of(store::connection& db) { return db.number_of("PRAGMA application_id"); }

struct a_file {
    temporary_folder folder;
    std::string path = (folder / "store.db").string();
    store::connection db{path, opened, ""};
    std::vector<int> backups;

    void upgrade(std::span<const store::migration> steps) {
        store::migrate(db, path, steps, [this](int version) { backups.push_back(version); });
    }
    void own() {
        db.execute(("PRAGMA application_id = " + std::to_string(store::application_id)).c_str());
    }
    /// The text of the refusal that is expected.
    template <class Action>
    std::string refused(Action action) {
        try {
            action();
        } catch (const store::open_error& error) {
            BOOST_TEST((error.code() == errc::store_failed));
            return error.what();
        }
        BOOST_ERROR("was not refused");
        return {};
    }
    std::string owner_refused() {
        return refused([this] { store::check_owner(db, path); });
    }
};

bool has_text(const std::string& text, const std::string& wanted) {
    return text.find(wanted) != std::string::npos;
}
}  // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_schema_test, a_file)

BOOST_AUTO_TEST_CASE(a_new_file_takes_every_step_and_our_mark_without_a_backup) {
    upgrade(to_2);
    BOOST_TEST(has(db, "one"));
    BOOST_TEST(has(db, "two"));
    BOOST_TEST(version_of(db) == 2);
    BOOST_TEST(owner_of(db) == store::application_id);
    BOOST_TEST(backups == std::vector<int>{}, per_element());
}

BOOST_AUTO_TEST_CASE(an_older_file_takes_only_the_steps_that_it_lacks) {
    upgrade(to_1);
    db.execute("INSERT INTO one VALUES (7)");
    upgrade(to_2);  // The first step once more would fail: the table is there.
    BOOST_TEST(version_of(db) == 2);
    BOOST_TEST(has(db, "two"));
    BOOST_TEST(db.number_of("SELECT x FROM one") == 7);
}

BOOST_AUTO_TEST_CASE(an_older_file_is_backed_up_once_before_the_first_step) {
    upgrade(to_1);
    constexpr store::migration third{3, "CREATE TABLE three (x)"};
    const std::array steps{first, second, third};
    store::migrate(db, path, steps, [this](int version) {
        backups.push_back(version);
        BOOST_TEST(version_of(db) == 1);
        BOOST_TEST(!has(db, "two"));
    });
    BOOST_TEST(backups == std::vector<int>{1}, per_element());
    BOOST_TEST(version_of(db) == 3);
}

BOOST_AUTO_TEST_CASE(a_file_of_this_version_is_neither_backed_up_nor_changed) {
    upgrade(to_2);
    upgrade(to_2);
    BOOST_TEST(version_of(db) == 2);
    BOOST_TEST(backups == std::vector<int>{}, per_element());
}

BOOST_AUTO_TEST_CASE(without_its_backup_no_step_is_taken) {
    upgrade(to_1);
    const auto text = refused([this] {
        store::migrate(db, path, to_2,
                       [](int) { throw store::open_error(errc::store_failed, "no backup"); });
    });
    BOOST_TEST(text == "no backup");
    BOOST_TEST(version_of(db) == 1);
    BOOST_TEST(!has(db, "two"));
}

BOOST_AUTO_TEST_CASE(a_newer_file_is_refused_and_keeps_its_version_and_tables) {
    upgrade(to_1);
    db.execute("PRAGMA user_version = 9");
    const auto text = refused([this] { upgrade(to_2); });
    BOOST_TEST(has_text(text, path), text);
    BOOST_TEST(has_text(text, "schema version 9, this dhowd knows up to 2"), text);
    BOOST_TEST(has_text(text, "install the newer dhowd again"), text);
    BOOST_TEST(version_of(db) == 9);
    BOOST_TEST(!has(db, "two"));
    BOOST_TEST(backups == std::vector<int>{}, per_element());
}

BOOST_AUTO_TEST_CASE(a_step_that_fails_is_taken_back_whole_and_earlier_ones_stay) {
    upgrade(to_1);
    BOOST_CHECK_THROW(upgrade(to_3), store::sqlite_error);
    BOOST_TEST(!db.in_transaction());
    BOOST_TEST(!has(db, "three"));
    BOOST_TEST(has(db, "two"));
    BOOST_TEST(version_of(db) == 2);
}

BOOST_AUTO_TEST_CASE(after_a_step_that_failed_a_better_one_is_taken) {
    BOOST_CHECK_THROW(upgrade(to_3), store::sqlite_error);
    constexpr store::migration mended{3, "CREATE TABLE three (x)"};
    const std::array steps{first, second, mended};
    upgrade(steps);
    BOOST_TEST(has(db, "three"));
    BOOST_TEST(version_of(db) == 3);
}

BOOST_AUTO_TEST_CASE(the_backup_before_an_upgrade_has_the_older_schema_and_knows_what_it_is) {
    store::check_owner(db, path);
    store::set_pragmas(db, path, "FULL");
    upgrade(store::migrations());
    const auto before = version_of(db);
    std::vector<store::migration> steps(store::migrations().begin(), store::migrations().end());
    steps.push_back({steps.back().version + 1, "CREATE TABLE later (x)"});
    const auto copy_path = path + ".copy";
    store::migrate(db, path, steps,
                   [&](int) { BOOST_TEST(store::back_up_now(db, copy_path, "").error == ""); });
    BOOST_TEST(has(db, "later"));
    store::connection copy(copy_path, SQLITE_OPEN_READWRITE, "");
    BOOST_TEST(version_of(copy) == before);
    BOOST_TEST(!has(copy, "later"));
    BOOST_TEST(copy.text_of("SELECT value FROM meta WHERE key = 'is_backup'") == "1");
}

BOOST_AUTO_TEST_CASE(the_steps_of_the_store_rise_one_by_one) {
    int version = 0;
    for (const auto& step : store::migrations()) {
        BOOST_TEST(step.version == ++version);
    }
    BOOST_TEST(version > 0);
}

BOOST_AUTO_TEST_CASE(an_empty_file_may_become_ours) {
    BOOST_CHECK_NO_THROW(store::check_owner(db, path));
    BOOST_TEST(owner_of(db) == 0);
}

BOOST_AUTO_TEST_CASE(a_file_with_our_mark_is_ours) {
    own();
    db.execute("CREATE TABLE meta (x)");
    BOOST_CHECK_NO_THROW(store::check_owner(db, path));
}

BOOST_AUTO_TEST_CASE(a_file_with_tables_and_no_mark_is_not_ours) {
    db.execute("CREATE TABLE accounts (x)");
    const auto text = owner_refused();
    BOOST_TEST(has_text(text, path + " is an SQLite database, but not a store of dhowd"), text);
}

BOOST_AUTO_TEST_CASE(a_file_with_the_mark_of_another_program_is_not_ours_even_when_empty) {
    db.execute("PRAGMA application_id = 7");
    owner_refused();
    BOOST_TEST(owner_of(db) == 7);
}

BOOST_AUTO_TEST_CASE(a_file_whose_page_size_cannot_be_changed_is_refused) {
    own();
    db.execute("CREATE TABLE meta (x)");  // From here on the page size stands.
    const auto text = refused([this] { store::set_pragmas(db, path, "FULL"); });
    BOOST_TEST(has_text(text, path + ": pragma page_size is '4096', expected '8192'"), text);
}

BOOST_AUTO_TEST_CASE(a_peer_that_was_suspended_before_version_2_stays_so_by_nobody_known) {
    upgrade(store::migrations().first(1));
    db.execute(
        "INSERT INTO peer (peer, instance, epoch, boot, sent_count, received_count, flash_upto,"
        " urgent_upto, routine_upto, bulk_upto, suspended, suspended_until, last_error) VALUES"
        " ('IPSG', zeroblob(16), 1, 2, 3, 4, 5, 6, 7, 8, 'a move', 1800000000000, '')");
    upgrade(store::migrations().first(2));
    BOOST_TEST(version_of(db) == 2);
    BOOST_TEST(backups == std::vector<int>{1}, per_element());
    BOOST_TEST(db.text_of("SELECT suspended FROM peer WHERE peer = 'IPSG'") == "a move");
    BOOST_TEST(db.number_of("SELECT suspended_until FROM peer") == 1'800'000'000'000);
    BOOST_TEST(db.text_of("SELECT suspended_by FROM peer") == "");
    BOOST_TEST(db.number_of("SELECT count(*) FROM peer WHERE suspended_at IS NULL"
                            " AND suspended_for IS NULL") == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
