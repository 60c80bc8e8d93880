// The stand-in for the sealer refuses what the real one refuses, but for forgery.
// Way of the message: tests of tests/support/plain_sealer.
// Pure.
// Spec: daemon/seal/sealer.hpp.
// Limits: none.
#include "tests/unit/route/core_harness.hpp"

namespace dhow::tests {

namespace {
struct two_bureaus {
    seal::openssl_hasher hash;
    std::shared_ptr<protocol::directory> directory = std::make_shared<protocol::directory>(
        make_plain_directory({bureau("ZW"), bureau("MU"), bureau("KE")}, hash));
    plain_sealer zw{bureau("ZW"), directory, hash, 1};
    plain_sealer mu{bureau("MU"), directory, hash, 2};
    plain_sealer ke{bureau("KE"), directory, hash, 3};

    seal::done::sealed_message sealed() {
        seal::job::seal_message job;
        job.header.origin = bureau("ZW");
        job.header.id =
            protocol::make_message_id(job.header.created, std::array<std::uint8_t, 10>{});
        job.recipients = {bureau("MU")};
        job.content.kind = "hit.request";
        job.content.agency = "border";
        job.content.media_type = "text/plain";
        job.content.text = text_bytes("canary-91c2");
        job.content.recipients = job.recipients;
        auto made = zw.run(job);
        BOOST_REQUIRE(made);
        return std::get<seal::done::sealed_message>(std::move(*made));
    }
    static errc code(const protocol::result<seal::job_outcome>& made) {
        return made ? errc{} : protocol::errc_of(made.error());
    }
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(plain_sealer_test, two_bureaus)

BOOST_AUTO_TEST_CASE(the_recipient_opens_what_was_sealed_and_others_do_not) {
    const auto message = sealed();
    const protocol::preamble preamble{message.seal, message.lockboxes};
    BOOST_REQUIRE(mu.run(seal::job::verify_parcel{preamble, message.body, {}}));
    auto opened = mu.run(seal::job::open_message{preamble, message.body});
    BOOST_REQUIRE(opened);
    BOOST_TEST(protocol::as_text(std::get<seal::done::opened_message>(*opened).content.text) ==
               "canary-91c2");
    BOOST_TEST(
        (code(ke.run(seal::job::open_message{preamble, message.body})) == errc::not_a_recipient));
    BOOST_TEST(std::string(protocol::as_text(message.body)).find("canary") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_bit_of_seal_or_body_can_be_turned) {
    const auto message = sealed();
    const auto encoded = protocol::encode_seal(message.seal);
    for (std::size_t bit = 0; bit < encoded.size() * 8; ++bit) {
        auto altered = encoded;
        altered[bit / 8] = static_cast<std::uint8_t>(altered[bit / 8] ^ (1U << bit % 8));
        auto seal = protocol::decode_seal(altered);
        if (!seal) {
            continue;
        }
        const auto made =
            mu.run(seal::job::verify_parcel{{*seal, message.lockboxes}, message.body, {}});
        BOOST_TEST(!made, "bit " << bit);
    }
    for (std::size_t bit = 0; bit < message.body.size() * 8; ++bit) {
        auto altered = message.body;
        altered[bit / 8] = static_cast<std::uint8_t>(altered[bit / 8] ^ (1U << bit % 8));
        const auto made =
            mu.run(seal::job::verify_parcel{{message.seal, message.lockboxes}, altered, {}});
        BOOST_TEST(!made, "bit " << bit);
    }
}

BOOST_AUTO_TEST_CASE(what_rests_is_bound_to_its_context) {
    auto made = zw.run(seal::job::seal_at_rest{text_bytes("secret"), "a"});
    const auto value = std::get<seal::done::at_rest>(*made).value;
    BOOST_TEST((code(zw.run(seal::job::open_at_rest{value, "b"})) == errc::cannot_open));
    BOOST_TEST((code(mu.run(seal::job::open_at_rest{value, "a"})) == errc::cannot_open));
    BOOST_TEST((code(zw.run(seal::job::open_at_rest{value, "a"})) == errc{}));
    BOOST_TEST((code(zw.run(seal::job::open_at_rest{{1, 2, 3}, "a"})) == errc::truncated));
}

BOOST_AUTO_TEST_CASE(receipts_and_greetings_count_only_for_their_signer) {
    seal::job::sign_receipt job;
    job.content.issuer = bureau("MU");
    job.content.origin = bureau("ZW");
    job.content.outcomes.emplace_back().recipient = bureau("MU");
    BOOST_TEST((code(ke.run(job)) == errc::bad_request));
    auto made = mu.run(job);
    BOOST_REQUIRE(made);
    auto encoded = std::get<seal::done::signed_receipt>(*made).encoded;
    BOOST_TEST((code(zw.run(seal::job::verify_receipt{encoded})) == errc{}));
    encoded.back() ^= 1;
    BOOST_TEST((code(zw.run(seal::job::verify_receipt{encoded})) != errc{}));
    auto hello = mu.run(seal::job::sign_hello{text_bytes("hello")});
    const auto signed_one = std::get<seal::done::signed_hello>(*hello);
    const auto verify = [&](bureau_id who, std::string_view text) {
        return code(zw.run(
            seal::job::verify_hello{who, signed_one.signer, signed_one.value, text_bytes(text)}));
    };
    BOOST_TEST((verify(bureau("MU"), "hello") == errc{}));
    BOOST_TEST((verify(bureau("KE"), "hello") == errc::wrong_key_owner));
    BOOST_TEST((verify(bureau("MU"), "hullo") == errc::bad_signature));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
