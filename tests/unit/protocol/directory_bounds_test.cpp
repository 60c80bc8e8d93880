// Each member of entry, head and root left out, of another type, at its bound and above it.
// Way of the message: none; a test.
// Not pure: reads vector files of the source tree.
// Spec: docs/directory-format.md. Tests: it is one; directory_test.cpp has the vectors.
// Limits: none.
#include "daemon/seal/openssl_hasher.hpp"
#include "protocol/base64.hpp"
#include "protocol/bytes.hpp"
#include "protocol/directory.hpp"
#include "protocol/directory_json.hpp"
#include "protocol/limits.hpp"
#include "tests/support/vectors.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>

using namespace dhow::protocol;
using namespace dhow::tests;
namespace json = boost::json;

BOOST_AUTO_TEST_SUITE(directory_bounds_test)

namespace {

const dhow::seal::openssl_hasher hash;

/// A member and the type that it must have; what may be absent is not required.
struct member {
    std::string_view name;
    json::kind type;
    bool required = true;
};

using document = json::object;
/// The object within a document that a test changes.
using place = std::function<json::object&(document&)>;
using decoder = std::function<std::string(const document&)>;

json::object& itself(document& whole) { return whole; }

place first_of(const char* list) {
    return [list](document& whole) -> json::object& {
        return whole.at(list).as_array().at(0).as_object();
    };
}

json::object& limits_of(document& whole) { return whole.at("limits").as_object(); }

document vector_named(std::string_view kind, std::string_view name) {
    for (const auto& each : load_vectors("directory", kind)) {
        if (each.name == name) {
            return json::parse(each.json).as_object();
        }
    }
    throw std::runtime_error("no such vector");
}

document entry() {
    auto out = vector_named("entry", "all optional members");
    out["invalid_from"] = "2026-11-24T18:09:58.123Z";
    first_of("keys")(out)["invalid_from"] = "2026-11-24T18:09:58.123Z";
    return out;
}
document head() { return vector_named("head", "first head"); }
document root() { return vector_named("root", "first root"); }

std::string refused_entry(const document& from) {
    return refusal(decode_directory_entry(json::serialize(from)));
}
std::string refused_head(const document& from) {
    return refusal(decode_directory_head(json::serialize(from)));
}
std::string refused_root(const document& from) {
    return refusal(decode_directory_root(json::serialize(from)));
}

/// One document with one member of one of its objects changed: how is it refused?
struct subject {
    document whole;
    decoder refused;
    place where = itself;

    template <class Value>
    [[nodiscard]] std::string with(std::string_view name, const Value& value) const {
        auto changed = whole;
        if constexpr (std::is_convertible_v<const Value&, std::string_view>) {
            where(changed)[name] = std::string_view{value};
        } else {
            where(changed)[name] = value;
        }
        return refused(changed);
    }
    [[nodiscard]] std::string without(std::string_view name) const {
        auto changed = whole;
        BOOST_TEST(where(changed).erase(name) == 1U);
        return refused(changed);
    }
    [[nodiscard]] json::value get(std::string_view name) const {
        auto copy = whole;
        return where(copy).at(name);
    }
};

const subject an_entry{entry(), refused_entry};
const subject a_key{entry(), refused_entry, first_of("keys")};
const subject an_instance{entry(), refused_entry, first_of("instances")};
const subject the_limits{entry(), refused_entry, limits_of};
const subject a_head{head(), refused_head};
const subject a_root{root(), refused_root};
const subject a_root_key{root(), refused_root, first_of("root_keys")};
const subject a_head_key{root(), refused_root, first_of("head_keys")};

constexpr auto number = json::kind::int64;
constexpr auto text = json::kind::string;
constexpr auto list = json::kind::array;

/// Every member that is there is named with its type, taken as it is, required or not, and refused
/// when it has another type.
void check_members(const subject& of, const std::vector<member>& members) {
    const std::vector<json::value> one_of_each{nullptr,        true,          1, 1.5, "text",
                                               json::array{1}, json::object{}};
    BOOST_TEST(of.refused(of.whole) == "");
    auto copy = of.whole;
    BOOST_TEST(of.where(copy).size() == members.size());
    for (const auto& it : members) {
        BOOST_TEST_CONTEXT(it.name) {
            BOOST_TEST((of.get(it.name).kind() == it.type));
            BOOST_TEST(of.without(it.name) == (it.required ? "missing-field" : ""));
            for (const auto& value : one_of_each) {
                if (value.kind() != it.type) {
                    BOOST_TEST(of.with(it.name, value) == "bad-encoding", value);
                }
            }
        }
    }
}

void check_critical_members(const subject& of) {
    BOOST_TEST(of.with("later", 1) == "");
    BOOST_TEST(of.with("must_later", 1) == "unknown-critical");
}

json::array so_many(std::size_t count, const json::value& value) {
    json::array out;
    for (std::size_t i = 0; i < count; ++i) {
        out.push_back(value);
    }
    return out;
}

std::string certificate_of(std::size_t size) { return to_base64(bytes(size, 0x30)); }

/// So many objects with ids that differ, like the first of a list.
template <class Id>
json::array many_like(const subject& of, const char* list_name, std::size_t count) {
    json::array out;
    for (std::size_t i = 0; i < count; ++i) {
        Id id;
        id.value[0] = static_cast<std::uint8_t>(i);
        out.push_back(of.whole.at(list_name).at(0));
        out.back().as_object()["id"] = to_hex(id.view());
    }
    return out;
}

}  // namespace

