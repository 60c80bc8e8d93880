// The parcel of the vectors, made by other code from the specification alone: our sealer verifies
// and opens it, and each step on the way gives the vector's value.
// Way of the message: none; a test. Not pure: OpenSSL, zstd, reads vector files of the source tree.
// Spec: docs/parcel-format.md#making, #verification, #vectors. Tests: it is one.
// Limits: none.
#include "daemon/seal/cms_sealer.hpp"
#include "daemon/seal/cms_signed.hpp"
#include "daemon/seal/compression.hpp"
#include "daemon/seal/symmetric.hpp"
#include "protocol/der.hpp"
#include "protocol/limits.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace dhow::seal {

using protocol::key_purpose;
using tests::bureau;
using tests::vector_case;

namespace {

/// The attempts that come with MU's private key: the first twice (only the OFFER differs), then the
/// one that was sealed anew for MU's next key.
std::vector<vector_case> load_attempts() {
    std::vector<vector_case> out;
    for (auto& each : tests::load_vectors("parcel", "preamble")) {
        if (each.has("mu_private")) {
            out.push_back(std::move(each));
        }
    }
    BOOST_REQUIRE(out.size() == 3U);
    return out;
}

/// RFC 5915 without the public half, so that OpenSSL computes it from the scalar.
key_ptr private_key(byte_view scalar) {
    constexpr std::array<std::uint8_t, 8> prime256v1 = {0x2a, 0x86, 0x48, 0xce,
                                                        0x3d, 0x03, 0x01, 0x07};
    namespace tag = protocol::der_tag;
    const auto der = protocol::der_sequence(
        {protocol::der_small(1), protocol::der_element(tag::octet_string, {scalar}),
         protocol::der_element(tag::context_constructed(0),
                               {protocol::der_element(tag::oid, {prime256v1})})});
    const auto* at = der.data();
    auto key = own_key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
    BOOST_REQUIRE(key);
    return key;
}

template <std::size_t Size>
std::array<std::uint8_t, Size> fixed(const bytes& value) {
    BOOST_REQUIRE(value.size() == Size);
    std::array<std::uint8_t, Size> out{};
    std::ranges::copy(value, out.begin());
    return out;
}

protocol::directory_entry entry_of(std::string_view name) {
    protocol::directory_entry entry;
    entry.bureau = bureau(name);
    entry.name = "Bureau " + std::string(name);
    entry.classes = {protocol::message_class::urgent};
    return entry;
}

struct vectors_fixture {
    vectors_fixture() {
        const auto first = preamble_of(attempts[0]);
        now = first.seal.signed_at + std::chrono::minutes(1);
        data.head.federation = "synthetic";
        data.head.serial = first.seal.directory_serial;
        data.head.issued = first.seal.signed_at;
        data.head.stale_after = now + std::chrono::days(30);
        data.head.hard_after = now + std::chrono::days(180);
        auto mu = entry_of("MU");
        for (const auto* each : {&attempts[2], &attempts[0]}) {
            mu_keys.push_back(private_key(each->hex("mu_private")));
            mu.keys.push_back({key_purpose::encrypt, key_id_of(mu_keys.back().get()),
                               each->hex("mu_certificate"), std::nullopt, each == &attempts[2]});
        }
        auto zw = entry_of("ZW");
        zw.keys.push_back({key_purpose::sign, first.seal.signer,
                           attempts[0].hex("sign_certificate"), std::nullopt, true});
        data.entries = {std::move(mu), std::move(zw)};
    }

    static protocol::preamble preamble_of(const vector_case& each) {
        return protocol::decode_preamble(each.data).value();
    }
    static protocol::lockbox box_of(const protocol::preamble& preamble, std::string_view name) {
        for (const auto& entry : preamble.lockboxes.entries) {
            if (entry.box.recipient == bureau(name)) {
                return entry.box;
            }
        }
        BOOST_REQUIRE(false);
        return {};
    }

