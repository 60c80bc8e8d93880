// The signed directory on disk: made by the tools, believed only as far as its signatures and
// history go.
#include "daemon/seal/directory_file.hpp"

#include "daemon/seal/cms_signed.hpp"
#include "daemon/seal/directory_editor.hpp"
#include "daemon/seal/key_maker.hpp"
#include "daemon/seal/key_ring.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::seal {

using tests::bureau;
using tests::temporary_folder;

namespace {

/// Three signers, two of whom are needed, and one bureau's keys.
struct directory_fixture {
    directory_fixture() {
        for (const std::string name : {"first", "second", "third", "stranger"}) {
            keys[name] = generate_p256();
            const auto der = make_certificate(
                keys[name].get(), {certificate_use::directory, name, "", tests::test_time});
            certificates[name] = check_certificate(der, certificate_use::directory, name).value();
        }
        anchors = {
            "test", 2, {certificates["first"], certificates["second"], certificates["third"]}};
        BOOST_REQUIRE(init_directory(folder(), "test", 2, tests::test_time));
        put("ZW");
        put("MU");
    }

    [[nodiscard]] std::filesystem::path folder() const { return temporary / "directory"; }

    void put(const std::string& name) {
        const auto key_folder = temporary / name;
        if (!std::filesystem::exists(key_folder)) {
            const auto made = create_bureau_keys({name, "", key_folder, {}, tests::test_time});
            BOOST_REQUIRE_MESSAGE(made, made.error().text);
        }
        protocol::directory_entry entry;
        entry.bureau = bureau(name);
        entry.name = "Bureau " + name;
        entry.classes = {protocol::message_class::flash, protocol::message_class::routine};
        entry.dictionaries = 1;
        BOOST_REQUIRE(add_keys(entry, {key_folder, {}, {"tls://127.0.0.1:7443"}, std::nullopt}));
        const auto put = put_entry(folder(), entry, tests::test_time);
        BOOST_REQUIRE_MESSAGE(put, put.error().text);
    }

    void sign(std::initializer_list<std::string> names) {
        for (const auto& name : names) {
            const auto signed_ok =
                sign_head(folder(), keys.at(name), certificates.at(name), tests::test_time);
            BOOST_REQUIRE_MESSAGE(signed_ok, signed_ok.error().text);
        }
    }

    loaded<protocol::directory> load(const std::optional<directory_state>& previous = {}) const {
        return load_directory(folder(), anchors, previous);
    }

    errc refusal(const std::optional<directory_state>& previous = {}) const {
        const auto loaded = load(previous);
        BOOST_REQUIRE(!loaded);
        BOOST_TEST_MESSAGE(loaded.error().text);
        return loaded.error().code;
    }

    [[nodiscard]] directory_state state() const {
        const auto now = load();
        BOOST_REQUIRE_MESSAGE(now, now.error().text);
        return {now->head.serial, now->head_digest};
    }

