// Parcels altered by hubs, co-recipients and dishonest origins: refused before any plaintext is
// released.
#include "daemon/seal/cms_open.hpp"
#include "daemon/seal/cms_seal.hpp"
#include "daemon/seal/compression.hpp"
#include "daemon/seal/openssl_hasher.hpp"
#include "daemon/seal/symmetric.hpp"
#include "protocol/limits.hpp"
#include "protocol/receipt.hpp"
#include "tests/support/federation.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

namespace dhow::seal {

using protocol::key_purpose;
using tests::bureau;

namespace {

/// A zstd frame that states this content size and holds eight bytes.
bytes frame_that_states(std::uint64_t size) {
    bytes out = {0x28, 0xb5, 0x2f, 0xfd};
    out.push_back(0xe0);  // One segment, size in eight bytes, no dictionary.
    for (unsigned shift = 0; shift < 64; shift += 8) {
        out.push_back(static_cast<std::uint8_t>(size >> shift));
    }
    out.insert(out.end(), {8U << 3U | 1U, 0, 0});  // The last block, not compressed.
    out.insert(out.end(), 8, 'x');
    return out;
}

/// The frame with the padding that belongs behind it.
bytes padded(bytes frame) {
    constexpr std::size_t head = 8;
    const auto whole = padded_size(frame.size() + head);
    const auto zeros = whole - frame.size() - head;
    frame.insert(frame.end(), {0x50, 0x2a, 0x4d, 0x18});
    for (unsigned shift = 0; shift < 32; shift += 8) {
        frame.push_back(static_cast<std::uint8_t>(zeros >> shift));
    }
    frame.resize(whole, 0);
    return frame;
}

/// A parcel from ZW to MU and KE, and what an enemy would do to it.
struct attack_fixture {
    attack_fixture() {
        job = tests::sample_message("ZW", {bureau("MU"), bureau("KE")}, 300);
        made = make_parcel(job, identity("ZW"), *all.directory, at()).value();
    }

    static std::chrono::sys_seconds at() {
        return std::chrono::floor<std::chrono::seconds>(tests::test_time);
    }
    signing_identity identity(const std::string& name) const {
        return signing_identity_of(*all.parties.at(name).keys, *all.directory).value();
    }
    protocol::preamble preamble() const { return {made.message.seal, made.message.lockboxes}; }

    result<void> verify(const protocol::preamble& preamble, const bytes& body) const {
        const auto checked = check_parcel({preamble, body, {}}, *all.directory, all.now);
        return checked ? result<void>() : result<void>(checked.error());
    }
    result<opened_parcel> open(const std::string& as, const protocol::preamble& preamble,
                               const bytes& body) const {
        return open_parcel({preamble, body}, bureau(as), *all.parties.at(as).keys, *all.directory,
                           all.now);
    }
    errc open_refusal(const std::string& as, const protocol::preamble& preamble,
                      const bytes& body) const {
        const auto opened = open(as, preamble, body);
        BOOST_REQUIRE(!opened);
        return protocol::errc_of(opened.error());
    }

    /// Signs a changed seal again, as a dishonest origin can.
    void sign_again(protocol::seal& seal, const std::string& by) const {
        const auto signer = identity(by);
        seal.signer = signer.id;
        seal.signer_certificate = signer.certificate_digest;
        seal.value = sign_digest(signer.key.get(), to_be_signed(facts_of(seal))).value();
    }
    /// Other bytes under the known content key, in a body that the seal is made to fit.
    protocol::preamble with_inner(const bytes& packed, bytes& body, const std::string& by) const {
        auto changed = preamble();
        auto parts = protocol::decode_body(made.message.body).value();
        fill_random(parts.nonce);
        const auto ciphertext = gcm_seal(made.content_key, parts.nonce, {}, packed, parts.tag);
        parts.ciphertext = ciphertext;
        body = protocol::encode_body(parts);
        changed.seal.body_digest = sha256(body);
        changed.seal.body_bytes = body.size();
        sign_again(changed.seal, by);
        return changed;
    }