    /// MU's sealer with these of its keys, which believes what `data` says.
    [[nodiscard]] std::unique_ptr<cms_sealer> mu_with(const std::vector<key_ptr>& encrypt) const {
        auto trusted = trust_directory::build(data);
        BOOST_REQUIRE_MESSAGE(trusted, trusted.error().text);
        auto keys = std::make_shared<const key_ring>(
            key_ring::from_keys(generate_p256(), generate_p256(), encrypt, secret_bytes(32)));
        return std::make_unique<cms_sealer>(std::move(keys), *trusted,
                                            sealer_options{bureau("MU"), [this] { return now; }});
    }
    static result<job_outcome> verify(sealer& by, const vector_case& each, const bytes& body) {
        return by.run(job::verify_parcel{preamble_of(each), body, std::nullopt});
    }
    static result<job_outcome> open(sealer& by, const vector_case& each, const bytes& body) {
        return by.run(job::open_message{preamble_of(each), body});
    }

    std::vector<vector_case> attempts = load_attempts();
    std::vector<key_ptr> mu_keys;  ///< The current one, then the one before.
    protocol::directory data;
    protocol::utc_time now{};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(parcel_vectors_test, vectors_fixture)

BOOST_AUTO_TEST_CASE(the_sealer_verifies_and_opens_each_attempt_of_the_vectors) {
    const auto mu = mu_with(mu_keys);
    for (const auto& each : attempts) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto checked = verify(*mu, each, each.hex("body"));
            BOOST_REQUIRE_MESSAGE(checked, checked.error().message());
            const auto& verified = std::get<done::verified_parcel>(*checked);
            BOOST_TEST((verified.header.origin == bureau("ZW")));
            BOOST_TEST(!verified.signer_is_stale);
            const auto outcome = open(*mu, each, each.hex("body"));
            BOOST_REQUIRE_MESSAGE(outcome, outcome.error().message());
            const auto& opened = std::get<done::opened_message>(*outcome);
            BOOST_TEST((protocol::encode_content(opened.content) == each.hex("content")));
            BOOST_TEST(protocol::to_hex(opened.content_digest.view()) ==
                       each.text("content_digest"));
            BOOST_TEST((opened.inner == each.hex("inner_cms")));
        }
    }
}

BOOST_AUTO_TEST_CASE(each_attempt_opens_with_the_key_that_it_was_sealed_for) {
    const auto rotated = mu_with({mu_keys[0]});
    const auto before = mu_with({mu_keys[1]});
    const auto refused = [](sealer& by, const vector_case& each) {
        return tests::refusal(open(by, each, each.hex("body")));
    };
    BOOST_TEST(refused(*before, attempts[0]).empty());
    BOOST_TEST(refused(*rotated, attempts[0]) == "not-a-recipient");
    BOOST_TEST(refused(*before, attempts[2]) == "not-a-recipient");
    BOOST_TEST(refused(*rotated, attempts[2]).empty());
}

//= PF-25, PF-27
BOOST_AUTO_TEST_CASE(a_branch_of_the_vectors_opens_when_the_lockbox_is_in_it) {
    const auto mu = mu_with(mu_keys);
    const auto body = attempts[0].hex("body");
    std::size_t opened = 0;
    std::size_t refused = 0;
    for (const auto& each : tests::load_vectors("parcel", "preamble")) {
        if (!each.error.empty() || each.has("mu_private")) {
            continue;
        }
        BOOST_TEST_CONTEXT(each.name) {
            const auto entries = preamble_of(each).lockboxes.entries;
            const bool has_ours = std::ranges::any_of(
                entries, [](const auto& entry) { return entry.box.recipient == bureau("MU"); });
            BOOST_TEST(tests::refusal(verify(*mu, each, body)).empty());
            BOOST_TEST(tests::refusal(open(*mu, each, body)) ==
                       (has_ours ? "" : "not-a-recipient"));
            ++(has_ours ? opened : refused);
        }
    }
    BOOST_TEST(opened > 0U);
    BOOST_TEST(refused > 0U);
}