    temporary_folder temporary;
    std::map<std::string, key_ptr> keys;
    std::map<std::string, certificate> certificates;
    trust_anchors anchors;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(directory_file_test, directory_fixture)

BOOST_AUTO_TEST_CASE(two_signatures_of_three_make_it_count) {
    sign({"first", "third"});
    const auto directory = load();
    BOOST_REQUIRE_MESSAGE(directory, directory.error().text);
    BOOST_TEST(directory->head.serial == 1U);
    BOOST_TEST(directory->entries.size() == 2U);
    const auto trusted = trust_directory::build(*directory);
    BOOST_REQUIRE_MESSAGE(trusted, trusted.error().text);
    BOOST_TEST((*trusted)->current(bureau("ZW"), protocol::key_purpose::encrypt) != nullptr);
}

//= DF-19
BOOST_AUTO_TEST_CASE(a_broken_threshold_is_refused) {
    BOOST_TEST((refusal() == errc::bad_signature));
    sign({"first"});
    BOOST_TEST((refusal() == errc::bad_signature));
}

//= DF-19
BOOST_AUTO_TEST_CASE(a_signer_counts_once_and_a_stranger_not_at_all) {
    sign({"first", "stranger"});
    std::filesystem::copy(
        folder() / ("head-" + protocol::to_hex(certificates["first"].id.view()) + ".cms"),
        folder() / "head-copy.cms");
    BOOST_TEST((refusal() == errc::bad_signature));
}

BOOST_AUTO_TEST_CASE(an_anchor_given_twice_counts_once) {
    temporary.write("a.pem", to_pem(certificates["first"]) + to_pem(certificates["first"]));
    config::trust settings;
    settings.anchors = {"a.pem", "a.pem"};
    settings.federation = "test";
    settings.threshold = 1;
    BOOST_TEST(load_anchors(settings, temporary.path()).value().signers.size() == 1U);
    settings.threshold = 2;
    BOOST_TEST(!load_anchors(settings, temporary.path()));
}

BOOST_AUTO_TEST_CASE(a_key_that_only_signs_messages_is_no_anchor) {
    config::trust settings;
    settings.anchors = {"ZW/sign-certificate.pem"};
    settings.threshold = 1;
    BOOST_TEST(!load_anchors(settings, temporary.path()));
}

//= DF-6, DF-22
BOOST_AUTO_TEST_CASE(no_json_is_parsed_before_the_threshold_is_reached) {
    const std::string nonsense = "{ not json";
    const byte_view text(reinterpret_cast<const std::uint8_t*>(nonsense.data()), nonsense.size());
    const auto head_by = [&](const std::string& name) {
        return sign_content({keys[name], certificates[name].id, certificates[name].digest},
                            protocol::signed_content::directory, text,
                            std::chrono::floor<std::chrono::seconds>(tests::test_time), {})
            .value();
    };
    directory_files files{{head_by("first")}, {}};
    BOOST_TEST((check_directory(files, anchors, {}).error().code == errc::bad_signature));
    files.heads.push_back(head_by("second"));
    BOOST_TEST((check_directory(files, anchors, {}).error().code != errc::bad_signature));
}

//= DF-20
BOOST_AUTO_TEST_CASE(another_federation_is_refused) {
    sign({"first", "second"});
    anchors.federation = "other";
    BOOST_TEST((refusal() == errc::not_allowed));
}

//= DF-21
BOOST_AUTO_TEST_CASE(a_rollback_is_refused_and_the_same_again_accepted) {
    sign({"first", "second"});
    const auto old_files = read_directory_folder(folder()).value();
    BOOST_TEST(load(state()).has_value());
    put("ZW");
    sign({"first", "second"});
    const auto newer = state();
    BOOST_TEST(newer.serial == 2U);
    const auto back = check_directory(old_files, anchors, newer);
    BOOST_REQUIRE(!back);
    BOOST_TEST((back.error().code == errc::out_of_range));
}

//= DF-21
BOOST_AUTO_TEST_CASE(a_fork_is_refused_and_named) {
    sign({"first", "second"});
    auto remembered = state();
    remembered.head_digest.value[0] ^= 1;
    BOOST_TEST((refusal(remembered) == errc::equivocation));
    // The next serial must name the head that is remembered.
    put("ZW");
    sign({"first", "second"});
    BOOST_TEST((refusal(remembered) == errc::equivocation));
    // Two heads that both have enough signatures, in one folder.
    const auto one = read_directory_folder(folder()).value();
    put("MU");
    sign({"second", "third"});
    auto both = read_directory_folder(folder()).value();
    both.heads.insert(both.heads.end(), one.heads.begin(), one.heads.end());
    BOOST_TEST((check_directory(both, anchors, {}).error().code == errc::equivocation));
}

//= DF-21
BOOST_AUTO_TEST_CASE(a_gap_in_the_serials_is_accepted_with_the_whole_body) {
    sign({"first", "second"});
    const auto first = state();
    put("ZW");
    sign({"first", "second"});
    put("MU");
    sign({"first", "third"});
    BOOST_TEST(load(first).value().head.serial == 3U);
}

BOOST_AUTO_TEST_CASE(a_draft_that_was_not_signed_keeps_its_serial) {
    put("ZW");
    put("MU");
    BOOST_TEST(read_draft(folder()).value().serial == 1U);
}

//= DF-18
BOOST_AUTO_TEST_CASE(altered_missing_mixed_and_added_entries_are_refused) {
    sign({"first", "second"});
    const auto good = read_directory_folder(folder()).value();
    auto altered = good;
    altered.entries[0].back() = ' ';
    BOOST_TEST((check_directory(altered, anchors, {}).error().code == errc::bad_digest));
    auto missing = good;
    missing.entries.pop_back();
    BOOST_TEST(!check_directory(missing, anchors, {}));
    auto added = good;
    added.entries.push_back(good.entries[0]);
    BOOST_TEST(!check_directory(added, anchors, {}));
    auto swapped = good;
    std::swap(swapped.entries[0], swapped.entries[1]);
    BOOST_TEST(!check_directory(swapped, anchors, {}));
    put("ZW");
    auto mixed = good;
    mixed.entries = read_directory_folder(folder()).value().entries;
    BOOST_TEST(mixed.entries == good.entries);  // the same keys again make the same entry
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_of_a_head_leaves_too_few_signatures) {
    sign({"first", "second"});
    auto files = read_directory_folder(folder()).value();
    for (std::size_t bit = 0; bit < files.heads[0].size() * 8; ++bit) {
        files.heads[0][bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        BOOST_REQUIRE((check_directory(files, anchors, {}).error().code == errc::bad_signature));
        files.heads[0][bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    }
}

//= DF-14
BOOST_AUTO_TEST_CASE(every_flipped_bit_of_what_a_certificate_says_is_refused) {
    auto der = certificates["first"].der;
    const auto is_good = [&] {
        return check_certificate(der, certificate_use::directory, "first").has_value();
    };
    BOOST_REQUIRE(is_good());
    // SEQUENCE { SEQUENCE of what is signed, algorithm, signature }, X.690 section 8.1.3.
    BOOST_REQUIRE((der.size() > 255 && der.at(1) == 0x82 && der.at(4) == 0x30));
    const bool is_long = der.at(5) == 0x82;
    BOOST_REQUIRE((is_long || der.at(5) == 0x81));
    const std::size_t begin = is_long ? 8 : 7;
    const auto end = begin + (is_long ? der[6] * 256U + der[7] : der[6]);
    BOOST_REQUIRE(end < der.size());
    for (std::size_t bit = begin * 8; bit < end * 8; ++bit) {
        der[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        BOOST_REQUIRE_MESSAGE(!is_good(), "bit " << bit);
        der[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    }
    der.push_back(0);
    BOOST_TEST(!is_good());
    der.resize(der.size() - 2);
    BOOST_TEST(!is_good());
}

BOOST_AUTO_TEST_CASE(a_head_may_ask_for_more_signatures_than_the_receiver) {
    anchors.threshold = 1;
    sign({"first"});
    BOOST_TEST((refusal() == errc::bad_signature));  // The head was begun with a threshold of 2.
    sign({"second"});
    BOOST_TEST(load().has_value());
}

BOOST_AUTO_TEST_CASE(optional_members_of_an_entry_come_back_from_the_folder) {
    protocol::directory_entry entry;
    entry.bureau = bureau("MU");
    entry.name = "Bureau MU";
    entry.dictionaries = 1;
    BOOST_REQUIRE(add_keys(entry, {temporary / "MU", {}, {}, std::nullopt}));
    entry.text_bytes = 4'095;  // One below the least: nothing is written.
    BOOST_TEST(!put_entry(folder(), entry, tests::test_time));
    entry.text_bytes = 4'096;
    entry.attachment_bytes = 0;
    entry.parcel_versions = {0, 3};
    entry.valid_until = tests::test_time;
    entry.minimum_software = "1.0";
    BOOST_TEST(!put_entry(folder(), entry, tests::test_time));
    entry.minimum_software = "1.0.0";
    BOOST_REQUIRE(put_entry(folder(), entry, tests::test_time));
    sign({"first", "second"});
    const auto directory = load().value();
    const auto* found = directory.find(bureau("MU"));
    BOOST_REQUIRE(found != nullptr);
    BOOST_TEST((found->text_bytes == entry.text_bytes));
    BOOST_TEST((found->attachment_bytes == entry.attachment_bytes));
    BOOST_TEST((found->parcel_versions == entry.parcel_versions));
    BOOST_TEST((found->valid_until == entry.valid_until));
    BOOST_TEST(found->minimum_software == "1.0.0");
}

//= DF-14, DF-15
BOOST_AUTO_TEST_CASE(certificates_of_the_wrong_owner_or_purpose_are_refused) {
    sign({"first", "second"});
    auto directory = load().value();
    std::swap(directory.entries[0].keys, directory.entries[1].keys);
    BOOST_TEST(!trust_directory::build(directory));
    directory = load().value();
    directory.entries[0].keys[1].purpose = protocol::key_purpose::link;
    BOOST_TEST(!trust_directory::build(directory));
    directory = load().value();
    directory.entries[0].keys[1].id.value[0] ^= 1;
    BOOST_TEST(!trust_directory::build(directory));
}

BOOST_AUTO_TEST_CASE(openssl_verifies_each_signature_of_the_head) {
    sign({"first", "second"});
    for (const std::string name : {"first", "second"}) {
        temporary.write(name + ".pem", to_pem(certificates[name]));
        const auto head =
            "directory/head-" + protocol::to_hex(certificates[name].id.view()) + ".cms";
        const auto verify = "openssl cms -verify -binary -inform DER -in " + head + " -certfile " +
                            name + ".pem -out head.json -CAfile ";
        BOOST_TEST(temporary.run(verify + name + ".pem") == 0);
        BOOST_TEST((temporary.read("head.json") == temporary.read("directory/head.json")));
        temporary.write("stranger.pem", to_pem(certificates["stranger"]));
        BOOST_TEST(temporary.run(verify + "stranger.pem") != 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::seal
