// The table of error codes: complete, unique, stable, and as documented.
// Way of the message: none; a test.
// Not pure: reads vector files of the source tree.
// Spec: docs/errors.md. Tests: it is one.
// Limits: none.
#include "protocol/errors.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

using namespace dhow::protocol;

BOOST_AUTO_TEST_SUITE(errors_test)

namespace {

std::string read(const std::string& name) {
    std::ifstream in{std::string{DHOW_SOURCE_DIR} + "/" + name};
    return {std::istreambuf_iterator<char>{in}, {}};
}

// A number that has a row of its own is not given the last row's name.
bool is_known(int number) {
    const auto code = static_cast<errc>(number);
    return code == errc::internal || name_of(code) != name_of(errc::internal);
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_enumerator_has_a_row_with_a_name_of_its_own) {
    const auto source = read("protocol/errors.hpp");
    std::set<std::string_view> names;
    int known = 0;
    for (int number = 1; number < 1000; ++number) {
        const bool declared =
            source.find(" = " + std::to_string(number) + ",") != std::string::npos;
        BOOST_TEST_CONTEXT(number) { BOOST_TEST(is_known(number) == declared); }
        if (declared) {
            ++known;
            names.insert(name_of(static_cast<errc>(number)));
        }
    }
    BOOST_TEST(known > 50);
    BOOST_TEST(names.size() == static_cast<std::size_t>(known));
}

BOOST_AUTO_TEST_CASE(documentation_lists_number_name_text_and_hint) {
    const auto documentation = read("docs/errors.md");
    for (int number = 1; number < 1000; ++number) {
        if (!is_known(number)) {
            continue;
        }
        const auto code = static_cast<errc>(number);
        std::string row = "| " + std::to_string(number) + " | `" + std::string{name_of(code)};
        row += is_retryable(code) ? "` | yes | " : "` | no | ";
        row += std::string{text_of(code)} + " | " + std::string{hint_of(code)} + " |";
        BOOST_TEST_CONTEXT(row) { BOOST_TEST(documentation.find(row) != std::string::npos); }
    }
}

BOOST_AUTO_TEST_CASE(codes_survive_the_way_through_error_code) {
    const boost::system::error_code code = errc::bad_signature;
    BOOST_TEST(code.message() == text_of(errc::bad_signature));
    BOOST_TEST((errc_of(code) == errc::bad_signature));
    const auto foreign = boost::system::errc::make_error_code(boost::system::errc::io_error);
    BOOST_TEST((errc_of(foreign) == errc::internal));
}

BOOST_AUTO_TEST_SUITE_END()
