// A notice that nobody prolongs, while days pass for real daemons: asked, ended, deleted; the proof
// is checked by openssl alone.
// Way of the message: IPSG -> MU, and the end after it.
// Not pure: processes; tests/preload/shifted_clock.cpp lets all of them pass the time at once.
// Spec: docs/decisions/0021-retention.md, docs/evidence.md#deletions. Tests: this is one.
// Limits: none.
#include "tests/system/police.hpp"
#include "tests/system/shared_clock.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>

namespace dhow::tests {

namespace {

using std::chrono::days;

struct passing_days {
    passing_days() {
        for (const auto* bureau : {"IPSG", "MU"}) {
            bureaus[bureau].start_only({}, time.environment());
        }
        for (const auto* bureau : {"IPSG", "MU"}) {
            bureaus[bureau].await_ready();
        }
    }

    json::object case_at(const std::string& bureau) {
        return json::parse(bureaus[bureau].dhow({"case", "2026/950", "--json"}).out).as_object();
    }
    bool has_deleted(const std::string& bureau) {
        return !case_at(bureau).at("deletions").as_array().empty();
    }
    /// The line of docs/evidence.md.
    finished verify(const std::string& bureau, bool is_altered) {
        auto proof = from_base64(std::string(
            case_at(bureau).at("deletions").as_array().at(0).at("receipt").as_string()));
        proof.at(proof.size() / 2) ^= is_altered ? 1 : 0;
        const auto file = bureaus.folder() / "deletion.cms";
        std::ofstream(file, std::ios::binary) << proof;
        const auto signer = bureaus[bureau].folder() / "keys/sign-certificate.pem";
        return run({"openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", file.string(),
                    "-nointern", "-certfile", signer.string(), "-noverify", "-out",
                    (bureaus.folder() / "deletion.bin").string()});
    }

    federation bureaus{{.members = {"MU"}}};
    shared_clock time{bureaus.folder()};
};

std::string day_after(days from_now) {
    const auto day = std::chrono::floor<days>(std::chrono::system_clock::now()) + from_now;
    const std::chrono::year_month_day date{day};
    std::ostringstream out;
    out << static_cast<int>(date.year()) << '-' << std::setw(2) << std::setfill('0')
        << static_cast<unsigned>(date.month()) << '-' << std::setw(2)
        << static_cast<unsigned>(date.day());
    return out.str();
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(retention_test, passing_days,
                         *boost::unit_test::precondition(can_shift_clock))

BOOST_AUTO_TEST_CASE(what_nobody_prolongs_is_ended_deleted_and_proved) {
    auto& ipsg = bureaus["IPSG"];
    auto& mu = bureaus["MU"];
    const auto document =
        with(notice("yellow", "2026/950"), "/retention_until", json::string(day_after(days{4})));
    const auto id = send(ipsg, document, {"MU"});
    receive(mu, id);
    acknowledge(mu, id);

    time.advance(days{3});
    wait_until("the question", [&] {
        for (const auto& entry : entries_of(ipsg)) {
            if (entry.at("summary").at("kind").as_string() == "transport.retention") {
                return true;
            }
        }
        return false;
    });
    BOOST_TEST(!has_deleted("MU"));

    time.advance(days{3});
    wait_until("MU to delete its copy", [&] { return has_deleted("MU"); });
    BOOST_TEST(!has_deleted("IPSG"));
    const auto checked = verify("MU", false);
    BOOST_TEST(checked.code == 0, checked.out);
    BOOST_TEST(verify("MU", true).code != 0);

    time.advance(days{30});
    wait_until("IPSG to end it", [&] { return has(ipsg.log_text(), "retention-ended"); });
    std::string end;
    wait_until("the end at MU", [&] {
        for (const auto& entry : entries_of(mu, false)) {
            if (entry.at("summary").at("kind").as_string() == "notice.cancellation") {
                end = entry.at("id").as_string();
            }
        }
        return !end.empty();
    });
    receive(mu, end);
    BOOST_TEST(try_to_take(mu, end, "removed") < 300U);
    wait_until("the removal at IPSG",
               [&] { return has(json::serialize(json::value(case_at("IPSG"))), "\"removed\""); });
    time.advance(days{3});
    wait_until("IPSG to delete what it has", [&] { return has_deleted("IPSG"); });
    BOOST_TEST(verify("IPSG", false).code == 0);
    for (const auto* bureau : {"IPSG", "MU"}) {
        BOOST_TEST(!has(bureaus[bureau].log_text(), " alarm "), bureaus[bureau].log_text());
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