//= DF-5, DF-7
BOOST_AUTO_TEST_CASE(members_of_entries_have_their_types) {
    constexpr bool optional = false;
    check_members(an_entry, {{"format", number},
                             {"bureau", text},
                             {"name", text},
                             {"role", text},
                             {"status", text},
                             {"classes", list},
                             {"suite_floor", number},
                             {"dictionaries", number},
                             {"invalid_from", text, optional},
                             {"valid_until", text, optional},
                             {"limits", json::kind::object, optional},
                             {"parcel_versions", list, optional},
                             {"minimum_software", text, optional},
                             {"languages", list, optional},
                             {"keys", list},
                             {"instances", list}});
    check_members(a_key, {{"purpose", text},
                          {"id", text},
                          {"certificate", text},
                          {"current", json::kind::bool_},
                          {"invalid_from", text, optional}});
    check_members(an_instance, {{"id", text}, {"addresses", list}, {"link_key", text}});
    check_members(the_limits,
                  {{"text_bytes", number, optional}, {"attachment_bytes", number, optional}});
}

//= DF-17, DF-23
BOOST_AUTO_TEST_CASE(members_of_heads_and_roots_have_their_types) {
    check_members(a_head, {{"format", number},
                           {"federation", text},
                           {"root_version", number},
                           {"serial", number},
                           {"issued", text},
                           {"stale_after", text},
                           {"hard_after", text},
                           {"previous_head", text},
                           {"threshold", number},
                           {"entries", list}});
    check_members(a_root, {{"format", number},
                           {"federation", text},
                           {"version", number},
                           {"root_threshold", number},
                           {"root_keys", list},
                           {"head_threshold", number},
                           {"head_keys", list},
                           {"previous_root", text}});
    check_members(a_root_key, {{"id", text}, {"certificate", text}});
    check_members(a_head_key, {{"id", text}, {"certificate", text}});
}

//= DF-3
BOOST_AUTO_TEST_CASE(what_must_be_understood_is_refused_in_every_object) {
    for (const auto* it : {&an_entry, &a_key, &an_instance, &the_limits, &a_head, &a_root,
                           &a_root_key, &a_head_key}) {
        check_critical_members(*it);
    }
    const auto object = json::parse(R"({"must_be_read":1})").as_object();
    const json_members in{object};
    BOOST_TEST(refusal(in.check_unknown({"must_be_read"})) == "");
    BOOST_TEST(refusal(in.check_unknown({"must_be_red"})) == "unknown-critical");
    BOOST_TEST(refusal(in.check_unknown({})) == "unknown-critical");
}

//= DF-1, DF-4
BOOST_AUTO_TEST_CASE(no_document_is_read_that_is_cut_no_object_or_of_another_format) {
    for (const auto* it : {&an_entry, &a_head, &a_root}) {
        BOOST_TEST(it->with("format", 1) == "unsupported-version");
    }
    for (const auto* bad : {"", "null", "[]", "\"text\"", "1", "{", "{}{}"}) {
        BOOST_TEST_CONTEXT(bad) {
            BOOST_TEST(refusal(decode_directory_entry(bad)) == "bad-encoding");
            BOOST_TEST(refusal(decode_directory_head(bad)) == "bad-encoding");
            BOOST_TEST(refusal(decode_directory_root(bad)) == "bad-encoding");
        }
    }
    const auto whole = json::serialize(root());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        BOOST_TEST(refusal(decode_directory_root(whole.substr(0, size))) == "bad-encoding");
    }
}

