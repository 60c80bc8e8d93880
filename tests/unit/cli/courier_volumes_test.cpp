// Volumes as files: names, writing with a look at what was written, reading from both ends.
// Way of the message: tests of daemon/cli/courier_volumes.
// Not pure: a temporary folder.
// Spec: docs/courier-format.md#volume.
// Limits: media that lie are not at hand; a full one is in the system tests.
#include "daemon/cli/courier_volumes.hpp"

#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

namespace dhow::tests {

using cli::exit_code;

namespace {

std::string text_of(const protocol::bytes& data) { return {data.begin(), data.end()}; }

std::string part(std::uint32_t volume, bool ends_volume, bool ends_bundle,
                 const std::string& data) {
    return text_of(protocol::encode_part_head({volume, ends_volume, ends_bundle})) + data;
}

/// Head, letter, `cells`, letter, head.
std::string a_volume(std::size_t cells) {
    const auto head = text_of(protocol::encode_volume_head({3, 4}));
    return head + "letters" + std::string(cells * protocol::sealed_cell_bytes(), 'c') + "letters" +
           head;
}

struct a_stick {
    temporary_folder folder;
    std::string base = (folder / "ke").string();
    [[nodiscard]] std::string name(std::uint32_t volume) const {
        return cli::volume_name(base, volume);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(courier_volumes_test, a_stick)

BOOST_AUTO_TEST_CASE(names_end_in_three_digits) {
    BOOST_TEST(cli::volume_name("a/b", 1) == "a/b.001");
    BOOST_TEST(cli::volume_name("b", 999) == "b.999");
    for (const char* good : {"b.001", "x.y.123"}) {
        BOOST_TEST(cli::is_volume_name(good), good);
    }
    for (const char* bad : {"b", ".001", "b.01", "b.0001", "b.01x", "b.001~", ""}) {
        BOOST_TEST(!cli::is_volume_name(bad), bad);
    }
}

BOOST_AUTO_TEST_CASE(parts_become_volumes) {
    cli::volume_writer writer{base};
    BOOST_TEST(writer.add(part(1, false, false, "one ")).ok());
    BOOST_TEST(writer.add(part(1, true, false, "two")).ok());
    BOOST_TEST(!writer.is_over());
    BOOST_TEST(writer.add(part(2, true, true, "three")).ok());
    BOOST_TEST(writer.is_over());
    BOOST_TEST(text_of(folder.read("ke.001")) == "one two");
    BOOST_TEST(text_of(folder.read("ke.002")) == "three");
    BOOST_TEST(writer.files().size() == 2U);
    writer.remove_all();
    BOOST_TEST(!std::filesystem::exists(name(1)));
    BOOST_TEST(!std::filesystem::exists(name(2)));
}

BOOST_AUTO_TEST_CASE(nothing_is_overwritten) {
    folder.write("ke.001", std::string_view("mine"));
    cli::volume_writer writer{base};
    const auto how = writer.add(part(1, true, true, "other"));
    BOOST_TEST(!how.ok());
    writer.remove_all();
    BOOST_TEST(text_of(folder.read("ke.001")) == "mine");
}

BOOST_AUTO_TEST_CASE(what_is_no_part_is_refused) {
    cli::volume_writer writer{base};
    BOOST_TEST((writer.add("short").code == exit_code::internal));
    BOOST_TEST((writer.add(std::string(8, '\0')).code == exit_code::internal));
    BOOST_TEST(writer.files().empty());
}

// Something else wrote to the file behind our back, as a medium does that keeps other bytes.
BOOST_AUTO_TEST_CASE(a_medium_that_keeps_other_bytes_is_noticed) {
    cli::volume_writer writer{base};
    BOOST_TEST(writer.add(part(1, false, false, "one ")).ok());
    std::ofstream(name(1), std::ios::binary | std::ios::in) << "X";
    const auto how = writer.add(part(1, true, true, "two"));
    BOOST_TEST((how.code == exit_code::verification_failed));
    BOOST_TEST(how.why.find("the medium is bad") != std::string::npos, how.why);
}

//= CF-2
BOOST_AUTO_TEST_CASE(a_letter_is_read_from_both_ends) {
    folder.write("ke.001", std::string_view(a_volume(2)));
    std::string why;
    auto volume = cli::volume_reader::open(name(1), why);
    BOOST_REQUIRE_MESSAGE(volume, why);
    const auto wanted = text_of(protocol::encode_volume_head({3, 4})) + "letters";
    BOOST_TEST((volume->letter_at_front() == wanted));
    BOOST_TEST(volume->layout().is_whole);
    BOOST_TEST(volume->layout().cells == 2U);
    BOOST_TEST((volume->letter_at_back() == wanted));
    BOOST_TEST(volume->layout().cells == 2U);
    BOOST_TEST(volume->at_cell(1).get() == 'c');
}

BOOST_AUTO_TEST_CASE(what_is_damaged_or_cut_off_gives_the_other_end_or_nothing) {
    auto text = a_volume(2);
    text[0] = 'X';
    folder.write("ke.001", std::string_view(text));
    std::string why;
    auto front = cli::volume_reader::open(name(1), why);
    BOOST_REQUIRE(front);
    BOOST_TEST(!front->letter_at_front().has_value());
    BOOST_TEST(front->letter_at_back().has_value());
    folder.write("ke.002", std::string_view(a_volume(2)).substr(0, 5'000));
    auto cut = cli::volume_reader::open(name(2), why);
    BOOST_REQUIRE(cut);
    BOOST_TEST(!cut->letter_at_back().has_value());
    BOOST_TEST(cut->letter_at_front().has_value());
    BOOST_TEST(!cut->layout().is_whole);
    BOOST_TEST(cut->layout().cells == 1U);
    folder.write("ke.003", std::string_view("tiny"));
    auto tiny = cli::volume_reader::open(name(3), why);
    BOOST_REQUIRE(tiny);
    BOOST_TEST(!tiny->letter_at_front().has_value());
    BOOST_TEST(!tiny->letter_at_back().has_value());
    BOOST_TEST(!cli::volume_reader::open(name(4), why).has_value());
    BOOST_TEST(why.find("ke.004") != std::string::npos, why);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
