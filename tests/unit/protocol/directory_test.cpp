// Directory: entries, heads, roots, the checks between them, look-ups, base64.
// Way of the message: none; a test.
// Not pure: reads vector files of the source tree.
// Spec: docs/directory-format.md. Tests: it is one.
// Limits: none.
#include "protocol/directory.hpp"

#include "daemon/seal/openssl_hasher.hpp"
#include "protocol/base64.hpp"
#include "protocol/bytes.hpp"
#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace dhow::protocol;
using namespace dhow::tests;

BOOST_AUTO_TEST_SUITE(directory_test)

namespace {

const dhow::seal::openssl_hasher hash;

std::vector<std::string> entries_of(const vector_case& each) {
    std::vector<std::string> out;
    for (const auto& entry : each.all.at("entries").as_array()) {
        out.emplace_back(entry.as_string());
    }
    return out;
}

directory first_directory() {
    const auto each = load_vectors("directory", "directory").at(0);
    return assemble_directory(each.json, entries_of(each), hash).value();
}

}  // namespace

//= DF-2, DF-3, DF-4, DF-5, DF-7, DF-8
BOOST_AUTO_TEST_CASE(entries_are_read_or_refused_as_named) {
    for (const auto& each : load_vectors("directory", "entry")) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto value = decode_directory_entry(each.json);
            BOOST_TEST(refusal(value) == each.error);
            if (value) {
                const auto again = encode_directory_entry(*value);
                BOOST_TEST(encode_directory_entry(decode_directory_entry(again).value()) == again);
            }
        }
    }
}

//= DF-17
BOOST_AUTO_TEST_CASE(heads_are_read_or_refused_as_named) {
    for (const auto& each : load_vectors("directory", "head")) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto value = decode_directory_head(each.json);
            BOOST_TEST(refusal(value) == each.error);
            if (value) {
                const auto again = encode_directory_head(*value);
                BOOST_TEST(encode_directory_head(decode_directory_head(again).value()) == again);
            }
        }
    }
}

//= DF-23, DF-24
BOOST_AUTO_TEST_CASE(roots_follow_each_other_without_a_gap) {
    for (const auto& each : load_vectors("directory", "root")) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto value = decode_directory_root(each.json);
            BOOST_TEST(refusal(value) == each.error);
            BOOST_TEST((!value || encode_directory_root(*value) == each.json));
        }
    }
    for (const auto& each : load_vectors("directory", "succession")) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto current = decode_directory_root(each.json).value();
            const auto next = decode_directory_root(each.text("next")).value();
            const auto current_digest = hash.sha256({as_bytes(each.json)});
            BOOST_TEST(refusal(check_root_succession(current, current_digest, next)) == each.error);
        }
    }
}

