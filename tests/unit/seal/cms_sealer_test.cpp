// The sealer's jobs with real keys: what one bureau seals, another verifies and opens, and nobody
// else.
#include "daemon/seal/cms_sealer.hpp"

#include "daemon/seal/cms_seal.hpp"
#include "daemon/seal/openssl_hasher.hpp"
#include "protocol/limits.hpp"
#include "tests/support/federation.hpp"

#include <boost/test/unit_test.hpp>

#include <zstd.h>

#include <algorithm>

namespace dhow::seal {

using protocol::key_purpose;
using tests::bureau;
using tests::federation;
using tests::sample_message;

namespace {

template <class Done, class Job>
Done done_by(sealer& by, Job job) {
    auto outcome = by.run(job_request(std::move(job)));
    BOOST_REQUIRE_MESSAGE(outcome, outcome.error().message());
    return std::get<Done>(std::move(*outcome));
}

template <class Job>
protocol::errc refused_by(sealer& by, Job job) {
    const auto outcome = by.run(job_request(std::move(job)));
    BOOST_REQUIRE(!outcome);
    return protocol::errc_of(outcome.error());
}

job::verify_parcel to_verify(const done::sealed_message& made) {
    return {{made.seal, made.lockboxes}, made.body, std::nullopt};
}

/// The number of the dictionary in what such a message is compressed to; 0: none.
unsigned dictionary_of(const federation& all, const std::vector<bureau_id>& recipients) {
    const auto signer = signing_identity_of(*all.parties.at("ZW").keys, *all.directory).value();
    const auto made = make_parcel(sample_message("ZW", recipients, 300), signer, *all.directory,
                                  std::chrono::floor<std::chrono::seconds>(tests::test_time));
    BOOST_REQUIRE(made);
    const auto parts = protocol::decode_body(made->message.body).value();
    const auto packed =
        gcm_open(made->content_key, parts.nonce, {}, parts.ciphertext, parts.tag).value();
    return ZSTD_getDictID_fromFrame(packed.data(), packed.size());
}

constexpr std::string_view dictionary_1_sha256 =
    "23ceb85fb0682f3d10f18bc6ba58b4dc147fd1844057fd8f1cf8fd5d75fced82";

std::vector<std::string> names(std::size_t count) {
    std::vector<std::string> out = {"ZW"};
    for (std::size_t i = 1; i <= count; ++i) {
        out.push_back("B" + std::to_string(1000 + i));
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cms_sealer_test)

BOOST_AUTO_TEST_CASE(a_note_to_ourselves_has_one_lockbox_and_opens_here) {
    federation all({.bureaus = names(1)});
    const auto zw = all.sealer("ZW");
    auto sent = sample_message("ZW", {bureau("ZW")});
    sent.is_note = true;
    const auto made = done_by<done::sealed_message>(*zw, sent);
    BOOST_TEST(made.lockboxes.entries.size() == 1U);
    const auto opened = done_by<done::opened_message>(
        *zw, job::open_message{{made.seal, made.lockboxes}, made.body, std::nullopt});
    BOOST_TEST(opened.content.text == sent.content.text, boost::test_tools::per_element());
}

//= PF-32
BOOST_AUTO_TEST_CASE(every_recipient_verifies_and_opens_what_was_sealed) {
    for (const std::size_t count : {1U, 3U, 195U}) {
        federation all({.bureaus = names(count)});
        std::vector<bureau_id> recipients;
        for (std::size_t i = 1; i <= count; ++i) {
            recipients.push_back(bureau(names(count)[i]));
        }
        const auto zw = all.sealer("ZW");
        const auto sent = sample_message("ZW", recipients);
        const auto made = done_by<done::sealed_message>(*zw, sent);
        BOOST_TEST(made.lockboxes.entries.size() == count + 1);
        for (const auto& recipient : recipients) {
            const auto there = all.sealer(recipient.text());
            const auto verified = done_by<done::verified_parcel>(*there, to_verify(made));
            BOOST_TEST((verified.header == made.header));
            BOOST_TEST(!verified.signer_is_stale);
            const auto opened = done_by<done::opened_message>(
                *there, job::open_message{{made.seal, made.lockboxes}, made.body});
            BOOST_TEST((opened.content == sent.content));
            BOOST_TEST((sha256(opened.inner) == made.seal.inner_digest));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_text_of_any_size_up_to_the_limit_comes_back) {
    federation all;
    const auto zw = all.sealer("ZW");
    const auto mu = all.sealer("MU");
    for (const std::size_t size : {0UL, 1UL, 200UL, 70'000UL, protocol::limits::text_bytes_max}) {
        auto sent = sample_message("ZW", {bureau("MU")}, size);
        fill_random(std::span(sent.content.text).first(size / 2));
        const auto made = done_by<done::sealed_message>(*zw, sent);
        const auto opened = done_by<done::opened_message>(
            *mu, job::open_message{{made.seal, made.lockboxes}, made.body});
        BOOST_TEST((opened.content == sent.content));
    }
    auto too_large = sample_message("ZW", {bureau("MU")}, protocol::limits::text_bytes_max + 1);
    BOOST_TEST((refused_by(*zw, too_large) == errc::too_large));
}

BOOST_AUTO_TEST_CASE(a_branch_with_other_lockboxes_left_out_is_accepted) {
    federation all({.bureaus = {"IPSG", "KE", "MU", "ZW", "ZM"}});
    const auto zw = all.sealer("ZW");
    const auto mu = all.sealer("MU");
    auto made = done_by<done::sealed_message>(
        *zw, sample_message("ZW", {bureau("MU"), bureau("KE"), bureau("ZM")}));
    const std::vector<bureau_id> only = {bureau("MU")};
    made.lockboxes = protocol::branch_of(made.lockboxes, only, openssl_hasher()).value();
    BOOST_TEST(made.lockboxes.entries.size() == 1U);
    done_by<done::verified_parcel>(*mu, to_verify(made));
    done_by<done::opened_message>(*mu, job::open_message{{made.seal, made.lockboxes}, made.body});
    const auto ke = all.sealer("KE");
    BOOST_TEST((refused_by(*ke, job::open_message{{made.seal, made.lockboxes}, made.body}) ==
                errc::not_a_recipient));
}

BOOST_AUTO_TEST_CASE(a_hub_verifies_but_cannot_open) {
    federation all;
    const auto made =
        done_by<done::sealed_message>(*all.sealer("ZW"), sample_message("ZW", {bureau("MU")}));
    const auto hub = all.sealer("IPSG");
    done_by<done::verified_parcel>(*hub, to_verify(made));
    BOOST_TEST((refused_by(*hub, job::open_message{{made.seal, made.lockboxes}, made.body}) ==
                errc::not_a_recipient));
}

BOOST_AUTO_TEST_CASE(the_archive_key_opens_and_the_server_does_not_have_it) {
    federation all;
    const auto zw = all.sealer("ZW");
    const auto made = done_by<done::sealed_message>(*zw, sample_message("ZW", {bureau("MU")}));
    const job::open_message open{{made.seal, made.lockboxes}, made.body};
    BOOST_TEST((refused_by(*zw, open) == errc::not_a_recipient));
    auto keys = std::make_shared<key_ring>(key_ring::from_keys(
        all.parties.at("ZW").keys->link().key, all.parties.at("ZW").keys->sign().key,
        {all.parties.at("ZW").archive}, secret_bytes(32)));
    cms_sealer archivist(keys, all.directory, {bureau("ZW"), [] { return tests::test_time; }});
    done_by<done::opened_message>(archivist, open);
}

BOOST_AUTO_TEST_CASE(an_older_encryption_key_still_opens) {
    federation all;
    const auto made =
        done_by<done::sealed_message>(*all.sealer("ZW"), sample_message("ZW", {bureau("MU")}));
    const auto& mu = *all.parties.at("MU").keys;
    auto rotated = std::make_shared<key_ring>(key_ring::from_keys(
        mu.link().key, mu.sign().key, {generate_p256(), mu.encrypt()[0].key}, secret_bytes(32)));
    cms_sealer later(rotated, all.directory, {bureau("MU"), [] { return tests::test_time; }});
    done_by<done::opened_message>(later, job::open_message{{made.seal, made.lockboxes}, made.body});
}

//= PF-35
BOOST_AUTO_TEST_CASE(padded_sizes_are_256_and_then_those_of_padme) {
    // By hand: with E = floor(log2 L) and S = floor(log2 E) + 1, up to a multiple of 2^(E-S).
    const std::vector<std::pair<std::size_t, std::size_t>> sizes = {
        {0, 256},     {1, 256},     {256, 256},   {257, 272},        {272, 272},
        {273, 288},   {511, 512},   {512, 512},   {513, 544},        {1000, 1024},
        {1025, 1088}, {1500, 1536}, {4097, 4352}, {100'000, 100'352}};
    for (const auto& [size, padded] : sizes) {
        BOOST_TEST(padded_size(size) == padded, size << " gives " << padded_size(size));
    }
    for (const std::size_t size : {0UL, 100UL, 5'000UL, 70'000UL}) {
        bytes plain(size);
        fill_random(plain);
        const auto packed = pack(plain, 0);
        BOOST_TEST(packed.size() == padded_size(packed.size()));
        BOOST_TEST((unpack(packed, size).value() == plain));
        auto longer = packed;
        longer.push_back(0);
        BOOST_TEST((unpack(longer, size).error() == errc::bad_padding));
    }
}

//= PF-36
BOOST_AUTO_TEST_CASE(the_dictionary_is_used_only_when_every_reader_has_it) {
    std::size_t with = 0;
    for (const std::uint32_t newest : {1U, 0U}) {
        federation all({.dictionaries = newest});
        const auto made = done_by<done::sealed_message>(*all.sealer("ZW"),
                                                        sample_message("ZW", {bureau("MU")}, 300));
        done_by<done::opened_message>(*all.sealer("MU"),
                                      job::open_message{{made.seal, made.lockboxes}, made.body});
        if (newest == 1) {
            with = made.body.size();
        } else {
            BOOST_TEST(made.body.size() > with);
        }
    }
}

//= PF-36
BOOST_AUTO_TEST_CASE(one_reader_without_the_dictionary_keeps_it_from_all_wherever_it_stands) {
    const std::vector<std::string> others = {"KE", "MU", "ZM"};
    // The lockboxes are in the order of the tree, so each of them stands elsewhere; the origin's
    // own, for its archive, counts as well.
    for (const auto& without : {"KE", "MU", "ZM", "ZW"}) {
        federation all({.bureaus = {"KE", "MU", "ZM", "ZW"}});
        all.entry(without).dictionaries = 0;
        all.rebuild();
        auto to = others;
        for (std::size_t turn = 0; turn < others.size(); ++turn) {
            std::ranges::rotate(to, to.begin() + 1);
            const std::vector<bureau_id> recipients = {bureau(to[0]), bureau(to[1]), bureau(to[2])};
            BOOST_TEST(dictionary_of(all, recipients) == 0U,
                       without << " is without, " << to[0] << " stands first");
        }
        const auto missing = std::ranges::find(to, without);
        if (missing != to.end()) {
            to.erase(missing);
            BOOST_TEST(dictionary_of(all, {bureau(to[0]), bureau(to[1])}) == 1U);
        }
    }
}

// What was sealed with it is opened with it for ever: its bytes are those that were shipped first.
//= PF-36
BOOST_AUTO_TEST_CASE(dictionary_1_is_the_one_that_was_shipped) {
    BOOST_TEST(protocol::to_hex(sha256(dictionary(1)).view()) == dictionary_1_sha256);
    BOOST_TEST(newest_dictionary == 1U);
}

BOOST_AUTO_TEST_CASE(impossible_recipients_are_refused_when_sealing) {
    federation all;
    const auto zw = all.sealer("ZW");
    BOOST_TEST((refused_by(*zw, sample_message("ZW", {})) == errc::bad_request));
    BOOST_TEST((refused_by(*zw, sample_message("ZW", {bureau("ZW")})) == errc::bad_request));
    auto note = sample_message("ZW", {bureau("MU")});
    note.is_note = true;
    BOOST_TEST((refused_by(*zw, note) == errc::bad_request));
    BOOST_TEST(
        (refused_by(*zw, sample_message("ZW", {bureau("MU"), bureau("MU")})) == errc::bad_request));
    BOOST_TEST((refused_by(*zw, sample_message("ZW", {bureau("FJ")})) == errc::unknown_recipient));
    BOOST_TEST((refused_by(*zw, sample_message("MU", {bureau("ZW")})) == errc::wrong_key_owner));
    all.entry("MU").status = protocol::bureau_status::suspended;
    all.rebuild();
    BOOST_TEST((refused_by(*all.sealer("ZW"), sample_message("ZW", {bureau("MU")})) ==
                errc::key_not_allowed));
}

BOOST_AUTO_TEST_CASE(the_kept_key_opens_at_rest_only_in_its_context) {
    federation all;
    const auto zw = all.sealer("ZW");
    const auto sent = sample_message("ZW", {bureau("MU")});
    const auto made = done_by<done::sealed_message>(*zw, sent);
    const auto key = done_by<done::at_rest>(
        *zw, job::open_at_rest{made.kept_key, kept_key_context(sent.header.id)});
    BOOST_TEST(key.value.size() == 32U);
    BOOST_TEST((refused_by(*zw, job::open_at_rest{made.kept_key, "other"}) == errc::cannot_open));
    BOOST_TEST((refused_by(*all.sealer("MU"),
                           job::open_at_rest{made.kept_key, kept_key_context(sent.header.id)}) ==
                errc::cannot_open));
}

BOOST_AUTO_TEST_CASE(the_summary_of_an_opened_message_is_sealed_json) {
    federation all;
    const auto sent = sample_message("ZW", {bureau("MU")}, 300);
    const auto made = done_by<done::sealed_message>(*all.sealer("ZW"), sent);
    const auto mu = all.sealer("MU");
    const auto opened = done_by<done::opened_message>(
        *mu, job::open_message{{made.seal, made.lockboxes}, made.body});
    const auto summary = done_by<done::at_rest>(
        *mu, job::open_at_rest{opened.sealed_summary, summary_context(sent.header.id)});
    BOOST_TEST(std::string(summary.value.begin(), summary.value.end()) ==
               R"({"kind":"hit.request","subject":"Confirmation of hit 2026/4711",)"
               R"("agency":"border-police","text_bytes":300,"attachments":0})");
}

BOOST_AUTO_TEST_CASE(pieces_come_back_and_nothing_else_does) {
    federation all;
    const auto zw = all.sealer("ZW");
    const auto key = done_by<done::key>(*zw, job::make_key{});
    for (const std::size_t size : {0UL, 1UL, 65'537UL, protocol::limits::piece_bytes}) {
        bytes plain(size);
        fill_random(plain);
        auto sealed = done_by<done::sealed_piece>(*zw, job::seal_piece{key.value, plain});
        BOOST_TEST(sealed.sealed.size() <= size + protocol::limits::piece_overhead_bytes_max);
        const auto opened = done_by<done::opened_piece>(
            *all.sealer("MU"), job::open_piece{key.value, sealed.sealed_digest, sealed.sealed});
        BOOST_TEST((opened.plain == plain));
        auto other = key.value;
        other[5] ^= 1;
        BOOST_TEST((refused_by(*zw, job::open_piece{other, sealed.sealed_digest, sealed.sealed}) ==
                    errc::cannot_open));
        sealed.sealed.back() ^= 1;
        BOOST_TEST((refused_by(*zw, job::open_piece{key.value, sealed.sealed_digest,
                                                    sealed.sealed}) == errc::bad_digest));
    }
    bytes too_large(protocol::limits::piece_bytes + 1);
    BOOST_TEST((refused_by(*zw, job::seal_piece{key.value, too_large}) == errc::too_large));
}

BOOST_AUTO_TEST_CASE(a_receipt_is_verified_by_its_issuers_key_only) {
    federation all;
    protocol::receipt_content content;
    content.issuer = bureau("MU");
    content.origin = bureau("ZW");
    protocol::outcome outcome;
    outcome.recipient = bureau("MU");
    outcome.at = tests::test_time;
    content.outcomes = {outcome};
    const auto mu = all.sealer("MU");
    const auto zw = all.sealer("ZW");
    const auto made = done_by<done::signed_receipt>(*mu, job::sign_receipt{content});
    const auto verified = done_by<done::verified_receipt>(*zw, job::verify_receipt{made.encoded});
    BOOST_TEST((verified.content == content));
    BOOST_TEST((verified.receipt_digest == made.receipt_digest));
    BOOST_TEST((refused_by(*zw, job::sign_receipt{content}) == errc::wrong_key_owner));
    auto forged = protocol::decode_receipt(made.encoded).value();
    content.issuer = bureau("IPSG");
    forged.content = protocol::encode_receipt_content(content);
    BOOST_TEST((refused_by(*zw, job::verify_receipt{protocol::encode_receipt(forged)}) ==
                errc::wrong_key_owner));
}

BOOST_AUTO_TEST_CASE(a_hello_is_verified_against_the_bureau_that_it_names) {
    federation all;
    const auto mu = all.sealer("MU");
    const auto zw = all.sealer("ZW");
    const bytes said = {1, 2, 3};
    const auto made = done_by<done::signed_hello>(*mu, job::sign_hello{said});
    done_by<done::verified_hello>(*zw,
                                  job::verify_hello{bureau("MU"), made.signer, made.value, said});
    BOOST_TEST((refused_by(*zw, job::verify_hello{bureau("IPSG"), made.signer, made.value, said}) ==
                errc::wrong_key_owner));
    BOOST_TEST((refused_by(*zw, job::verify_hello{bureau("MU"), made.signer, made.value, {1, 2}}) ==
                errc::bad_signature));
}

BOOST_AUTO_TEST_CASE(certificate_purposes_are_enforced) {
    federation all;
    const auto& mu = *all.parties.at("MU").keys;
    const bytes said = {1, 2, 3};
    // The link key signs just as well; what it signs does not count.
    const auto value = sign_digest(mu.link().key.get(), sha256(said)).value();
    BOOST_TEST((refused_by(*all.sealer("ZW"), job::verify_hello{bureau("MU"), mu.link().id, value,
                                                                said}) == errc::key_not_allowed));
}

//= DF-13
BOOST_AUTO_TEST_CASE(a_revoked_key_counts_only_for_what_came_before) {
    federation all;
    const auto made =
        done_by<done::sealed_message>(*all.sealer("ZW"), sample_message("ZW", {bureau("MU")}));
    for (auto& key : all.entry("ZW").keys) {
        if (key.purpose == key_purpose::sign) {
            key.invalid_from = tests::test_time + std::chrono::hours(1);
        }
    }
    all.rebuild();
    const auto mu = all.sealer("MU");
    done_by<done::verified_parcel>(*mu, to_verify(made));
    all.now += std::chrono::hours(2);
    BOOST_TEST((refused_by(*mu, to_verify(made)) == errc::key_not_allowed));
    job::open_message open{{made.seal, made.lockboxes}, made.body};
    BOOST_TEST((refused_by(*mu, open) == errc::key_not_allowed));
    open.received_at = tests::test_time;
    done_by<done::opened_message>(*mu, open);
}

//= PF-64
BOOST_AUTO_TEST_CASE(rights_of_the_directory_are_enforced) {
    federation all;
    const auto made =
        done_by<done::sealed_message>(*all.sealer("ZW"), sample_message("ZW", {bureau("MU")}));
    all.entry("ZW").classes = {protocol::message_class::routine};
    all.rebuild();
    BOOST_TEST((refused_by(*all.sealer("MU"), to_verify(made)) == errc::not_allowed));
    all.entry("ZW").classes = {protocol::message_class::urgent};
    all.entry("ZW").suite_floor = 2;
    all.rebuild();
    BOOST_TEST((refused_by(*all.sealer("MU"), to_verify(made)) == errc::unsupported_suite));
    all.entry("ZW").suite_floor = 1;
    all.entry("ZW").status = protocol::bureau_status::revoked;
    all.rebuild();
    BOOST_TEST((refused_by(*all.sealer("MU"), to_verify(made)) == errc::key_not_allowed));
}

//= DF-11
BOOST_AUTO_TEST_CASE(an_old_directory_is_said_to_be_stale) {
    federation all;
    const auto made =
        done_by<done::sealed_message>(*all.sealer("ZW"), sample_message("ZW", {bureau("MU")}));
    all.now += std::chrono::days(31);
    BOOST_TEST(done_by<done::verified_parcel>(*all.sealer("MU"), to_verify(made)).signer_is_stale);
}

//= DF-11
BOOST_AUTO_TEST_CASE(an_entry_past_its_time_is_stale_and_still_counts) {
    federation all;
    const auto made =
        done_by<done::sealed_message>(*all.sealer("ZW"), sample_message("ZW", {bureau("MU")}));
    const auto is_stale = [&] {
        all.rebuild();
        return done_by<done::verified_parcel>(*all.sealer("MU"), to_verify(made)).signer_is_stale;
    };
    all.entry("ZW").valid_until = all.now + std::chrono::seconds{1};
    BOOST_TEST(!is_stale());
    all.entry("ZW").valid_until = all.now;
    BOOST_TEST(is_stale());
    all.entry("ZW").valid_until.reset();
    all.entry("MU").valid_until = all.now;  // That of the reader says nothing of the writer.
    BOOST_TEST(!is_stale());
}

BOOST_AUTO_TEST_CASE(look_up_indexes_differ_between_bureaus) {
    federation all;
    const bytes value = {1};
    BOOST_TEST((all.sealer("MU")->index_of(value) == all.sealer("MU")->index_of(value)));
    BOOST_TEST((all.sealer("MU")->index_of(value) != all.sealer("ZW")->index_of(value)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::seal
