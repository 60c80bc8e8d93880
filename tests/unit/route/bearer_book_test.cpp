// Readings of connections to counts of links; windows and quota together; what the store is given.
// Way of the message: tests of daemon/route/bearer_book and line_traffic.
// Pure; virtual time.
// Spec: docs/decisions/0010-bearers.md.
// Limits: none.
#include "daemon/route/bearer_book.hpp"

#include "protocol/limits.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::route {

namespace {
using namespace std::chrono_literals;

constexpr auto bulk = message_class::bulk;
constexpr auto flash = message_class::flash;
constexpr std::uint64_t mib = protocol::limits::mib;
const utc_time now = protocol::parse_utc("2026-11-29T10:00:00.000Z").value();

config::link vsat(std::uint64_t month_bytes = mib) {
    config::link out;
    out.name = "vsat";
    out.windows = {{0x7f, 22h, 6h, {bulk}, 0}};
    out.quota.month_bytes = month_bytes;
    return out;
}

struct a_book {
    a_book() { book.configure({vsat()}); }
    bearer_book book;
    bearer_record& record() { return *book.find("vsat"); }
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(bearer_book_test, a_book)

BOOST_AUTO_TEST_CASE(what_a_connection_carried_is_counted_once) {
    line_traffic reading{.in = 300, .out = 1'000, .resent_out = 100, .handshake_out = 200};
    reading.payload_out = 500;
    book.count(7, "vsat", reading, now, true);
    book.count(7, "vsat", reading, now, true);
    BOOST_TEST(record().quota.used() == 1'300U);
    BOOST_TEST(record().sent.total() == 1'000U);
    BOOST_TEST(record().sent.resent == 100U);
    BOOST_TEST(record().sent.handshake == 200U);
    BOOST_TEST(record().sent.payload == 500U);
    BOOST_TEST(record().sent.control == 200U);
    BOOST_TEST(record().received.control == 300U);
    reading.in += 50;
    book.count(7, "vsat", reading, now, true);
    BOOST_TEST(record().quota.used() == 1'350U);
    book.forget(7);
    book.count(7, "vsat", reading, now, true);  // Another connection of the same number.
    BOOST_TEST(record().quota.used() == 2'700U);
}

BOOST_AUTO_TEST_CASE(a_reading_that_is_less_than_the_one_before_gives_nothing_back) {
    book.count(7, "vsat", {.in = 300, .out = 1'000}, now, true);
    book.count(7, "vsat", {.in = 300, .out = 900}, now, true);
    book.count(7, "vsat", {.in = 300, .out = 1'010}, now, true);
    BOOST_TEST(record().quota.used() == 1'310U);
}

BOOST_AUTO_TEST_CASE(parts_that_claim_more_than_all_do_not_make_it_more) {
    const line_traffic odd{.out = 100, .resent_out = 80, .handshake_out = 60, .payload_out = 40};
    BOOST_TEST(odd.sent().total() == 100U);
}

BOOST_AUTO_TEST_CASE(links_that_are_not_known_let_everything_pass_and_count_nothing) {
    BOOST_TEST(book.size_max("", bulk, now) == any_size);
    BOOST_TEST((book.opens("none", bulk, 1, now) == now));
    BOOST_TEST(!book.next_change("none", now).has_value());
    book.count(7, "none", {.in = 1, .out = 1}, now, true);
    book.count_failed("none", {.in = 1, .out = 1}, now, true);
}

BOOST_AUTO_TEST_CASE(both_window_and_quota_must_let_it_pass) {
    BOOST_TEST(book.size_max("vsat", bulk, now) == 0U);
    BOOST_TEST(book.size_max("vsat", bulk, now + 12h) == any_size);
    BOOST_TEST((book.opens("vsat", bulk, 1, now) == now + 12h));
    BOOST_TEST((book.next_change("vsat", now) == now + 12h));
    book.count_failed("vsat", {.in = 0, .out = mib}, now, true);
    BOOST_TEST(book.size_max("vsat", bulk, now + 12h) == 0U);
    BOOST_TEST(book.size_max("vsat", flash, now) == any_size);
    const auto december = protocol::parse_utc("2026-12-01T00:00:00.000Z").value();
    BOOST_TEST((book.opens("vsat", bulk, 1, now) == december));  // At midnight it is open.
    BOOST_TEST((book.next_change("vsat", december - 1s) == december));
}

BOOST_AUTO_TEST_CASE(counts_stay_over_a_reload_and_a_start) {
    book.count_failed("vsat", {.in = 0, .out = 5'000}, now, true);
    book.configure({vsat(10 * mib), config::link{}});
    BOOST_TEST(record().quota.used() == 5'000U);
    BOOST_TEST(record().quota.limit() == 10 * mib);
    std::map<std::string, std::string> meta;
    for (const auto& [key, value] : book.take_notes(true)) {
        meta[key] = value;
    }
    BOOST_TEST(meta.size() == 1U);
    bearer_book after;
    after.configure({vsat(10 * mib)});
    after.restore(meta);
    BOOST_TEST(after.find("vsat")->quota.used() == 5'000U);
}

BOOST_AUTO_TEST_CASE(the_store_is_given_a_count_when_it_comes_near_to_what_it_has) {
    book.count(7, "vsat", {.in = 0, .out = 100}, now, true);
    BOOST_TEST(book.take_notes(false).size() == 1U);
    book.count(7, "vsat", {.in = 0, .out = 200}, now, true);
    BOOST_TEST(book.take_notes(false).empty());
    book.count(7, "vsat", {.in = 0, .out = 60'000}, now, true);
    BOOST_TEST(book.take_notes(false).size() == 1U);
    BOOST_TEST(book.note_of("vsat").first == "quota.vsat");
}

BOOST_AUTO_TEST_CASE(silence_and_a_lost_connection_are_cuts_and_no_other_end_is) {
    protocol::session_end how;
    how.code = protocol::errc::timed_out;
    book.count_end("vsat", how);
    BOOST_TEST(record().cuts == 1U);
    how.by_goodbye = true;
    book.count_end("vsat", how);
    how.by_goodbye = false;
    for (const auto code : {protocol::errc::link_idle, protocol::errc::shutting_down,
                            protocol::errc::conflict, protocol::errc::protocol_violation}) {
        how.code = code;
        book.count_end("vsat", how);
    }
    BOOST_TEST(record().cuts == 1U);
    how.code = protocol::errc::connection_lost;
    book.count_end("vsat", how);
    book.count_end("", how);
    BOOST_TEST(record().cuts == 2U);
}

BOOST_AUTO_TEST_CASE(a_passage_asks_for_size_and_wait) {
    passage shut;
    shut.bytes_max = 0;
    BOOST_TEST(!shut.passes(0, now, now));
    const passage some{1'000, 5s};
    BOOST_TEST(some.passes(1'000, now - 5s, now));
    BOOST_TEST(!some.passes(1'001, now - 5s, now));
    BOOST_TEST(!some.passes(1'000, now - 4999ms, now));
    BOOST_TEST(passage{}.passes(any_size, now, now));
    BOOST_TEST(passage{}.passes(any_size, now, now, protocol::highest_confidentiality));
    using protocol::confidentiality;
    const passage low{1'000, for_ever, confidentiality::restricted, confidentiality::official_use};
    BOOST_TEST(!low.passes(1, now, now, confidentiality::confidential));
    BOOST_TEST(low.passes(1, now, now, confidentiality::restricted));  // Waits for no other link.
    BOOST_TEST(!low.passes(1, now, now + 1'000h, confidentiality::official_use));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::route