//= DF-7
BOOST_AUTO_TEST_CASE(lists_of_an_entry_hold_what_they_are_of) {
    for (const auto& value : {json::value(nullptr), json::value(1), json::value(json::array{})}) {
        const auto one = so_many(1, value);
        BOOST_TEST(an_entry.with("classes", one) == "bad-encoding");
        BOOST_TEST(an_entry.with("keys", one) == "bad-encoding");
        BOOST_TEST(an_entry.with("instances", one) == "bad-encoding");
        BOOST_TEST(an_instance.with("addresses", one) == "bad-encoding");
        BOOST_TEST(a_root.with("root_keys", one) == "bad-encoding");
        BOOST_TEST(a_root.with("head_keys", one) == "bad-encoding");
        BOOST_TEST(a_head.with("entries", one) == "bad-encoding");
    }
    BOOST_TEST(an_entry.with("classes", json::array{}) == "");
    BOOST_TEST(an_entry.with("classes", json::array{"FLASH"}) == "out-of-range");
    BOOST_TEST(an_entry.with("classes", json::array{"flash", "flash"}) == "bad-order");
    BOOST_TEST(a_head.with("entries", json::array{"00"}) == "bad-encoding");
}

//= DF-7
BOOST_AUTO_TEST_CASE(every_status_role_and_purpose_comes_back_and_no_other_is_read) {
    for (const auto* it : {"active", "retiring", "suspended", "revoked"}) {
        BOOST_TEST(an_entry.with("status", it) == "");
    }
    for (const auto* it : {"bureau", "hub", "general_secretariat", "court"}) {
        BOOST_TEST(an_entry.with("role", it) == "");
    }
    BOOST_TEST(an_entry.with("status", "Active") == "out-of-range");
    BOOST_TEST(an_entry.with("role", "agency") == "out-of-range");
    BOOST_TEST(a_key.with("purpose", "seal") == "out-of-range");
    auto whole = entry();
    whole["role"] = "court";
    whole["status"] = "suspended";
    whole.at("keys").as_array().at(4).as_object()["purpose"] = "archive";
    const auto value = decode_directory_entry(json::serialize(whole)).value();
    BOOST_TEST((value.role == bureau_role::court));
    BOOST_TEST((value.status == bureau_status::suspended));
    BOOST_TEST((value.keys.at(4).purpose == key_purpose::archive));
    const auto again = json::parse(encode_directory_entry(value)).as_object();
    BOOST_TEST((again.at("role") == "court" && again.at("status") == "suspended"));
}

BOOST_AUTO_TEST_CASE(lists_have_their_bounds) {
    const auto addresses = [](std::size_t count) { return so_many(count, "tls://mu.example:1"); };
    BOOST_TEST(an_instance.with("addresses", addresses(limits::directory_addresses_max)) == "");
    BOOST_TEST(an_instance.with("addresses", addresses(limits::directory_addresses_max + 1)) ==
               "too-long");
    const auto instances = [](std::size_t count) {
        return many_like<instance_id>(an_entry, "instances", count);
    };
    BOOST_TEST(an_entry.with("instances", instances(limits::directory_instances_max)) == "");
    BOOST_TEST(an_entry.with("instances", instances(limits::directory_instances_max + 1)) ==
               "too-long");
    subject no_instances = an_entry;
    no_instances.whole["instances"] = json::array{};
    const auto keys = [](std::size_t count) { return many_like<key_id>(an_entry, "keys", count); };
    BOOST_TEST(no_instances.with("keys", keys(limits::directory_keys_max)) == "");
    BOOST_TEST(no_instances.with("keys", keys(limits::directory_keys_max + 1)) == "too-long");
    for (const auto* name : {"root_keys", "head_keys"}) {
        const auto of_root = [name](std::size_t count) {
            return many_like<key_id>(a_root, name, count);
        };
        BOOST_TEST(a_root.with(name, of_root(limits::root_keys_max)) == "");
        BOOST_TEST(a_root.with(name, of_root(limits::root_keys_max + 1)) == "too-long");
    }
    const auto entries = [](std::size_t count) {
        return so_many(count, json::value(std::string_view{to_hex(digest{}.view())}));
    };
    BOOST_TEST(a_head.with("entries", entries(limits::recipients_max)) == "");
    BOOST_TEST(a_head.with("entries", entries(limits::recipients_max + 1)) == "too-long");
}

