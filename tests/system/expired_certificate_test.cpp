// The hub's link certificate has expired, and is replaced: its dates lock nobody out; the directory
// does, until it holds the new one.
// Way of the message: ZW -> IPSG -> MU; it waits at ZW while the hub is a stranger.
// Not pure: processes, files, OpenSSL.
// Spec: docs/link-protocol.md#tls, docs/configuration.md#checks. Tests: this is one.
// Limits: none.
#include "daemon/seal/certificate.hpp"
#include "tests/system/harness.hpp"
#include "tests/system/hostile_peer.hpp"
#include "tests/system/why_scene.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>

namespace dhow::tests {

namespace {

constexpr int exit_bad_configuration = 3;
constexpr std::chrono::days a_year{365};
const std::vector<std::string> all_bureaus{"IPSG", "ZW", "MU"};

/// A new one for the key that is there.
void certify_link_key(const gateway& at, protocol::utc_time from) {
    const auto key = read_key(at.folder() / "keys/link.pem");
    const auto der = seal::make_certificate(key.get(), {.use = seal::certificate_use::link,
                                                        .owner = at.bureau(),
                                                        .organisation = "General Secretariat",
                                                        .from = from});
    const auto made = seal::check_certificate(der, seal::certificate_use::link, at.bureau());
    BOOST_REQUIRE(made.has_value());
    std::ofstream(at.folder() / "keys/link-certificate.pem") << seal::to_pem(*made);
}

void sign_into_directory(const federation& of, const gateway& hub) {
    const auto directory = (of.folder() / "directory").string();
    run_dhow({"directory", "add", directory, "--bureau", hub.bureau(), "--role",
              "general_secretariat", "--keys", (hub.folder() / "keys").string()});
    run_dhow({"directory", "sign", directory, "--key", (of.folder() / "root").string()});
}

protocol::utc_time now() {
    return std::chrono::time_point_cast<protocol::milliseconds>(std::chrono::system_clock::now());
}

bool is_up(const gateway& at) {
    return at.metric("dhow_link_up{link=\"ipsg\",peer=\"IPSG\"}") == 1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expired_certificate_test)

//= DF-16
BOOST_AUTO_TEST_CASE(the_directory_decides_whether_an_expired_certificate_counts) {
    begin_scene();
    federation bureaus;
    auto& hub = bureaus["IPSG"];
    auto& origin = bureaus["ZW"];
    const auto send = [&] { return submit(origin, {}); };
    const auto await_complete = [&](const std::string& id) {
        wait_until("the receipt for " + id, [&] { return is_complete(origin, id, "MU"); });
    };

    // Its five years ended a year ago, and the directory has no other: it is said, and all goes on.
    certify_link_key(hub, now() - 6 * a_year);
    sign_into_directory(bureaus, hub);
    const auto checked = hub.dhow({"config", "check"});
    BOOST_TEST(checked.code == exit_bad_configuration);
    BOOST_TEST(checked.out.find("link-certificate.pem expired on ") != std::string::npos,
               checked.out);
    BOOST_TEST(checked.out.find("Replace it.") != std::string::npos, checked.out);
    bureaus.start_all();
    BOOST_TEST(hub.log_text().find("link-certificate.pem expired on ") != std::string::npos);
    const auto first = send();
    await_complete(first);

    // It has a new one, which the others have not heard of: they speak with no stranger.
    certify_link_key(hub, now());
    hub.terminate();
    wait_until("the link to be down", [&] { return !is_up(origin); });
    hub.start();
    const auto second = send();
    call_link(origin, "ipsg");
    expect_cause(origin, second, "link-wrong-key", next_try::to_come);
    BOOST_TEST(state_of(origin, second, "MU") == "queued");

    sign_into_directory(bureaus, hub);
    for (const auto& bureau : all_bureaus) {
        reload(bureaus[bureau]);
    }
    call_link(origin, "ipsg");
    call_link(bureaus["MU"], "ipsg");
    await_complete(second);
    const auto renewed = hub.dhow({"config", "check"});
    BOOST_TEST(renewed.code == 0, renewed.out);
    BOOST_TEST(inbox_ids(bureaus["MU"]) == (std::vector{first, second}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
