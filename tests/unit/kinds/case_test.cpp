// Which case a message is about, and that only the last word on it counts, in any order.
#include "protocol/kinds/case.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <limits>
#include <numeric>

using namespace dhow::kinds;
using namespace dhow;
namespace json = boost::json;

namespace {

constexpr const char* own_id = "0197a3c0-0000-7000-8000-000000000001";
constexpr const char* began_id = "0197a3c0-0000-7000-8000-000000000002";

const registry& data() { return registry::in_force(); }

protocol::utc_time at(int second) {
    return protocol::utc_time{std::chrono::seconds{1'000'000 + second}};
}

json::value notice(int version) {
    return {{"entity_id", "2024/123"}, {"body", {{"version", version}}}};
}

json::value about(const char* kind) {
    json::object reference{{"relation", "updates"}, {"id", began_id}};
    if (kind != nullptr) {
        reference["kind"] = kind;
    }
    return {{"references", json::array{reference}}, {"body", json::object{}}};
}

std::optional<case_word> word_of(const char* kind, const char* sender, const json::value& text,
                                 int second = 0) {
    return case_of(data(), kind, sender, own_id, at(second), text);
}

struct one_case {
    case_view view;
    bool by_authority = false;
    case_standing hear(const char* kind, const char* sender, const json::value& text, int second) {
        const auto word = word_of(kind, sender, text, second);
        BOOST_REQUIRE(word.has_value());
        return judge(data(), view, by_authority, *word, kind, text);
    }
    case_standing notice(const char* kind, int version, int second = 0) {
        return hear(kind, "IPSG", ::notice(version), second);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(case_test)

BOOST_AUTO_TEST_CASE(a_notice_is_named_by_its_entity_a_diffusion_by_the_message_that_began_it) {
    const auto publication = word_of("notice.publication", "IPSG", notice(3));
    BOOST_REQUIRE(publication.has_value());
    BOOST_TEST(publication->name == "2024/123");
    BOOST_TEST(publication->lifecycle == "notice");
    BOOST_TEST((publication->role == case_role::content));
    BOOST_TEST(publication->point.version == 3U);
    BOOST_TEST(word_of("diffusion.circulation", "ZW", notice(0))->name == own_id);
    BOOST_TEST(word_of("diffusion.withdrawal", "ZW", about("diffusion.circulation"))->name ==
               began_id);
    BOOST_TEST(word_of("diffusion.noncompliance", "IPSG", about(nullptr))->name == began_id);
    BOOST_TEST(!word_of("diffusion.withdrawal", "ZW", about("hit.request")).has_value());
}

BOOST_AUTO_TEST_CASE(who_may_not_send_a_kind_has_no_say_in_a_case) {
    BOOST_TEST(!word_of("notice.cancellation", "ZW", notice(1)).has_value());
    BOOST_TEST(!word_of("diffusion.noncompliance", "ZW", about(nullptr)).has_value());
    BOOST_TEST(!word_of("message.text", "ZW", notice(1)).has_value());
    BOOST_TEST(!word_of("no.such.kind", "IPSG", notice(1)).has_value());
    BOOST_TEST(!word_of("notice.publication", "IPSG", json::object{}).has_value());
}

BOOST_AUTO_TEST_CASE(the_highest_version_wins_whatever_came_first) {
    one_case one;
    BOOST_TEST((one.notice("notice.publication", 2, 5) == case_standing::current));
    BOOST_TEST((one.notice("notice.publication", 1, 9) == case_standing::superseded));
    BOOST_TEST((one.notice("notice.addendum", 1, 9) == case_standing::superseded));
    BOOST_TEST((one.notice("notice.addendum", 2, 9) == case_standing::current));
    BOOST_TEST((one.notice("notice.publication", 3, 1) == case_standing::current));
    BOOST_TEST(one.view.state == "published");
}

BOOST_AUTO_TEST_CASE(a_cancellation_before_its_publication_leaves_a_tombstone) {
    one_case one;
    BOOST_TEST((one.notice("notice.cancellation", 2) == case_standing::current));
    BOOST_TEST(one.view.state == "cancelled");
    for (const char* kind : {"notice.publication", "notice.addendum", "notice.reinstatement"}) {
        BOOST_TEST((one.notice(kind, 2, 9) == case_standing::late), kind);
    }
    BOOST_TEST((one.notice("notice.cancellation", 2, 9) == case_standing::superseded));
    BOOST_TEST((one.notice("notice.publication", 1, 9) == case_standing::late));
    BOOST_TEST(one.view.ended);
}

BOOST_AUTO_TEST_CASE(only_a_version_above_the_tombstone_publishes_again) {
    one_case one;
    one.notice("notice.cancellation", 2);
    BOOST_TEST((one.notice("notice.publication", 3, 1) == case_standing::current));
    BOOST_TEST(one.view.state == "published");
    BOOST_TEST((one.notice("notice.cancellation", 2, 9) == case_standing::superseded));
    BOOST_TEST(!one.view.ended);
    BOOST_TEST((one.notice("notice.cancellation", 3, 9) == case_standing::current));
}

BOOST_AUTO_TEST_CASE(a_clock_that_went_back_at_the_origin_does_not_hold_up_an_end) {
    one_case one;
    one.notice("notice.publication", 1, 9);
    BOOST_TEST((one.notice("notice.suspension", 1, 5) == case_standing::current));
    BOOST_TEST((one.notice("notice.cancellation", 1, 1) == case_standing::current));
}

BOOST_AUTO_TEST_CASE(nor_what_is_added) {
    one_case one;
    one.hear("diffusion.circulation", "ZW", notice(0), 9);
    BOOST_TEST((one.hear("diffusion.update", "ZW", about("diffusion.circulation"), 5) ==
                case_standing::current));
}

BOOST_AUTO_TEST_CASE(what_comes_while_it_is_suspended_waits) {
    one_case one;
    BOOST_TEST((one.notice("notice.suspension", 1, 2) == case_standing::current));
    BOOST_TEST((one.notice("notice.publication", 1, 1) == case_standing::withheld));
    BOOST_TEST(one.view.state == "suspended");
    BOOST_TEST((one.notice("notice.reinstatement", 1, 3) == case_standing::current));
    BOOST_TEST((one.notice("notice.suspension", 1, 2) == case_standing::superseded));
    BOOST_TEST(one.view.state == "published");
    BOOST_TEST((one.notice("notice.addendum", 1, 4) == case_standing::current));
}

BOOST_AUTO_TEST_CASE(a_suspension_holds_whatever_was_published_since) {
    one_case one;
    one.notice("notice.publication", 2, 5);
    BOOST_TEST((one.notice("notice.suspension", 1, 3) == case_standing::current));
    BOOST_TEST((one.notice("notice.publication", 3, 7) == case_standing::withheld));
    BOOST_TEST((one.notice("notice.reinstatement", 1, 6) == case_standing::current));
    BOOST_TEST(!one.view.suspended);
    BOOST_TEST((one.notice("notice.publication", 4, 8) == case_standing::current));
}

BOOST_AUTO_TEST_CASE(an_end_that_comes_after_the_next_publication_lifts_the_suspension_before_it) {
    one_case one;
    one.notice("notice.suspension", 2, 3);
    BOOST_TEST((one.notice("notice.publication", 3, 5) == case_standing::withheld));
    BOOST_TEST((one.notice("notice.cancellation", 2, 4) == case_standing::superseded));
    BOOST_TEST(!one.view.suspended);
    BOOST_TEST((one.notice("notice.suspension", 2, 3) == case_standing::superseded));
    BOOST_TEST((one.notice("notice.suspension", 3, 6) == case_standing::current));
    BOOST_TEST((one.notice("notice.cancellation", 2, 4) == case_standing::superseded));
    BOOST_TEST(one.view.suspended);
}

BOOST_AUTO_TEST_CASE(
    an_end_that_comes_after_a_suspension_of_what_was_published_again_does_not_lift_it) {
    one_case one;
    one.notice("notice.publication", 1, 1);
    BOOST_TEST((one.notice("notice.suspension", 3, 4) == case_standing::current));
    BOOST_TEST((one.notice("notice.cancellation", 2, 2) == case_standing::current));
    BOOST_TEST(one.view.ended);
    BOOST_TEST((one.notice("notice.publication", 2, 1) == case_standing::late));
    BOOST_TEST((one.notice("notice.publication", 3, 3) == case_standing::withheld));
    BOOST_TEST((one.notice("notice.reinstatement", 3, 5) == case_standing::current));
    BOOST_TEST(!one.view.ended);
}

BOOST_AUTO_TEST_CASE(a_suspension_that_is_faster_than_what_is_published_again_waits_for_it) {
    one_case one;
    one.notice("notice.publication", 1, 1);
    one.notice("notice.cancellation", 1, 2);
    BOOST_TEST((one.notice("notice.suspension", 1, 3) == case_standing::late));
    BOOST_TEST((one.notice("notice.suspension", 3, 5) == case_standing::current));
    BOOST_TEST(one.view.ended);
    BOOST_TEST((one.notice("notice.addendum", 1, 6) == case_standing::late));
    BOOST_TEST((one.notice("notice.addendum", 3, 6) == case_standing::withheld));
    BOOST_TEST(one.view.ended);
    BOOST_TEST((one.notice("notice.cancellation", 1, 7) == case_standing::superseded));
    BOOST_TEST(one.view.suspended);
    BOOST_TEST((one.notice("notice.publication", 3, 4) == case_standing::withheld));
    BOOST_TEST((one.notice("notice.reinstatement", 3, 8) == case_standing::current));
    BOOST_TEST((one.notice("notice.addendum", 3, 6) == case_standing::current));
    BOOST_TEST((one.notice("notice.suspension", 4, 9) == case_standing::current));
    BOOST_TEST((one.notice("notice.cancellation", 3, 10) == case_standing::current));
    BOOST_TEST((one.notice("notice.publication", 4, 9) == case_standing::withheld));
}

BOOST_AUTO_TEST_CASE(above_the_highest_version_nothing_comes_back) {
    one_case one;
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    const json::value text{{"entity_id", "2024/123"}, {"body", {{"version", most}}}};
    BOOST_TEST((one.hear("notice.cancellation", "IPSG", text, 1) == case_standing::current));
    BOOST_TEST((one.hear("notice.publication", "IPSG", text, 2) == case_standing::late));
    BOOST_TEST(one.view.ended);
}

BOOST_AUTO_TEST_CASE(a_diffusion_that_was_withdrawn_never_comes_back) {
    one_case one;
    const auto word = about("diffusion.circulation");
    BOOST_TEST((one.hear("diffusion.withdrawal", "ZW", word, 1) == case_standing::current));
    BOOST_TEST((one.hear("diffusion.update", "ZW", word, 2) == case_standing::late));
    BOOST_TEST((one.hear("diffusion.circulation", "ZW", notice(0), 9) == case_standing::late));
    BOOST_TEST(one.view.state == "withdrawn");
}

BOOST_AUTO_TEST_CASE(what_the_secretariat_has_ended_is_over_whoever_began_it) {
    one_case one;
    one.by_authority = true;
    BOOST_TEST((one.hear("diffusion.circulation", "ZW", notice(0), 1) == case_standing::late));
    BOOST_TEST(
        (one.hear("diffusion.withdrawal", "ZW", about(nullptr), 2) == case_standing::current));
}

BOOST_AUTO_TEST_CASE(in_every_order_the_end_is_the_same_and_nothing_is_offered_after_it) {
    struct word {
        const char* kind;
        int version;
    };
    const std::vector<word> words{{"notice.publication", 1},
                                  {"notice.publication", 2},
                                  {"notice.suspension", 2},
                                  {"notice.reinstatement", 2},
                                  {"notice.cancellation", 2}};
    std::vector<int> order(words.size());
    std::iota(order.begin(), order.end(), 0);
    do {
        one_case one;
        bool is_over = false;
        for (const int index : order) {
            const auto& next = words[static_cast<std::size_t>(index)];
            const auto standing = one.notice(next.kind, next.version, index);
            BOOST_TEST((!is_over || standing == case_standing::late));
            is_over = is_over || next.kind == std::string_view("notice.cancellation");
        }
        BOOST_TEST(one.view.ended);
        BOOST_TEST(one.view.state == "cancelled");
    } while (std::ranges::next_permutation(order).found);
}

BOOST_AUTO_TEST_CASE(every_kind_with_a_role_says_where_its_case_is_named) {
    for (const auto& [name, row] : data().rows()) {
        if (row.role == case_role::none) {
            continue;
        }
        BOOST_TEST(!row.lifecycle.empty(), name);
        const bool is_named =
            row.needs_entity || row.role == case_role::content || !row.references.empty();
        BOOST_TEST(is_named, name);
        // What takes effect away never expires.
        BOOST_TEST((gives_content(row.role) || row.expires.never), name);
        BOOST_TEST((row.role != case_role::end || row.cls == protocol::message_class::flash), name);
    }
}

BOOST_AUTO_TEST_CASE(a_restriction_ends_the_case_for_whoever_gets_it) {
    one_case one;
    BOOST_TEST((one.notice("notice.publication", 2, 1) == case_standing::current));
    BOOST_TEST((one.notice("notice.restriction", 2, 2) == case_standing::current));
    BOOST_TEST(one.view.ended);
    BOOST_TEST(one.view.state == "restricted");
    BOOST_TEST((one.notice("notice.publication", 2, 3) == case_standing::late));
    BOOST_TEST((one.notice("notice.addendum", 2, 4) == case_standing::late));
    BOOST_TEST((one.notice("notice.cancellation", 2, 5) == case_standing::superseded));
    BOOST_TEST((one.notice("notice.publication", 3, 6) == case_standing::current));
    BOOST_TEST(one.view.state == "published");
}

BOOST_AUTO_TEST_CASE(a_restriction_that_comes_first_is_a_tombstone) {
    one_case one;
    BOOST_TEST((one.notice("notice.restriction", 2, 2) == case_standing::current));
    BOOST_TEST((one.notice("notice.publication", 2, 1) == case_standing::late));
    const auto diffusion = word_of("diffusion.restriction", "MU", about("diffusion.circulation"));
    BOOST_REQUIRE(diffusion.has_value());
    BOOST_TEST(diffusion->lifecycle == "diffusion");
    BOOST_TEST(diffusion->name == began_id);
}

BOOST_AUTO_TEST_SUITE_END()
