// The level of a text: the code list and the enumeration agree, and what is not known is the
// highest.
// Way of the message: tests of protocol/kinds/confidentiality.
// Pure.
// Spec: docs/kinds.md#confidentiality.
// Limits: none.
#include "protocol/kinds/confidentiality.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

namespace dhow::tests {

using kinds::confidentiality_in;
using protocol::confidentiality;

namespace {
const kinds::registry& builtin_kinds() { return kinds::registry::in_force(); }

confidentiality said_in(std::string_view text, std::string_view media_type = "application/json") {
    return confidentiality_in(builtin_kinds(), media_type, text);
}
}  // namespace

BOOST_AUTO_TEST_SUITE(confidentiality_test)

BOOST_AUTO_TEST_CASE(each_code_of_the_list_is_a_level_of_its_own) {
    const auto& list = builtin_kinds().list("confidentiality");
    std::set<confidentiality> found;
    for (const auto& [code, order] : list.codes) {
        const auto level = kinds::confidentiality_of(builtin_kinds(), code);
        BOOST_TEST(std::to_string(static_cast<int>(level)) == order);
        found.insert(level);
    }
    BOOST_TEST(found.size() == protocol::confidentiality_count - 1);
    BOOST_TEST(!found.contains(confidentiality::unsaid));
}

BOOST_AUTO_TEST_CASE(a_document_says_its_level) {
    BOOST_TEST((said_in(R"({"confidentiality":"INTERPOL FOR OFFICIAL USE ONLY"})") ==
                confidentiality::official_use));
    BOOST_TEST(
        (said_in(R"({"confidentiality":"INTERPOL RESTRICTED"})") == confidentiality::restricted));
    BOOST_TEST((said_in(R"({"confidentiality":"INTERPOL CONFIDENTIAL"})",
                        "application/json; charset=utf-8") == confidentiality::confidential));
}

BOOST_AUTO_TEST_CASE(what_says_nothing_has_no_level) {
    BOOST_TEST((said_in("{}") == confidentiality::unsaid));
    BOOST_TEST((said_in("no document at all") == confidentiality::unsaid));
    BOOST_TEST((said_in(R"({"confidentiality":"INTERPOL CONFIDENTIAL"})", "text/plain") ==
                confidentiality::unsaid));
}

BOOST_AUTO_TEST_CASE(what_is_not_known_counts_as_the_highest) {
    for (const auto* text : {R"({"confidentiality":"INTERPOL MOST CONFIDENTIAL"})",
                             R"({"confidentiality":""})", R"({"confidentiality":2})"}) {
        BOOST_TEST((said_in(text) == protocol::highest_confidentiality));
    }
}

BOOST_AUTO_TEST_CASE(a_level_has_one_name) {
    for (const auto level : {confidentiality::official_use, confidentiality::restricted,
                             confidentiality::confidential}) {
        BOOST_TEST((protocol::parse_confidentiality(protocol::to_text(level)) == level));
    }
    BOOST_TEST(!protocol::parse_confidentiality("unsaid").has_value());
    BOOST_TEST(!protocol::parse_confidentiality("Restricted").has_value());
    BOOST_TEST(!protocol::parse_confidentiality("").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
