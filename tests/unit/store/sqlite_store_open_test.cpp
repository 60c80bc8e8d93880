// Which files a store opens, and that those which it refuses keep what they hold.
// Way of the message: tests of daemon/store/sqlite_store_open.
// Not pure: a temporary folder.
// Spec: docs/store.md#opening.
// Limits: a store in use is refused in sim/disk_test and system/second_daemon_test.
#include "daemon/store/sqlite_store.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>

namespace dhow::tests {

using protocol::errc;

namespace {
struct a_path {
    temporary_folder folder;
    std::string path = (folder / "store.db").string();

    [[nodiscard]] std::unique_ptr<store::sqlite_store> open(
        store::opening purpose = store::opening::service) const {
        store::sqlite_options options;
        options.path = path;
        options.purpose = purpose;
        options.instance.value[15] = 0x2a;
        return store::sqlite_store::open(options);
    }
    /// What the refusal says.
    [[nodiscard]] std::string refused(errc code,
                                      store::opening purpose = store::opening::service) const {
        try {
            const auto got = open(purpose);
        } catch (const store::open_error& error) {
            BOOST_TEST((error.code() == code));
            return error.what();
        }
        BOOST_ERROR("was not refused");
        return {};
    }
    /// Another program at the closed file.
    [[nodiscard]] store::connection raw() const {
        return {path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, ""};
    }
};

bool contains(const std::string& text, const std::string& wanted) {
    return text.find(wanted) != std::string::npos;
}
}  // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_store_open_test, a_path)

BOOST_AUTO_TEST_CASE(a_new_file_has_our_mark_the_last_version_and_its_owners_eyes_only) {
    open().reset();
    auto db = raw();
    BOOST_TEST(db.number_of("PRAGMA application_id") == store::application_id);
    BOOST_TEST(db.number_of("PRAGMA user_version") == store::migrations().back().version);
    using std::filesystem::perms;
    BOOST_TEST(
        (std::filesystem::status(path).permissions() == (perms::owner_read | perms::owner_write)));
}

BOOST_AUTO_TEST_CASE(a_newer_file_is_refused_and_keeps_what_it_holds) {
    open().reset();
    raw().execute("PRAGMA user_version = 99; CREATE TABLE newer (x)");
    for (const auto purpose : {store::opening::service, store::opening::inspection}) {
        const auto text = refused(errc::store_failed, purpose);
        BOOST_TEST(contains(text, path + " has schema version 99"), text);
    }
    auto db = raw();
    BOOST_TEST(db.number_of("PRAGMA user_version") == 99);
    BOOST_TEST(db.number_of("SELECT count(*) FROM sqlite_schema WHERE name = 'newer'") == 1);
    BOOST_TEST(!std::filesystem::exists(path + ".before-upgrade-from-99"));
}

BOOST_AUTO_TEST_CASE(the_database_of_another_program_is_refused_without_a_byte_changed) {
    raw().execute("CREATE TABLE accounts (x)");
    const auto before = folder.read("store.db");
    const auto text = refused(errc::store_failed);
    BOOST_TEST(contains(text, "not a store of dhowd"), text);
    BOOST_TEST((folder.read("store.db") == before));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_database_is_refused_without_a_byte_changed) {
    std::string text;
    while (text.size() < 4096) {
        text += "this is a letter\n";
    }
    folder.write("store.db", std::string_view(text));
    const auto before = folder.read("store.db");
    const auto said = refused(errc::store_corrupt);
    BOOST_TEST(contains(said, path + " is not an SQLite database"), said);
    BOOST_TEST((folder.read("store.db") == before));
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_missing_is_said_and_not_made) {
    path = (folder / "none/store.db").string();
    const auto text = refused(errc::store_failed);
    BOOST_TEST(contains(text, path + " cannot be opened"), text);
    BOOST_TEST(!std::filesystem::exists(folder / "none"));
}

BOOST_AUTO_TEST_CASE(inspection_makes_no_file_where_none_is) {
    const auto text = refused(errc::store_failed, store::opening::inspection);
    BOOST_TEST(contains(text, path + " cannot be opened"), text);
    BOOST_TEST(!std::filesystem::exists(path));
}

BOOST_AUTO_TEST_CASE(inspection_sets_nothing_up_in_an_empty_file) {
    std::ofstream(path).close();
    const auto text = refused(errc::store_failed, store::opening::inspection);
    BOOST_TEST(contains(text, path + " is empty"), text);
    BOOST_TEST(std::filesystem::file_size(path) == 0U);
}

BOOST_AUTO_TEST_CASE(a_store_that_does_not_say_which_it_is_is_refused) {
    open().reset();
    raw().execute("UPDATE meta SET value = 'nobody' WHERE key = 'instance'");
    const auto text = refused(errc::store_corrupt);
    BOOST_TEST(contains(text, "does not say which store it is"), text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