//= PF-30
BOOST_AUTO_TEST_CASE(each_step_of_opening_gives_the_value_of_the_vector) {
    for (const auto& each : attempts) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto encoded = each.hex("body");
            const auto body = protocol::decode_body(encoded).value();
            const auto box = box_of(preamble_of(each), "MU");
            const auto own = private_key(each.hex("mu_private"));
            BOOST_TEST((key_id_of(own.get()) == box.key));

            const auto ephemeral = import_point(body.ephemeral).value();
            const auto wrapping = agree(own.get(), ephemeral.get()).value();
            BOOST_TEST((wrapping == fixed<32>(each.hex("mu_wrapping_key"))));
            const auto key = unwrap_key(wrapping, box.wrapped).value();
            BOOST_TEST((key == fixed<32>(each.hex("content_key"))));
            const auto packed = gcm_open(key, body.nonce, {}, body.ciphertext, body.tag).value();
            BOOST_TEST((packed == each.hex("packed")));
            const auto inner = unpack(packed, protocol::limits::sealed_text_bytes_max).value();
            BOOST_TEST((inner == each.hex("inner_cms")));

            // The same steps of sealing, which take nothing random, give the vector as well.
            BOOST_TEST((wrap_key(wrapping, key) == box.wrapped));
            gcm_tag made_tag{};
            const auto made = gcm_seal(key, body.nonce, {}, packed, made_tag);
            BOOST_TEST(std::ranges::equal(made, body.ciphertext));
            BOOST_TEST((made_tag == body.tag));

            // And the steps refuse what is one bit beside it.
            auto other = wrapping;
            other[31] ^= 1;
            BOOST_TEST((unwrap_key(other, box.wrapped).error() == errc::cannot_open));
            auto other_nonce = body.nonce;
            other_nonce[0] ^= 1;
            BOOST_TEST((gcm_open(key, other_nonce, {}, body.ciphertext, body.tag).error() ==
                        errc::cannot_open));
        }
    }
}

//= PF-9, PF-42
BOOST_AUTO_TEST_CASE(the_signatures_of_the_vectors_are_those_of_the_certificate) {
    for (const auto& each : attempts) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto seal = preamble_of(each).seal;
            const auto der = each.hex("sign_certificate");
            const auto certificate = check_certificate(der, certificate_use::sign, "ZW").value();
            const auto point = each.hex("sign_public");
            BOOST_TEST((public_point(certificate.public_key.get()) == fixed<65>(point)));
            BOOST_TEST((certificate.id == seal.signer));
            BOOST_TEST((certificate.digest == seal.signer_certificate));

            const auto signer = import_point(point).value();
            const auto sealed = to_be_signed(facts_of(seal));
            BOOST_TEST(verify_digest(signer.get(), sealed, seal.value).has_value());
            const auto inner = each.hex("inner_cms");
            const auto view = protocol::parse_signed_data(inner).value();
            const auto attributes = sha256(view.own);
            BOOST_TEST(verify_digest(signer.get(), attributes, view.value).has_value());
            BOOST_TEST((verify_digest(signer.get(), attributes, seal.value).error() ==
                        errc::bad_signature));

            BOOST_TEST(std::ranges::equal(view.content, each.hex("content")));
            BOOST_TEST((view.content_digest == sha256(view.content)));
            BOOST_TEST((view.binding == sha256(seal.header)));
            BOOST_TEST((view.signer == seal.signer));
            BOOST_TEST((view.signer_certificate == seal.signer_certificate));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_vectors_are_refused_when_another_key_is_said_to_be_the_origins) {
    const auto stranger = generate_p256();
    auto& key = data.entries[1].keys[0];
    key.id = key_id_of(stranger.get());
    key.certificate = make_certificate(stranger.get(), {certificate_use::sign, "ZW", "", now});
    const auto mu = mu_with(mu_keys);
    const auto body = attempts[0].hex("body");
    BOOST_TEST(tests::refusal(verify(*mu, attempts[0], body)) == "unknown-key");
    BOOST_TEST(tests::refusal(open(*mu, attempts[0], body)) == "unknown-key");
}

BOOST_AUTO_TEST_CASE(the_body_of_another_attempt_is_refused) {
    const auto mu = mu_with(mu_keys);
    const auto other = attempts[2].hex("body");
    BOOST_TEST(tests::refusal(verify(*mu, attempts[0], other)) == "bad-digest");
    BOOST_TEST(tests::refusal(open(*mu, attempts[0], other)) == "bad-digest");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::seal
