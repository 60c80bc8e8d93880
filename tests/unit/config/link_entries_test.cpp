// What a link says of itself: cost, windows, quota, times; defaults, and each link_mistake.
#include "config/link_entries.hpp"

#include "config/units.hpp"
#include "protocol/limits.hpp"
#include "tests/unit/config/sample.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace {

namespace data = boost::unit_test::data;
using namespace dhow;
using namespace dhow::tests;
using namespace std::chrono_literals;
using protocol::message_class;

config::loaded with(const std::string& keys) {
    return load(changed("peer: IPSG", "peer: IPSG, " + keys));
}

struct link_mistake {
    const char* keys;
    const char* message;
};
std::ostream& operator<<(std::ostream& out, const link_mistake& one) { return out << one.keys; }

const link_mistake link_mistakes[] = {
    {"cost: -1", "links.ipsg.cost: found `-1`, expected a whole number"},
    {"rate: 64", "links.ipsg.rate: found `64`, expected a rate with a unit"},
    {"local: host.example", "links.ipsg.local: found `host.example`, expected an address"},
    {"quota: {month: 1KiB}", "links.ipsg.quota.month: found `1KiB`, expected 1MiB or more"},
    {"quota: {warn: 80%}", "the key `links.ipsg.quota.month` is missing"},
    {"quota: {month: 1MiB, monthly: 1}", "unknown key `links.ipsg.quota.monthly`"},
    {"windows: [{days: [monday]}]", "windows.0.days.0: found `monday`, expected mon, tue"},
    {"windows: [{days: []}]", "found an empty list, expected at least one entry"},
    {"windows: [{from: \"25:00\"}]", "windows.0.from: found `25:00`, expected a time of day"},
    {"windows: [{until: \"7:00\"}]", "expected a time of day"},
    {"windows: [{classes: [slow]}]", "expected flash, urgent, routine or bulk"},
    {"hold_down: 5h", "links.ipsg.hold_down: found `5h`, expected 0s to 4h"},
    {"congestion: vegas", "links.ipsg.congestion: found `vegas`, expected kernel, bbr, cubic or"},
    {"flash_beside: yes", "links.ipsg.flash_beside: found `yes`, expected never, needed or always"},
    {"confidentiality: secret",
     "links.ipsg.confidentiality: found `secret`, expected official-use, restricted or"},
    {"call_every: 5s", "links.ipsg.call_every: found `5s`, expected 1m to 400d"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(link_entries_test)

BOOST_AUTO_TEST_CASE(a_link_that_says_nothing_carries_everything_at_any_time) {
    const auto link = load(sample).settings.links.at(0);
    BOOST_TEST(link.cost == 0U);
    BOOST_TEST(link.classes.empty());
    BOOST_TEST(link.windows.empty());
    BOOST_TEST(link.quota.month_bytes == 0U);
    BOOST_TEST((link.idle_close == 0s && link.call_every == 1h && link.hold_down == 10min));
    BOOST_TEST((link.congestion == config::link_congestion::kernel));
    BOOST_TEST((link.flash_beside == config::link_beside::never));
    BOOST_TEST((link.level_max == protocol::highest_confidentiality));
}

BOOST_AUTO_TEST_CASE(a_link_says_up_to_which_confidentiality_it_carries) {
    for (std::size_t i = 1; i < protocol::confidentiality_count; ++i) {
        const auto read =
            with("confidentiality: " + std::string(protocol::confidentiality_names[i]));
        BOOST_REQUIRE_MESSAGE(read.ok(), text_of(read.findings));
        BOOST_TEST(static_cast<std::size_t>(read.settings.links.at(0).level_max) == i);
    }
    BOOST_TEST(!with("confidentiality: unsaid").ok());
}

BOOST_AUTO_TEST_CASE(flash_goes_beside_never_when_needed_or_always) {
    using config::link_beside;
    for (const auto one : {link_beside::never, link_beside::needed, link_beside::always}) {
        const std::string name(config::link_beside_names[static_cast<std::size_t>(one)]);
        const auto read = with("flash_beside: " + name);
        BOOST_REQUIRE_MESSAGE(read.ok(), text_of(read.findings));
        BOOST_TEST((read.settings.links.at(0).flash_beside == one));
    }
}

BOOST_AUTO_TEST_CASE(reads_what_a_bearer_may_say) {
    const auto read = with(
        "local: \"2001:db8::1\", rate: 64kbit/s, cost: 7, classes: [flash, bulk], "
        "quota: {month: 2MiB, beyond: [], warn: 50%}, idle_close: 2m, call_every: 30m, "
        "hold_down: 1m, windows: [{days: [mon, sun], from: \"22:00\", until: \"06:00:30\", "
        "classes: [bulk], max_size: 64KiB}, {}]");
    BOOST_REQUIRE_MESSAGE(read.ok(), text_of(read.findings));
    const auto link = read.settings.links.at(0);
    BOOST_TEST(link.local == "2001:db8::1");
    BOOST_TEST(link.bytes_per_s == 8'000U);
    BOOST_TEST(link.cost == 7U);
    BOOST_TEST(link.classes.size() == 2U);
    BOOST_TEST(link.quota.month_bytes == 2U * 1024 * 1024);
    BOOST_TEST(link.quota.beyond.empty());
    BOOST_TEST(link.quota.warn_at == 0.5);
    BOOST_TEST((link.idle_close == 2min && link.call_every == 30min && link.hold_down == 1min));
    BOOST_REQUIRE(link.windows.size() == 2U);
    BOOST_TEST(link.windows[0].days == (1U | 1U << 6U));
    BOOST_TEST((link.windows[0].opens == 22h && link.windows[0].closes == 6h + 30s));
    BOOST_TEST((link.windows[0].classes.at(0) == message_class::bulk));
    BOOST_TEST(link.windows[0].size_max_bytes == 65'536U);
    BOOST_TEST(link.windows[1].days == 0x7fU);
    BOOST_TEST((link.windows[1].opens == 0h && link.windows[1].closes == 24h));
}

BOOST_AUTO_TEST_CASE(a_congestion_control_is_one_of_four) {
    using config::link_congestion;
    for (const auto one : {link_congestion::kernel, link_congestion::bbr, link_congestion::cubic,
                           link_congestion::reno}) {
        const auto read = with("congestion: " + std::string(config::to_text(one)));
        BOOST_REQUIRE_MESSAGE(read.ok(), text_of(read.findings));
        BOOST_TEST((read.settings.links.at(0).congestion == one));
    }
}

BOOST_AUTO_TEST_CASE(a_courier_is_a_link_without_addresses) {
    const auto read = load(
        changed("peer: IPSG, addresses: [\"tls://gw.example:7443\"]", "peer: IPSG, mode: courier"));
    BOOST_REQUIRE_MESSAGE(read.ok(), text_of(read.findings));
    BOOST_TEST((read.settings.links.at(0).mode == config::link_mode::courier));
}

BOOST_AUTO_TEST_CASE(more_windows_than_anybody_needs_are_refused) {
    std::string windows;
    for (std::size_t i = 0; i < protocol::limits::link_windows_max + 1; ++i) {
        windows += windows.empty() ? "{}" : ", {}";
    }
    const auto found = text_of(with("windows: [" + windows + "]").findings);
    BOOST_TEST(found.find("found more than 32 windows") != std::string::npos, found);
}

BOOST_DATA_TEST_CASE(each_mistake_is_said, data::make(link_mistakes), one) {
    const auto found = text_of(with(one.keys).findings);
    BOOST_TEST(found.find(one.message) != std::string::npos, found);
}

BOOST_AUTO_TEST_CASE(rates_and_times_of_day_have_units_and_bounds) {
    BOOST_TEST(config::parse_rate("2Mbit/s").value() == 250'000U);
    BOOST_TEST(config::parse_rate("8bit/s").value() == 1U);
    for (const auto* text : {"", "7bit/s", "1Mbps", "-1kbit/s", "99999999999Gbit/s"}) {
        BOOST_TEST(!config::parse_rate(text).has_value(), text);
    }
    BOOST_TEST((config::parse_time_of_day("00:00") == 0s));
    BOOST_TEST((config::parse_time_of_day("23:59:59") == 24h - 1s));
    BOOST_TEST((config::parse_time_of_day("24:00") == 24h));
    for (const auto* text : {"", "24:01", "12:60", "12:00:60", "1:00", "12.00", "12:0x", "+1:00"}) {
        BOOST_TEST(!config::parse_time_of_day(text).has_value(), text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
