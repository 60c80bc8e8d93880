// Fields of content, receipt, header and audit log: cut, lengthened, at their bounds and above.
// Way of the message: none; a test.
// Pure.
// Spec: docs/parcel-format.md, docs/audit-format.md. Tests: it is one; vectors are read elsewhere.
// Limits: none.
#include "protocol/audit.hpp"
#include "protocol/bytes.hpp"
#include "protocol/content.hpp"
#include "protocol/header.hpp"
#include "protocol/limits.hpp"
#include "protocol/receipt.hpp"
#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

using namespace dhow::protocol;
using dhow::tests::refusal;

BOOST_AUTO_TEST_SUITE(field_bounds_test)

namespace {

/// Fields in the order in which they stand.
using fields = std::vector<std::pair<std::uint8_t, bytes>>;

bytes text(std::string_view from) { return to_bytes(as_bytes(from)); }

bytes number(std::uint64_t value) { return writer{}.varint(value).take(); }

bytes encoded(const fields& from) {
    writer out;
    for (const auto& [tag, value] : from) {
        out.u8(tag).sized(byte_view{value});
    }
    return out.take();
}

fields with(fields from, std::uint8_t tag, const bytes& value) {
    const auto found = std::ranges::find(from, tag, &fields::value_type::first);
    BOOST_REQUIRE((found != from.end()));
    found->second = value;
    return from;
}

fields without(fields from, std::uint8_t tag) {
    std::erase_if(from, [tag](const auto& it) { return it.first == tag; });
    return from;
}

/// A structure of fields: a good one and how a changed one is refused.
struct subject {
    std::string_view name;
    fields whole;
    std::function<std::string(const fields&)> refused;