//= DF-18
BOOST_AUTO_TEST_CASE(head_and_entries_belong_together) {
    for (const auto& each : load_vectors("directory", "directory")) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto value = assemble_directory(each.json, entries_of(each), hash);
            BOOST_TEST(refusal(value) == each.error);
            if (value) {
                BOOST_TEST((value->head_digest == hash.sha256({as_bytes(each.json)})));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(encoded_entries_are_the_vectors_text) {
    const auto each = load_vectors("directory", "entry").at(0);
    BOOST_TEST(encode_directory_entry(decode_directory_entry(each.json).value()) == each.json);
}

//= DF-12
BOOST_AUTO_TEST_CASE(after_a_rotation_the_new_key_is_current_and_the_old_one_still_found) {
    const auto known = first_directory();
    const auto bureau = bureau_id::parse("MU").value();
    const auto* current = known.current_key(bureau, key_purpose::encrypt);
    BOOST_TEST_REQUIRE(current != nullptr);
    BOOST_TEST(as_text(current->certificate).ends_with("MU encrypt 2"));
    const auto* entry = known.find(bureau);
    BOOST_TEST_REQUIRE(entry != nullptr);
    for (const auto& key : entry->keys) {
        const auto found = known.find_key(key.id);
        BOOST_TEST_REQUIRE(found.has_value());
        BOOST_TEST((found->entry == entry && found->key->id == key.id));
    }
    BOOST_TEST(known.find(bureau_id::parse("XX").value()) == nullptr);
    BOOST_TEST(known.current_key(bureau_id::parse("XX").value(), key_purpose::sign) == nullptr);
    BOOST_TEST(!known.find_key(key_id{}).has_value());
}

//= DF-12
BOOST_AUTO_TEST_CASE(a_key_with_invalid_from_is_not_current) {
    auto known = first_directory();
    auto& keys = known.entries.at(1).keys;
    const auto sign = std::ranges::find(keys, key_purpose::sign, &directory_key::purpose);
    BOOST_TEST(known.current_key(known.entries[1].bureau, key_purpose::sign) == &*sign);
    sign->invalid_from = utc_time{};
    BOOST_TEST(known.current_key(known.entries[1].bureau, key_purpose::sign) == nullptr);
}

BOOST_AUTO_TEST_CASE(optional_members_are_kept_apart_from_what_is_left_out) {
    const auto entry_named = [](std::string_view name) {
        for (const auto& each : load_vectors("directory", "entry")) {
            if (each.name == name) {
                return decode_directory_entry(each.json).value();
            }
        }
        throw std::runtime_error("no such vector");
    };
    const auto whole = entry_named("all optional members");
    BOOST_TEST((whole.valid_until == parse_utc("2027-11-24T18:09:58.123Z")));
    BOOST_TEST((whole.text_bytes == std::optional<std::uint64_t>(65'536)));
    BOOST_TEST((whole.attachment_bytes == std::optional<std::uint64_t>(0)));
    BOOST_TEST((whole.parcel_versions == std::vector<std::uint8_t>{0, 1}));
    BOOST_TEST(whole.minimum_software == "0.10.2");
    BOOST_TEST((whole.languages == std::vector<std::string>{"fr", "swa"}));
    BOOST_TEST((whole.reads_parcels_of(0) && whole.reads_parcels_of(1)));
    BOOST_TEST(!whole.reads_parcels_of(2));
    const auto bare = entry_named("key rotation: two encrypt keys, the old one not current");
    BOOST_TEST((!bare.valid_until && !bare.text_bytes && !bare.attachment_bytes));
    BOOST_TEST((bare.parcel_versions.empty() && bare.minimum_software.empty()));
    BOOST_TEST((bare.reads_parcels_of(0) && !bare.reads_parcels_of(1)));
    const auto newer = [&] {
        auto out = bare;
        out.parcel_versions = {1};
        return decode_directory_entry(encode_directory_entry(out)).value();
    }();
    BOOST_TEST((!newer.reads_parcels_of(0) && newer.reads_parcels_of(1)));
}

//= DF-11
BOOST_AUTO_TEST_CASE(an_entry_is_stale_with_the_head_or_before_it) {
    auto known = first_directory();
    const auto bureau = known.entries.at(1).bureau;
    const auto head = known.head.stale_after;
    BOOST_TEST((known.stale_after(bureau) == head));
    known.entries[1].valid_until = head - std::chrono::days{1};
    BOOST_TEST((known.stale_after(bureau) == head - std::chrono::days{1}));
    BOOST_TEST((known.stale_after(known.entries[0].bureau) == head));
    BOOST_TEST((known.stale_after(bureau_id::parse("XX").value()) == head));
    known.entries[1].valid_until = head + std::chrono::days{1};
    BOOST_TEST((known.stale_after(bureau) == head));
}

//= DF-1
BOOST_AUTO_TEST_CASE(documents_above_the_bound_are_refused_before_they_are_parsed) {
    const std::string large(3 * 1024 * 1024, ' ');
    BOOST_TEST(refusal(decode_directory_entry(large)) == "too-long");
}

BOOST_AUTO_TEST_CASE(base64_has_exactly_one_form) {
    for (const auto& [plain, text] : {std::pair{"", ""},
                                      {"f", "Zg=="},
                                      {"fo", "Zm8="},
                                      {"foo", "Zm9v"},
                                      {"foob", "Zm9vYg=="}}) {
        BOOST_TEST(to_base64(as_bytes(plain)) == text);
        BOOST_TEST((bytes_from_base64(text) == to_bytes(as_bytes(plain))));
    }
    for (const auto* bad : {"Zg", "Zg=", "Zh==", "Zm9v=", "Z m9v", "====", "Zm9v\n"}) {
        BOOST_TEST(!bytes_from_base64(bad).has_value());
    }
}

BOOST_AUTO_TEST_SUITE_END()