    tests::federation all{{.bureaus = {"KE", "MU", "ZM", "ZW"}}};
    job::seal_message job;
    made_parcel made;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(attacks_test, attack_fixture)

BOOST_AUTO_TEST_CASE(the_unaltered_parcel_passes) {
    BOOST_TEST(verify(preamble(), made.message.body).has_value());
    BOOST_TEST(open("MU", preamble(), made.message.body).has_value());
}

//= PF-64
BOOST_AUTO_TEST_CASE(every_flipped_bit_of_seal_and_lockboxes_is_refused) {
    auto encoded = protocol::encode_preamble(preamble());
    for (std::size_t bit = 0; bit < encoded.size() * 8; ++bit) {
        encoded[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        if (const auto decoded = protocol::decode_preamble(encoded)) {
            BOOST_REQUIRE_MESSAGE(!verify(*decoded, made.message.body), "bit " << bit);
        }
        encoded[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    }
}

//= PF-64, PF-66
BOOST_AUTO_TEST_CASE(every_flipped_bit_of_the_body_is_refused_by_hubs_and_on_opening) {
    auto body = made.message.body;
    for (std::size_t bit = 0; bit < body.size() * 8; ++bit) {
        body[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        BOOST_REQUIRE(!verify(preamble(), body));
        // Even if the seal's digest were made to fit, decryption refuses.
        auto fitted = preamble();
        fitted.seal.body_digest = sha256(body);
        BOOST_REQUIRE_MESSAGE(!open("MU", fitted, body), "bit " << bit);
        body[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    }
}

BOOST_AUTO_TEST_CASE(every_truncation_is_refused) {
    const auto encoded = protocol::encode_preamble(preamble());
    for (std::size_t size = 0; size < encoded.size(); ++size) {
        BOOST_REQUIRE(!protocol::decode_preamble(byte_view(encoded).first(size)));
    }
    for (std::size_t size = 0; size < made.message.body.size(); ++size) {
        const bytes shorter(made.message.body.begin(),
                            made.message.body.begin() + static_cast<std::ptrdiff_t>(size));
        BOOST_REQUIRE(!verify(preamble(), shorter));
        auto fitted = preamble();
        fitted.seal.body_digest = sha256(shorter);
        fitted.seal.body_bytes = size;
        BOOST_REQUIRE(!open("MU", fitted, shorter));
    }
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_and_truncation_of_a_piece_is_refused) {
    const secret_key key{1, 2, 3};
    const auto sealed = make_piece({key, bytes(50, 7)}).value().sealed;
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        auto altered = sealed;
        altered[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        BOOST_REQUIRE(!open_piece({key, sha256(altered), altered}));
    }
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        const bytes shorter(sealed.begin(), sealed.begin() + static_cast<std::ptrdiff_t>(size));
        BOOST_REQUIRE(!open_piece({key, sha256(shorter), shorter}));
    }
}

//= PF-66
BOOST_AUTO_TEST_CASE(a_surreptitiously_forwarded_inner_object_is_refused) {
    // MU opens what ZW wrote, and seals the same signed object to ZM: as its own, and as ZW's.
    const auto inner = open("MU", preamble(), made.message.body).value().inner;
    auto forward = tests::sample_message("MU", {bureau("ZM")});
    auto other = make_parcel(forward, identity("MU"), *all.directory, at()).value();
    auto parts = protocol::decode_body(other.message.body).value();
    const auto packed = pack(inner, 1);
    const auto ciphertext = gcm_seal(other.content_key, parts.nonce, {}, packed, parts.tag);
    parts.ciphertext = ciphertext;
    const auto body = protocol::encode_body(parts);
    auto seal = other.message.seal;
    seal.inner_digest = sha256(inner);
    seal.body_digest = sha256(body);
    seal.body_bytes = body.size();
    sign_again(seal, "MU");
    BOOST_TEST(verify({seal, other.message.lockboxes}, body).has_value());
    BOOST_TEST(
        (open_refusal("ZM", {seal, other.message.lockboxes}, body) == errc::wrong_key_owner));

    auto header = protocol::decode_header(seal.header).value();
    header.origin = bureau("ZW");
    seal.header = protocol::encode_header(header);
    sign_again(seal, "MU");
    BOOST_TEST((verify({seal, other.message.lockboxes}, body).error() == errc::wrong_key_owner));
    // Even with ZW's seal, the inner signature is bound to another header.
    sign_again(seal, "ZW");
    BOOST_TEST((open_refusal("ZM", {seal, other.message.lockboxes}, body) == errc::bad_binding));
}

//= PF-66
BOOST_AUTO_TEST_CASE(content_swapped_under_the_same_key_is_refused) {
    bytes other_inner = open("MU", preamble(), made.message.body).value().inner;
    other_inner[60] ^= 1;
    bytes body;
    // A co-recipient knows the content key but cannot sign as ZW.
    const auto by_mu = with_inner(pack(other_inner, 1), body, "MU");
    BOOST_TEST((verify(by_mu, body).error() == errc::wrong_key_owner));
    BOOST_TEST((verify(preamble(), body).error() == errc::bad_digest));
    BOOST_TEST((open_refusal("KE", by_mu, body) == errc::bad_digest));
}

BOOST_AUTO_TEST_CASE(an_origin_cannot_show_two_contents_under_one_promise) {
    auto second = job;
    second.content.subject = "Another subject";
    const auto inner = sign_content(identity("ZW"), protocol::signed_content::message,
                                    protocol::encode_content(second.content), at(),
                                    sha256(made.message.seal.header))
                           .value();
    bytes body;
    const auto forged = with_inner(pack(inner, 1), body, "ZW");
    BOOST_TEST((open_refusal("KE", forged, body) == errc::bad_digest));
}

BOOST_AUTO_TEST_CASE(an_added_recipient_and_a_lockbox_that_is_not_in_the_tree_are_refused) {
    auto added = preamble();
    auto box = added.lockboxes.entries[0];
    box.box.recipient = bureau("ZM");
    box.index = added.lockboxes.leaf_count++;
    added.lockboxes.entries.push_back(box);
    // Its place may already be wrong in the tree's order; if not, the root is another.
    BOOST_TEST(!verify(added, made.message.body));
    BOOST_TEST(!open("ZM", added, made.message.body));

    auto replaced = preamble();
    replaced.lockboxes.entries[0].box.recipient = bureau("ZM");
    BOOST_TEST(!verify(replaced, made.message.body));
    BOOST_TEST(!open("ZM", replaced, made.message.body));
}

BOOST_AUTO_TEST_CASE(a_lawfully_stripped_branch_is_accepted) {
    const std::vector<bureau_id> branch = {bureau("KE")};
    auto stripped = preamble();
    stripped.lockboxes = protocol::branch_of(stripped.lockboxes, branch, openssl_hasher()).value();
    BOOST_TEST(verify(stripped, made.message.body).has_value());
    BOOST_TEST(open("KE", stripped, made.message.body).has_value());
    BOOST_TEST((open_refusal("MU", stripped, made.message.body) == errc::not_a_recipient));
}

BOOST_AUTO_TEST_CASE(an_inner_object_that_is_a_seal_or_receipt_is_refused) {
    for (const auto type : {protocol::signed_content::receipt, protocol::signed_content::seal}) {
        const auto inner = sign_content(identity("ZW"), type, protocol::encode_content(job.content),
                                        at(), std::nullopt)
                               .value();
        bytes body;
        auto forged = with_inner(pack(inner, 1), body, "ZW");
        forged.seal.inner_digest = sha256(inner);
        BOOST_TEST((open_refusal("MU", forged, body) == errc::bad_encoding));
    }
}

//= PF-34, PF-35, PF-37
BOOST_AUTO_TEST_CASE(zip_bombs_hidden_bytes_and_foreign_frames_are_refused) {
    const auto refusal = [&](const bytes& packed) {
        bytes body;
        const auto forged = with_inner(packed, body, "ZW");
        return open_refusal("MU", forged, body);
    };
    BOOST_TEST((refusal(pack(bytes(40'000'000), 0)) == errc::too_long));
    auto hidden = pack(bytes(100), 0);
    hidden.back() = 1;
    BOOST_TEST((refusal(hidden) == errc::bad_padding));
    auto trailing = pack(bytes(100), 0);
    trailing.push_back(0);
    BOOST_TEST((refusal(trailing) == errc::bad_padding));
    BOOST_TEST((refusal(bytes(100)) == errc::bad_encoding));
}

//= PF-37
BOOST_AUTO_TEST_CASE(a_stated_size_is_refused_before_memory_is_taken_for_it) {
    const auto peak_kib = [] {
        rusage used{};
        getrusage(RUSAGE_SELF, &used);
        return used.ru_maxrss;
    };
    for (const std::uint64_t stated : {std::uint64_t{1} << 30U, std::uint64_t{1} << 62U}) {
        const auto frame = frame_that_states(stated);
        const auto packed = padded(frame);
        const auto before = peak_kib();
        BOOST_TEST(
            (unpack(packed, protocol::limits::sealed_text_bytes_max).error() == errc::too_long));
        bytes body;
        const auto forged = with_inner(packed, body, "ZW");
        BOOST_TEST((open_refusal("MU", forged, body) == errc::too_long));
        // What is taken is set to zero, so it would be in memory.
        BOOST_TEST(peak_kib() - before < 64 * 1024);
    }
    // The frame is well formed: with its eight bytes it is opened.
    BOOST_TEST((unpack(padded(frame_that_states(8)), 8).value() == bytes(8, 'x')));
}

//= PF-66
BOOST_AUTO_TEST_CASE(invalid_curve_points_are_refused) {
    const auto valid = public_point(generate_p256().get());
    BOOST_TEST(import_point(valid).has_value());
    std::vector<bytes> bad;
    bad.emplace_back();                                                      // nothing
    bad.emplace_back(1, 0);                                                  // infinity, SEC 1
    bad.emplace_back(65, 0);                                                 // wrong first byte
    bad.emplace_back(65, 0), bad.back()[0] = 4;                              // (0, 0)
    bad.emplace_back(65, 0xff), bad.back()[0] = 4;                           // coordinates above p
    bad.emplace_back(valid.begin(), valid.begin() + 33);                     // cut
    bad.emplace_back(valid.begin(), valid.end()), bad.back()[64] ^= 1;       // off the curve
    bad.emplace_back(valid.begin(), valid.end()), bad.back()[0] = 6;         // hybrid form
    bad.emplace_back(valid.begin(), valid.begin() + 33), bad.back()[0] = 2;  // compressed
    bad.emplace_back(valid.begin(), valid.end()), bad.back().push_back(0);   // too long
    for (const auto& point : bad) {
        BOOST_TEST((import_point(point).error() == errc::bad_encoding));
    }
    auto parts = protocol::decode_body(made.message.body).value();
    parts.ephemeral.fill(0xff);
    parts.ephemeral[0] = 4;
    const auto body = protocol::encode_body(parts);
    auto fitted = preamble();
    fitted.seal.body_digest = sha256(body);
    BOOST_TEST(!open("MU", fitted, body));
}

BOOST_AUTO_TEST_CASE(odd_signatures_are_refused) {
    const auto key = generate_p256();
    const auto hash = sha256(bytes{1, 2, 3});
    const auto good = sign_digest(key.get(), hash).value();
    BOOST_TEST(verify_digest(key.get(), hash, good).has_value());
    constexpr std::string_view order =
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    const auto n = protocol::bytes_from_hex(order).value();
    const auto with = [&](std::size_t at, const bytes& half) {
        auto odd = good;
        std::copy(half.begin(), half.end(), odd.value.begin() + static_cast<std::ptrdiff_t>(at));
        return odd;
    };
    bytes high(32);  // n - s verifies in plain ECDSA
    int borrow = 0;
    for (std::size_t i = 32; i-- > 0;) {
        const int value = n[i] - good.value[32 + i] - borrow;
        borrow = value < 0 ? 1 : 0;
        high[i] = static_cast<std::uint8_t>(value & 0xff);
    }
    for (const auto& odd : {with(0, bytes(32)), with(32, bytes(32)), with(0, n), with(32, n),
                            with(32, high), protocol::signature{}}) {
        BOOST_TEST((verify_digest(key.get(), hash, odd).error() == errc::bad_signature));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::seal