//= DF-5
BOOST_AUTO_TEST_CASE(numbers_have_their_bounds) {
    constexpr std::uint64_t exact_max = (std::uint64_t{1} << 53) - 1;
    struct bound {
        const subject* of;
        std::string_view name;
        std::uint64_t max;
    };
    for (const auto& it : {bound{&an_entry, "suite_floor", 0xFF},
                           {&an_entry, "dictionaries", 0xFFFF'FFFF},
                           {&the_limits, "text_bytes", exact_max},
                           {&the_limits, "attachment_bytes", exact_max},
                           {&a_head, "root_version", 0xFFFF'FFFF},
                           {&a_head, "serial", exact_max},
                           {&a_head, "threshold", limits::root_keys_max},
                           {&a_root, "version", 0xFFFF'FFFF},
                           {&a_root, "root_threshold", 5},
                           {&a_root, "head_threshold", 3}}) {
        BOOST_TEST_CONTEXT(it.name) {
            BOOST_TEST(it.of->with(it.name, it.max) == "");
            BOOST_TEST(it.of->with(it.name, it.max + 1) == "out-of-range");
            BOOST_TEST(it.of->with(it.name, ~std::uint64_t{0}) == "out-of-range");
            BOOST_TEST(it.of->with(it.name, -1) == "out-of-range");
        }
    }
    for (const auto* name : {"version", "root_threshold", "head_threshold"}) {
        BOOST_TEST(a_root.with(name, 0) == "out-of-range");
    }
    BOOST_TEST(number_in(json::value(std::uint64_t{7}), 7).value() == 7U);
    BOOST_TEST((number_in(json::value(~std::uint64_t{0}), ~std::uint64_t{0}).value() ==
                ~std::uint64_t{0}));
}

BOOST_AUTO_TEST_CASE(texts_are_clean_and_at_most_one_kib) {
    const std::string longest(limits::short_text_bytes_max, 'n');
    for (const auto& [of, name] :
         {std::pair{&an_entry, "name"}, {&a_head, "federation"}, {&a_root, "federation"}}) {
        BOOST_TEST(of->with(name, longest) == "");
        BOOST_TEST(of->with(name, longest + "n") == "too-long");
        BOOST_TEST(of->with(name, "") == "bad-text");
        BOOST_TEST(of->with(name, "two\nlines") == "bad-text");
    }
    BOOST_TEST(an_entry.with("minimum_software", "99999.99999.99999") == "");
    for (const auto* bad : {"99999.99999.100000", "1..2", ".1.2", "1.2.", "01.2.3", "1.a.2",
                            "1.2.3 ", "1.-2.3", "1/2.3.4", "1.2.3.4", "99999.99999.99999.99999"}) {
        BOOST_TEST_CONTEXT(bad) {
            BOOST_TEST(an_entry.with("minimum_software", bad) == "bad-text");
        }
    }
    BOOST_TEST(an_entry.with("minimum_software", longest + "n") == "too-long");
}

BOOST_AUTO_TEST_CASE(languages_are_a_few_different_codes) {
    const auto with = [](const json::array& codes) { return an_entry.with("languages", codes); };
    BOOST_TEST(with({"en", "swa"}) == "");
    BOOST_TEST(with({}) == "");
    for (const auto* bad : {"", "e", "EN", "engl", "e1", "en "}) {
        BOOST_TEST(with({bad}) == "bad-text", bad);
    }
    BOOST_TEST(with({7}) == "bad-text");
    BOOST_TEST(with({"en", "fr", "en"}) == "duplicate-field");
    json::array many;
    for (char c = 'a'; c < 'a' + 9; ++c) {
        many.emplace_back(std::string{"x"} + c);
    }
    BOOST_TEST(with(many) == "too-long");
}

//= DF-7
BOOST_AUTO_TEST_CASE(addresses_are_of_one_scheme_and_printable) {
    const std::string scheme = "tls://";
    const auto refused = [](const std::string& it) {
        return an_instance.with("addresses", so_many(1, json::value(std::string_view{it})));
    };
    const std::string longest(limits::short_text_bytes_max - scheme.size(), 'h');
    BOOST_TEST(refused(scheme + longest) == "");
    BOOST_TEST(refused(scheme + longest + "h") == "bad-text");
    for (const auto* bad : {"a b", "a\tb", "a\x7F", "m\xC3\xBC.example", " "}) {
        BOOST_TEST_CONTEXT(bad) { BOOST_TEST(refused(scheme + bad) == "bad-text"); }
    }
    BOOST_TEST(refused("tcp://mu.example:4711") == "bad-text");
    BOOST_TEST(refused("") == "bad-text");
}

//= DF-8
BOOST_AUTO_TEST_CASE(an_instance_stands_once_and_has_a_link_key_of_its_bureau) {
    const auto& keys = an_entry.whole.at("keys").as_array();
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const bool is_link = keys[i].at("purpose") == "link";
        BOOST_TEST(an_instance.with("link_key", keys[i].at("id")) ==
                   (is_link ? "" : "unknown-key"));
    }
    BOOST_TEST(an_instance.with("link_key", to_hex(key_id{}.view())) == "unknown-key");
    const auto instance = an_entry.whole.at("instances").at(0);
    BOOST_TEST(an_entry.with("instances", json::array{instance, instance}) == "duplicate-field");
    for (const auto* bad : {"", "00", "zz", "4913484F4CE2FDFC86AC9EDEE0F7B2492B4C0D2A"}) {
        BOOST_TEST(an_instance.with("link_key", bad) == "bad-encoding");
        BOOST_TEST(an_instance.with("id", bad) == "bad-encoding");
        BOOST_TEST(a_key.with("id", bad) == "bad-encoding");
        BOOST_TEST(a_root.with("previous_root", bad) == "bad-encoding");
    }
}

BOOST_AUTO_TEST_CASE(certificates_have_one_byte_to_four_kib) {
    for (const auto* it : {&a_key, &a_root_key, &a_head_key}) {
        BOOST_TEST(it->with("certificate", certificate_of(1)) == "");
        BOOST_TEST(it->with("certificate", certificate_of(limits::certificate_bytes_max)) == "");
        for (const std::size_t more : {1U, 2U, 3U}) {
            BOOST_TEST(it->with("certificate", certificate_of(limits::certificate_bytes_max +
                                                              more)) == "too-long");
        }
        BOOST_TEST(it->with("certificate", "") == "bad-encoding");
        BOOST_TEST(it->with("certificate", "Zg=") == "bad-encoding");
    }
}

BOOST_AUTO_TEST_CASE(times_are_whole_and_in_order) {
    for (const auto* name : {"invalid_from", "valid_until"}) {
        BOOST_TEST(an_entry.with(name, "2026-11-24") == "bad-encoding");
    }
    BOOST_TEST(a_key.with("invalid_from", "2026-11-24T25:00:00.000Z") == "bad-encoding");
    const auto stale = a_head.get("stale_after");
    const auto hard = a_head.get("hard_after");
    BOOST_TEST(a_head.with("issued", stale) == "");
    BOOST_TEST(a_head.with("issued", hard) == "bad-order");
    BOOST_TEST(a_head.with("stale_after", hard) == "");
    BOOST_TEST(a_head.with("stale_after", "2999-01-01T00:00:00.000Z") == "bad-order");
}

//= DF-18
BOOST_AUTO_TEST_CASE(a_directory_is_refused_with_the_error_of_its_part) {
    const auto assembled = [](const document& head_json, const std::string& entry_json) {
        auto whole = head_json;
        const auto digest = hash.sha256({as_bytes(entry_json)});
        whole["entries"] = json::array{to_hex(digest.view())};
        const std::vector<std::string> entries{entry_json};
        return refusal(assemble_directory(json::serialize(whole), entries, hash));
    };
    const auto good = json::serialize(entry());
    BOOST_TEST(assembled(head(), good) == "");
    BOOST_TEST(assembled(head(), "{}") == "missing-field");
    BOOST_TEST(assembled(head(), good.substr(1)) == "bad-encoding");
    auto later = head();
    later["format"] = 1;
    BOOST_TEST(assembled(later, good) == "unsupported-version");
    BOOST_TEST(refusal(assemble_directory("", {}, hash)) == "bad-encoding");
}

//= DF-5
BOOST_AUTO_TEST_CASE(members_are_read_by_type_or_refused) {
    const auto object = json::parse(R"({"yes":true,"text":"t","in":{"a":1}})").as_object();
    const json_members in{object};
    BOOST_TEST(in.boolean("yes").value());
    BOOST_TEST(refusal(in.boolean("text")) == "bad-encoding");
    BOOST_TEST(refusal(in.boolean("no")) == "missing-field");
    BOOST_TEST(in.object("in")->number("a", 1).value() == 1U);
    BOOST_TEST(refusal(in.object("yes")) == "bad-encoding");
    BOOST_TEST(refusal(in.object("no")) == "missing-field");
    BOOST_TEST(refusal(in.hex<key_id>("no")) == "missing-field");
    BOOST_TEST(refusal(in.hex<digest>("yes")) == "bad-encoding");
    BOOST_TEST(refusal(in.binary("no", 1)) == "missing-field");
    BOOST_TEST(refusal(in.time("no")) == "missing-field");
}

BOOST_AUTO_TEST_SUITE_END()