    [[nodiscard]] std::string with(std::uint8_t tag, const bytes& value) const {
        return refused(field_bounds_test::with(whole, tag, value));
    }
};

bytes versioned(byte_view rest) { return writer{}.u8(format_version).raw(rest).take(); }

// Contents --------------------------------------------------------------------------------------

constexpr std::uint8_t file_name_tag = 0x81;
constexpr std::uint8_t file_type_tag = 0x82;
constexpr std::uint8_t plain_bytes_tag = 0x83;
constexpr std::uint8_t sealed_digest_tag = 0x84;
constexpr std::uint8_t key_tag = 0x85;
constexpr std::uint8_t pieces_tag = 0x86;

constexpr std::uint8_t kind_tag = 0x81;
constexpr std::uint8_t agency_tag = 0x82;
constexpr std::uint8_t subject_tag = 0x83;
constexpr std::uint8_t type_tag = 0x84;
constexpr std::uint8_t text_tag = 0x85;
constexpr std::uint8_t recipient_tag = 0x86;
constexpr std::uint8_t attachment_tag = 0x87;

fields attachment_of(std::uint64_t plain_bytes) {
    return {{file_name_tag, text("scan.pdf")},
            {file_type_tag, text("application/pdf")},
            {plain_bytes_tag, number(plain_bytes)},
            {sealed_digest_tag, bytes(digest::size_bytes, 0x5D)},
            {key_tag, bytes(32, 0x4B)},
            {pieces_tag, bytes(piece_count(plain_bytes) * digest::size_bytes, 0x11)}};
}

fields whole_content() {
    return {{kind_tag, text("hit.request")},
            {agency_tag, text("A")},
            {subject_tag, text("A subject")},
            {type_tag, text("text/plain")},
            {text_tag, text("Some text")},
            {recipient_tag, text("MU")},
            {attachment_tag, encoded(attachment_of(1000))}};
}

std::string refused_content(const fields& from) {
    return refusal(decode_content(versioned(encoded(from))));
}

std::string refused_attachment(const fields& from) {
    return refused_content(with(whole_content(), attachment_tag, encoded(from)));
}

std::string refused_with_attachments(const std::vector<fields>& attachments) {
    auto all = without(whole_content(), attachment_tag);
    for (const auto& each : attachments) {
        all.emplace_back(attachment_tag, encoded(each));
    }
    return refused_content(all);
}

const subject a_content{"content", whole_content(), refused_content};
const subject an_attachment{"attachment", attachment_of(1000), refused_attachment};

// Receipts --------------------------------------------------------------------------------------

constexpr std::uint8_t issuer_tag = 0x81;
constexpr std::uint8_t origin_tag = 0x82;
constexpr std::uint8_t outcome_tag = 0x83;

constexpr std::uint8_t id_tag = 0x81;
constexpr std::uint8_t attempt_tag = 0x82;
constexpr std::uint8_t outcome_recipient_tag = 0x83;
constexpr std::uint8_t outcome_kind_tag = 0x84;
constexpr std::uint8_t at_tag = 0x85;
constexpr std::uint8_t seal_digest_tag = 0x86;
constexpr std::uint8_t on_disk_tag = 0x87;
constexpr std::uint8_t reason_tag = 0x88;
constexpr std::uint8_t outcome_agency_tag = 0x89;

fields whole_outcome() {
    return {{id_tag, bytes(message_id::size_bytes, 0x1D)},
            {attempt_tag, {1}},
            {outcome_recipient_tag, text("KE")},
            {outcome_kind_tag, {static_cast<std::uint8_t>(outcome_kind::taken)}},
            {at_tag, number(1'795'543'798'123)},
            {seal_digest_tag, bytes(digest::size_bytes, 0x5E)},
            {on_disk_tag, bytes(2 * digest::size_bytes, 0x0D)},
            {reason_tag, number(303)},
            {outcome_agency_tag, text("Agency A")}};
}

fields whole_receipt() {
    return {{issuer_tag, text("MU")},
            {origin_tag, text("ZW")},
            {outcome_tag, encoded(whole_outcome())}};
}

std::string refused_receipt(const fields& from) {
    return refusal(decode_receipt_content(versioned(encoded(from))));
}

std::string refused_outcome(const fields& from) {
    return refused_receipt(with(whole_receipt(), outcome_tag, encoded(from)));
}

const subject a_receipt{"receipt", whole_receipt(), refused_receipt};
const subject an_outcome{"outcome", whole_outcome(), refused_outcome};

// Headers and audit log -------------------------------------------------------------------------

constexpr std::uint8_t class_tag = 0x83;
constexpr std::uint8_t created_tag = 0x84;
constexpr std::uint8_t time_to_live_tag = 0x85;
constexpr std::uint8_t clock_tag = 0x86;
constexpr std::uint8_t hop_limit_tag = 0x87;
constexpr std::uint8_t object_tag = 0x88;
constexpr std::uint8_t supersedes_tag = 0x89;
constexpr std::uint8_t cancels_tag = 0x8A;
constexpr std::uint8_t lockbox_root_tag = 0x8B;

bytes id_of(std::uint8_t last) {
    bytes out(message_id::size_bytes, 0x80);
    out[6] = 0x70;
    out[15] = last;
    return out;
}

bytes object_of(std::uint8_t last, std::uint64_t size) {
    bytes sealed_digest(digest::size_bytes, 0x0B);
    sealed_digest.back() = last;
    return writer{}.raw(sealed_digest).u8(3).varint(size).take();
}

fields whole_header() {
    return {{id_tag, id_of(0)},
            {origin_tag, text("ZW")},
            {class_tag, {2}},
            {created_tag, number(1'795'543'798'123)},
            {time_to_live_tag, number(3600)},
            {clock_tag, {1}},
            {hop_limit_tag, {4}},
            {object_tag, object_of(0, 2000)},
            {supersedes_tag, id_of(1)},
            {cancels_tag, id_of(2)},
            {lockbox_root_tag, bytes(digest::size_bytes, 0x22)}};
}

std::string refused_header(const fields& from) {
    return refusal(
        decode_header(writer{}.u8(format_version).u8(suite_p256).raw(encoded(from)).take()));
}

const subject a_header{"header", whole_header(), refused_header};

audit_leaf some_leaf() {
    audit_leaf out;
    out.at = utc_time{milliseconds{1'795'543'798'123}};
    out.what = "handed_over-again";
    out.message = digest{};
    out.recipient = digest{};
    out.detail = digest{};
    out.code = 303;
    return out;
}

audit_statement some_statement() {
    audit_statement out;
    out.bureau = bureau_id::parse("MU").value();
    out.checkpoint.tree_size = 9;
    out.at = utc_time{milliseconds{1'795'543'798'123}};
    return out;
}

/// The fields behind a version byte.
fields fields_of(byte_view encoded_whole) {
    fields out;
    for (reader in{encoded_whole.subspan(1)}; !in.empty();) {
        const auto tag = in.u8().value();
        out.emplace_back(tag, to_bytes(in.sized(encoded_whole.size()).value()));
    }
    return out;
}

const subject a_leaf{"leaf", fields_of(encode_audit_leaf(some_leaf())), [](const fields& from) {
                         return refusal(decode_audit_leaf(versioned(encoded(from))));
                     }};
const subject a_statement{
    "statement", fields_of(encode_audit_statement(some_statement())),
    [](const fields& from) { return refusal(decode_audit_statement(versioned(encoded(from)))); }};

const std::array all_subjects{&a_content, &an_attachment, &a_receipt,  &an_outcome,
                              &a_header,  &a_leaf,        &a_statement};

void check_fixed_size(const subject& of, std::uint8_t tag, std::size_t size) {
    BOOST_TEST_CONTEXT(of.name << " tag " << int{tag}) {
        for (const auto wrong : {std::size_t{0}, size - 1, size + 1}) {
            BOOST_TEST(of.with(tag, bytes(wrong, 0x01)) == "bad-encoding");
        }
    }
}

void check_number(const subject& of, std::uint8_t tag) {
    BOOST_TEST_CONTEXT(of.name << " tag " << int{tag}) {
        BOOST_TEST(of.with(tag, {}) == "truncated");
        BOOST_TEST(of.with(tag, {0x81}) == "truncated");
        BOOST_TEST(of.with(tag, {0x81, 0x00}) == "bad-encoding");
        BOOST_TEST(of.with(tag, {0x01, 0x00}) == "trailing-bytes");
    }
}

void check_short_text(const subject& of, std::uint8_t tag) {
    BOOST_TEST_CONTEXT(of.name << " tag " << int{tag}) {
        BOOST_TEST(of.with(tag, bytes(limits::short_text_bytes_max, 't')) == "");
        BOOST_TEST(of.with(tag, bytes(limits::short_text_bytes_max + 1, 't')) == "too-long");
        BOOST_TEST(of.with(tag, {}) == "bad-text");
        BOOST_TEST(of.with(tag, text("two\nlines")) == "bad-text");
        BOOST_TEST(of.with(tag, text("\xE2\x80\xAE")) == "bad-text");
        BOOST_TEST(of.with(tag, text("\xC3(")) == "bad-text");
    }
}

void check_bureau(const subject& of, std::uint8_t tag) {
    BOOST_TEST_CONTEXT(of.name << " tag " << int{tag}) {
        BOOST_TEST(of.with(tag, text("ABCDEFGH")) == "");
        for (const auto* bad : {"", "mu", "M-U", "ABCDEFGHI"}) {
            BOOST_TEST(of.with(tag, text(bad)) == "bad-text");
        }
    }
}

}  // namespace

//= PF-1, PF-3, PF-4, PF-5
BOOST_AUTO_TEST_CASE(every_structure_refuses_twice_out_of_order_and_unknown_critical) {
    for (const auto* of : all_subjects) {
        BOOST_TEST_CONTEXT(of->name) {
            BOOST_TEST(of->refused(of->whole) == "");
            BOOST_TEST(of->refused({}) == "missing-field");
            auto twice = of->whole;
            twice.insert(twice.begin(), twice.front());
            BOOST_TEST(of->refused(twice) == "duplicate-field");
            auto swapped = of->whole;
            std::swap(swapped[0], swapped[1]);
            BOOST_TEST(of->refused(swapped) == "bad-order");
            auto later = of->whole;
            later.emplace_back(0xFE, bytes{});
            BOOST_TEST(of->refused(later) == "unknown-critical");
            auto tolerated = of->whole;
            tolerated.insert(tolerated.begin(), {0x01, bytes{1}});
            BOOST_TEST(of->refused(tolerated) == "");
        }
    }
}

BOOST_AUTO_TEST_CASE(values_of_fixed_size_have_exactly_that_size) {
    check_fixed_size(an_attachment, sealed_digest_tag, digest::size_bytes);
    check_fixed_size(an_attachment, key_tag, 32);
    check_fixed_size(an_outcome, id_tag, message_id::size_bytes);
    check_fixed_size(an_outcome, attempt_tag, 1);
    check_fixed_size(an_outcome, outcome_kind_tag, 1);
    check_fixed_size(an_outcome, seal_digest_tag, digest::size_bytes);
    check_fixed_size(a_header, id_tag, message_id::size_bytes);
    check_fixed_size(a_header, class_tag, 1);
    check_fixed_size(a_header, clock_tag, 1);
    check_fixed_size(a_header, hop_limit_tag, 1);
    check_fixed_size(a_header, supersedes_tag, message_id::size_bytes);
    check_fixed_size(a_header, cancels_tag, message_id::size_bytes);
    check_fixed_size(a_header, lockbox_root_tag, digest::size_bytes);
    for (const auto* of : {&a_leaf, &a_statement}) {
        for (const auto& [tag, value] : of->whole) {
            if (value.size() == digest::size_bytes || value.size() == instance_id::size_bytes) {
                check_fixed_size(*of, tag, value.size());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(numbers_have_one_form_and_end_with_their_field) {
    check_number(an_attachment, plain_bytes_tag);
    check_number(an_outcome, at_tag);
    check_number(an_outcome, reason_tag);
    check_number(a_header, created_tag);
    check_number(a_header, time_to_live_tag);
    for (const auto& [tag, value] : a_statement.whole) {
        if (value.size() != 2 && value.size() < instance_id::size_bytes) {
            check_number(a_statement, tag);  // all but the bureau, two letters
        }
    }
    constexpr std::uint64_t year_9999_end_ms = 253'402'300'799'999;
    for (const auto& [of, tag] : {std::pair{&an_outcome, at_tag}, {&a_header, created_tag}}) {
        BOOST_TEST(of->with(tag, number(year_9999_end_ms)) == "");
        BOOST_TEST(of->with(tag, number(year_9999_end_ms + 1)) == "out-of-range");
    }
    BOOST_TEST(an_outcome.with(reason_tag, number(0xFFFF)) == "");
    BOOST_TEST(an_outcome.with(reason_tag, number(0x1'0000)) == "out-of-range");
    BOOST_TEST(an_outcome.with(reason_tag, number(0)) == "bad-encoding");
    BOOST_TEST(an_outcome.with(attempt_tag, {0}) == "bad-encoding");
}

//= PF-50, PF-52
BOOST_AUTO_TEST_CASE(names_are_clean_not_empty_and_at_most_one_kib) {
    for (const auto tag : {kind_tag, agency_tag, subject_tag, type_tag}) {
        check_short_text(a_content, tag);
    }
    check_short_text(an_attachment, file_name_tag);
    check_short_text(an_attachment, file_type_tag);
    check_short_text(an_outcome, outcome_agency_tag);
    for (const auto* bad : {".", "..", "a/b", "a\\b"}) {
        BOOST_TEST(an_attachment.with(file_name_tag, text(bad)) == "bad-text");
    }
    BOOST_TEST(an_attachment.with(file_name_tag, text("...")) == "");
}

//= PF-7
BOOST_AUTO_TEST_CASE(bureaus_are_written_the_same_everywhere) {
    check_bureau(a_content, recipient_tag);
    check_bureau(a_receipt, issuer_tag);
    check_bureau(a_receipt, origin_tag);
    check_bureau(an_outcome, outcome_recipient_tag);
    check_bureau(a_header, origin_tag);
    BOOST_TEST(an_outcome.with(outcome_recipient_tag, text("MU")) == "bad-encoding");
}

//= PF-51
BOOST_AUTO_TEST_CASE(attachments_have_their_bounds_alone_and_together) {
    constexpr auto most = limits::attachment_bytes_max;
    BOOST_TEST(refused_with_attachments({attachment_of(most)}) == "");
    BOOST_TEST(an_attachment.with(plain_bytes_tag, number(most + 1)) == "out-of-range");
    BOOST_TEST(refused_with_attachments({attachment_of(most - 1), attachment_of(1)}) == "");
    BOOST_TEST(refused_with_attachments({attachment_of(most), attachment_of(1)}) == "too-long");
    std::vector<fields> many(limits::attachments_max, attachment_of(0));
    BOOST_TEST(refused_with_attachments(many) == "");
    many.push_back(attachment_of(0));
    BOOST_TEST(refused_with_attachments(many) == "too-long");
    for (const std::size_t digests : {0U, 2U}) {
        BOOST_TEST(an_attachment.with(pieces_tag, bytes(digests * digest::size_bytes)) ==
                   "bad-encoding");
    }
    BOOST_TEST(an_attachment.with(pieces_tag, bytes(digest::size_bytes + 1)) == "bad-encoding");
}

BOOST_AUTO_TEST_CASE(contents_and_receipts_have_their_bounds) {
    const auto padded = [](const fields& from, std::size_t size) {
        auto out = from;
        out.insert(out.begin(), {0x01, bytes(size)});
        return versioned(encoded(out));
    };
    const auto overhead = [&](const fields& from, std::size_t size) {
        return padded(from, size).size() - size;
    };
    constexpr auto content_max = limits::sealed_text_bytes_max;
    const auto content_rest = content_max - overhead(a_content.whole, content_max - 1000);
    BOOST_TEST(padded(a_content.whole, content_rest).size() == content_max);
    BOOST_TEST(refusal(decode_content(padded(a_content.whole, content_rest))) == "");
    BOOST_TEST(refusal(decode_content(padded(a_content.whole, content_rest + 1))) == "too-long");
    constexpr auto receipt_max = limits::receipt_bytes_max;
    const auto receipt_rest = receipt_max - overhead(a_receipt.whole, receipt_max - 1000);
    BOOST_TEST(refusal(decode_receipt_content(padded(a_receipt.whole, receipt_rest))) == "");
    BOOST_TEST(refusal(decode_receipt_content(padded(a_receipt.whole, receipt_rest + 1))) ==
               "too-long");
    BOOST_TEST(refusal(decode_receipt_content({})) == "truncated");
    BOOST_TEST(refusal(decode_content({})) == "truncated");
    BOOST_TEST(refusal(decode_content(bytes{1})) == "unsupported-version");
    BOOST_TEST(refusal(decode_receipt_content(bytes{1})) == "unsupported-version");
}

//= PF-61, PF-62
BOOST_AUTO_TEST_CASE(outcomes_name_whole_digests_and_a_kind_that_exists) {
    const auto digests = [](std::size_t size) { return bytes(size); };
    constexpr auto most = (limits::attachments_max + 1) * digest::size_bytes;
    BOOST_TEST(an_outcome.with(on_disk_tag, digests(most)) == "");
    BOOST_TEST(an_outcome.with(on_disk_tag, digests(most + digest::size_bytes)) == "too-long");
    for (const std::size_t size : {0U, 1U, 31U, 33U, 65U}) {
        BOOST_TEST(an_outcome.with(on_disk_tag, digests(size)) == "bad-encoding");
    }
    constexpr auto last = static_cast<std::uint8_t>(outcome_kind::removed);
    for (std::uint8_t kind = 1; kind <= last; ++kind) {
        BOOST_TEST(an_outcome.with(outcome_kind_tag, {kind}) == "");
        BOOST_TEST(to_text(static_cast<outcome_kind>(kind)) != "unknown");
    }
    BOOST_TEST(an_outcome.with(outcome_kind_tag, {0}) == "out-of-range");
    BOOST_TEST(an_outcome.with(outcome_kind_tag, {last + 1}) == "out-of-range");
}

//= PF-14
BOOST_AUTO_TEST_CASE(objects_of_a_header_are_whole_and_bounded_together) {
    const auto good = object_of(0, 200);
    for (std::size_t size = 0; size < good.size(); ++size) {
        BOOST_TEST(a_header.with(object_tag, to_bytes(byte_view{good}.first(size))) == "truncated");
    }
    auto longer = good;
    longer.push_back(0);
    BOOST_TEST(a_header.with(object_tag, longer) == "trailing-bytes");
    const auto two_of = [](std::uint64_t first, std::uint64_t second) {
        auto out = with(whole_header(), object_tag, object_of(0, first));
        const auto place = std::ranges::find(out, object_tag, &fields::value_type::first);
        out.insert(place + 1, {object_tag, object_of(1, second)});
        return refused_header(out);
    };
    constexpr std::uint64_t most =
        limits::attachment_bytes_max +
        (limits::attachment_bytes_max / limits::piece_bytes + limits::attachments_max) *
            limits::piece_overhead_bytes_max;
    BOOST_TEST(two_of(most - 1, 1) == "");
    BOOST_TEST(two_of(most, 1) == "too-long");
    BOOST_TEST(two_of(most + 1, 1) == "out-of-range");
    BOOST_TEST(a_header.with(class_tag, {3}) == "");
    BOOST_TEST(a_header.with(class_tag, {4}) == "out-of-range");
}

//= AF-2
BOOST_AUTO_TEST_CASE(what_happened_is_a_name_of_small_letters_and_dashes) {
    const auto refused = [](std::string what) {
        auto leaf = some_leaf();
        leaf.what = std::move(what);
        return refusal(decode_audit_leaf(encode_audit_leaf(leaf)));
    };
    for (const auto* good : {"a", "z", "-", "_", "too_late", "clock-jumped"}) {
        BOOST_TEST(refused(good) == "");
    }
    for (const auto* bad : {"", "A", "a b", "a1", "a{", "`", "a\n", "\xC3\xA9"}) {
        BOOST_TEST(refused(bad) == "bad-text");
    }
    BOOST_TEST(refused(std::string(limits::audit_name_bytes_max, 'n')) == "");
    BOOST_TEST(refused(std::string(limits::audit_name_bytes_max + 1, 'n')) == "bad-text");
}

BOOST_AUTO_TEST_SUITE_END()
