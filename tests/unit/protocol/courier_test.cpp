// Courier bundles: letters, heads, layouts, cells and records, and what is refused of them.
// Way of the message: none; a test.
// Pure.
// Spec: docs/courier-format.md. Tests: it is one.
// Limits: none.
#include "protocol/courier.hpp"

#include "protocol/limits.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace dhow::protocol;

BOOST_AUTO_TEST_SUITE(courier_test)

namespace {

bureau_id bureau(std::string_view text) { return bureau_id::parse(text).value(); }

template <class Value>
errc refusal(const result<Value>& what) {
    return what ? errc{} : errc_of(what.error());
}

courier_letter a_letter() {
    courier_letter out;
    out.key.fill(7);
    out.instance.value[0] = 1;
    out.epoch = 300;
    custody_receipt first;
    first.bundle.value[15] = 9;
    first.on_disk = {{0, 0}, {2, 9}, {11, 300'000}};
    first.exceptions = {{1, {}, errc::expired},
                        {2, bureau("KE"), errc::no_route},
                        {2, bureau("MU"), errc::loop},
                        {10, {}, errc::busy}};
    custody_receipt second;
    second.bundle.value[15] = 10;
    out.receipts = {first, second};
    return out;
}

offer_frame a_text(std::uint64_t bytes_of_body, std::size_t preamble = 400) {
    offer_frame out;
    out.kind = object_kind::text;
    out.cls = message_class::urgent;
    out.attempt = 1;
    out.hops = 2;
    out.age = milliseconds{12'345};
    out.object.value[3] = 5;
    out.body_bytes = bytes_of_body;
    out.preamble = bytes(preamble, 3);
    return out;
}

offer_frame an_attachment(std::uint64_t bytes_of_body) {
    offer_frame out;
    out.kind = object_kind::attachment;
    out.cls = message_class::bulk;
    out.object.value[3] = 6;
    out.body_bytes = bytes_of_body;
    out.origin = bureau("MU");
    out.id.value[0] = 4;
    return out;
}

}  // namespace

namespace {

/// The cells of one record, as an exporter cuts them.
std::vector<courier_cell> cut(std::uint32_t record, const bytes& stream) {
    std::vector<courier_cell> out;
    constexpr auto room = limits::courier_cell_payload_bytes;
    for (std::size_t at = 0; at < stream.size(); at += room) {
        courier_cell cell;
        cell.place = static_cast<std::uint32_t>(out.size());
        cell.record = record;
        cell.is_first = at == 0;
        const auto size = std::min(room, stream.size() - at);
        const auto from = stream.begin() + static_cast<std::ptrdiff_t>(at);
        cell.payload.assign(from, from + static_cast<std::ptrdiff_t>(size));
        cell.is_last = at + size == stream.size();
        out.push_back(std::move(cell));
    }
    return out;
}

bytes stream_of(const offer_frame& offer, std::uint64_t first, const bytes& slice) {
    auto out = encode_record_head({offer, first, slice.size()});
    out.insert(out.end(), slice.begin(), slice.end());
    return out;
}

}  // namespace

//= CF-4, CF-5
BOOST_AUTO_TEST_CASE(a_letter_comes_back_as_it_was) {
    for (const auto& letter : {courier_letter{}, a_letter()}) {
        const auto encoded = encode_letter(letter);
        const auto decoded = decode_letter(encoded);
        BOOST_REQUIRE(decoded);
        BOOST_TEST((*decoded == letter));
        BOOST_TEST((encode_letter(*decoded) == encoded));
    }
}

BOOST_AUTO_TEST_CASE(every_truncation_of_a_letter_is_refused_or_is_a_shorter_letter) {
    const auto encoded = encode_letter(a_letter());
    for (std::size_t size = 0; size < encoded.size(); ++size) {
        const auto decoded = decode_letter(byte_view{encoded}.first(size));
        if (decoded) {  // Receipts are a list: without the last ones it is a letter too.
            BOOST_TEST(decoded->receipts.size() < 2);
        }
    }
}

BOOST_AUTO_TEST_CASE(receipts_that_contradict_themselves_are_refused) {
    const auto refused = [](auto change) {
        auto letter = a_letter();
        change(letter.receipts.front());
        return refusal(decode_letter(encode_letter(letter)));
    };
    // A record that is there and is refused as a whole; one that is not there, refused for one.
    BOOST_TEST(
        (refused([](auto& one) { one.exceptions = {{2, {}, errc::busy}}; }) == errc::out_of_range));
    BOOST_TEST((refused([](auto& one) { one.exceptions = {{1, bureau("KE"), errc::busy}}; }) ==
                errc::out_of_range));
    BOOST_TEST(
        (refused([](auto& one) { one.exceptions = {{1, {}, errc{}}}; }) == errc::out_of_range));
    BOOST_TEST((refused([](auto& one) {
                    one.exceptions = {{10, {}, errc::busy}, {1, {}, errc::busy}};
                }) == errc::bad_order));
    BOOST_TEST((refused([](auto& one) {
                    one.exceptions = {{1, {}, errc::busy}, {1, {}, errc::busy}};
                }) == errc::bad_order));
    BOOST_TEST((refused([](auto& one) {
                    one.on_disk = {{0, limits::courier_records_max}};
                    one.exceptions.clear();
                }) == errc::out_of_range));
}

BOOST_AUTO_TEST_CASE(a_letter_has_its_bounds) {
    courier_letter many;
    many.receipts.resize(limits::courier_receipts_max + 1);
    BOOST_TEST((refusal(decode_letter(encode_letter(many))) == errc::too_long));
    BOOST_TEST(
        (refusal(decode_letter(bytes(limits::courier_letter_bytes_max + 1))) == errc::too_long));
    auto other = encode_letter(a_letter());
    other[0] = 1;
    BOOST_TEST((refusal(decode_letter(other)) == errc::unsupported_version));
    // A count that promises more than there is takes no memory and is refused.
    custody_receipt receipt;
    auto encoded = encode_letter({.receipts = {receipt}});
    encoded[encoded.size() - 2] = 0x7f;
    BOOST_TEST((refusal(decode_letter(encoded)) == errc::out_of_range));
    BOOST_TEST(encoded_bytes(a_letter().receipts.front()) < 100U);
}

//= CF-2
BOOST_AUTO_TEST_CASE(the_head_of_a_volume_is_exact) {
    const volume_head head{400, 900};
    const auto encoded = encode_volume_head(head);
    BOOST_TEST(encoded.size() == volume_head::size_bytes);
    BOOST_TEST((decode_volume_head(encoded).value() == head));
    for (std::size_t bit = 0; bit < 8 * 8; ++bit) {
        auto other = encoded;
        other[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        BOOST_TEST((refusal(decode_volume_head(other)) == errc::bad_encoding));
    }
    BOOST_TEST((refusal(decode_volume_head(encode_volume_head({0, 900}))) == errc::out_of_range));
    BOOST_TEST((refusal(decode_volume_head(encode_volume_head({1, 0}))) == errc::out_of_range));
    BOOST_TEST((refusal(decode_volume_head(encode_volume_head({0xffff'ffff, 0xffff'ffff}))) ==
                errc::too_long));
    BOOST_TEST((refusal(decode_volume_head(byte_view{encoded}.first(15))) == errc::truncated));
}

BOOST_AUTO_TEST_CASE(a_volume_is_found_from_both_ends_and_when_it_is_cut_off) {
    const volume_head head{400, 900};
    const std::uint64_t ends = volume_head::size_bytes + head.letter_bytes();
    const auto whole = 2 * ends + 5 * sealed_cell_bytes();
    const auto front = layout_from_front(head, whole);
    BOOST_TEST(front.is_whole);
    BOOST_TEST(front.cells == 5U);
    BOOST_TEST(front.cells_at == ends);
    const auto back = layout_from_back(head, whole);
    BOOST_REQUIRE(back);
    BOOST_TEST(back->cells == 5U);
    BOOST_TEST(back->letter_at + ends == whole);
    const auto cut_off = layout_from_front(head, ends + 3 * sealed_cell_bytes() + 17);
    BOOST_TEST(!cut_off.is_whole);
    BOOST_TEST(cut_off.cells == 3U);
    BOOST_TEST(layout_from_front(head, 10).cells == 0U);
    BOOST_TEST(!layout_from_back(head, whole - 1));
    BOOST_TEST(!layout_from_back(head, 10));
    BOOST_TEST(cells_that_fit(whole, head.letter_bytes()) == 5U);
    BOOST_TEST(cells_that_fit(whole - 1, head.letter_bytes()) == 4U);
    BOOST_TEST(cells_that_fit(10, head.letter_bytes()) == 0U);
}

BOOST_AUTO_TEST_CASE(a_sealed_cell_fits_a_block_of_a_stick) {
    BOOST_TEST(sealed_cell_bytes() > limits::courier_cell_plain_bytes);
    BOOST_TEST(sealed_cell_bytes() <= 4096U);
}

//= CF-9
BOOST_AUTO_TEST_CASE(counts_are_padded_by_at_most_an_eighth) {
    for (std::uint64_t count = 0; count < 70'000; count += 1 + count / 50) {
        const auto padded = padded_count(count);
        BOOST_TEST(padded >= count);
        BOOST_TEST(padded - count <= count / 8 + 1);
        BOOST_TEST(padded_count(padded) == padded);
    }
    BOOST_TEST(padded_count(1'000'001) == 1'015'808U);
}

//= CF-7
BOOST_AUTO_TEST_CASE(cells_come_back_as_they_were) {
    courier_cell cell{3, 17, 5, true, false, bytes(100, 9)};
    BOOST_TEST(encode_cell(cell).size() == limits::courier_cell_plain_bytes);
    BOOST_TEST((decode_cell(encode_cell(cell)).value() == cell));
    cell.payload.assign(limits::courier_cell_payload_bytes, 1);
    BOOST_TEST((decode_cell(encode_cell(cell)).value() == cell));
    const courier_cell empty{1, 0, courier_cell::filler, false, false, {}};
    BOOST_TEST((decode_cell(encode_cell(empty)).value() == empty));
}

BOOST_AUTO_TEST_CASE(cells_that_no_exporter_makes_are_refused) {
    const courier_cell good{3, 17, 5, true, true, bytes(100, 9)};
    const auto refused = [&](std::size_t at, std::uint8_t value) {
        auto encoded = encode_cell(good);
        encoded[at] = value;
        return refusal(decode_cell(encoded));
    };
    BOOST_TEST((refused(3, 0) == errc::out_of_range));      // Volume 0.
    BOOST_TEST((refused(0, 1) == errc::out_of_range));      // Volume 16 million.
    BOOST_TEST((refused(8, 1) == errc::out_of_range));      // Record 16 million.
    BOOST_TEST((refused(12, 4) == errc::bad_encoding));     // An unknown kind.
    BOOST_TEST((refused(13, 0xff) == errc::out_of_range));  // A length beyond the cell.
    BOOST_TEST((refused(14, 0) == errc::bad_encoding));     // Nothing in it, and no filler.
    BOOST_TEST((refused(14, 99) == errc::bad_padding));     // Something behind its end.
    BOOST_TEST((refused(3'839, 1) == errc::bad_padding));
    BOOST_TEST((refusal(decode_cell(bytes(3'839))) == errc::truncated));
    courier_cell filler{1, 0, courier_cell::filler, true, false, {}};
    BOOST_TEST((refusal(decode_cell(encode_cell(filler))) == errc::bad_encoding));
    filler.is_first = false;
    filler.payload = {1};
    BOOST_TEST((refusal(decode_cell(encode_cell(filler))) == errc::bad_encoding));
}

//= CF-8
BOOST_AUTO_TEST_CASE(heads_of_records_come_back_however_they_are_cut) {
    const auto encoded = encode_record_head({a_text(1'500), 0, 1'500});
    for (std::size_t size = 0; size < encoded.size(); ++size) {
        const auto part = decode_record_head(byte_view{encoded}.first(size));
        BOOST_REQUIRE(part);
        BOOST_TEST(!part->has_value());
    }
    auto longer = encoded;
    longer.push_back(77);
    const auto whole = decode_record_head(longer);
    BOOST_REQUIRE(whole);
    BOOST_REQUIRE(whole->has_value());
    BOOST_TEST((*whole)->consumed_bytes == encoded.size());
    BOOST_TEST((*whole)->object->offer.body_bytes == 1'500U);
    BOOST_TEST(((*whole)->object->offer.preamble == bytes(400, 3)));
    BOOST_TEST((*whole)->object->reaches_end());
    const auto end = decode_record_head(encode_bundle_end({2, 77}));
    BOOST_REQUIRE(end && *end);
    BOOST_TEST(((*end)->end.value() == bundle_end{2, 77}));
}

BOOST_AUTO_TEST_CASE(heads_of_records_that_no_exporter_makes_are_refused) {
    const auto refused = [](const record_head& head) {
        return refusal(decode_record_head(encode_record_head(head)));
    };
    BOOST_TEST((refused({a_text(1'500), 0, 0}) == errc::out_of_range));
    BOOST_TEST((refused({a_text(1'500), 0, 1'499}) == errc::out_of_range));
    BOOST_TEST((refused({a_text(1'500), 0, 1'501}) == errc::out_of_range));
    BOOST_TEST((refused({an_attachment(1'500), 1'500, 1}) == errc::out_of_range));
    BOOST_TEST((refused({an_attachment(1'500), ~std::uint64_t{0}, 2}) == errc::out_of_range));
    BOOST_TEST((refused({an_attachment(1'500), 100, 1'400}) == errc{}));
    bytes other{1};
    append_frame(other, frame{ping_frame{}});
    BOOST_TEST((refusal(decode_record_head(other)) == errc::bad_encoding));
    BOOST_TEST((refusal(decode_record_head(bytes{3, 0, 0})) == errc::unsupported_version));
    BOOST_TEST((refusal(decode_record_head(encode_bundle_end({0, 1}))) == errc::out_of_range));
    // A stream number, which a link would give.
    auto numbered = encode_record_head({a_text(1'500), 0, 1'500});
    auto offer = a_text(1'500);
    offer.stream = 5;
    bytes with_stream{1};
    append_frame(with_stream, frame{offer});
    with_stream.insert(with_stream.end(), numbered.end() - 3, numbered.end());
    BOOST_TEST((refusal(decode_record_head(with_stream)) == errc::bad_encoding));
    auto shortened = a_text(1'500);  // Nobody could ask for the full form.
    shortened.is_short = true;
    BOOST_TEST((refused({shortened, 0, 1'500}) == errc::bad_encoding));
}

//= CF-6
BOOST_AUTO_TEST_CASE(records_are_put_together_again) {
    record_reader reader;
    const bytes slice(10'000, 5);
    bytes got;
    bool is_complete = false;
    for (const auto& cell : cut(4, stream_of(a_text(10'000, 5'000), 0, slice))) {
        const auto step = reader.on_cell(cell);
        BOOST_REQUIRE(step);
        BOOST_TEST(!step->lost.has_value());
        got.insert(got.end(), step->data.begin(), step->data.end());
        is_complete = step->is_complete;
    }
    BOOST_TEST(is_complete);
    BOOST_TEST((got == slice));
    const auto end = reader.on_cell(cut(5, encode_bundle_end({1, 5})).front());
    BOOST_REQUIRE(end);
    BOOST_TEST(end->end.has_value());
    BOOST_TEST(!reader.on_end().has_value());
}

BOOST_AUTO_TEST_CASE(a_damaged_cell_loses_its_record_and_no_other) {
    const auto first = cut(1, stream_of(an_attachment(20'000), 0, bytes(20'000, 1)));
    const auto second = cut(2, stream_of(a_text(500), 0, bytes(500, 2)));
    for (std::size_t damaged = 0; damaged < first.size(); ++damaged) {
        record_reader reader;
        std::set<std::uint32_t> whole, lost;
        const auto note = [&](const std::optional<std::uint32_t>& one) {
            if (one) {
                lost.insert(*one);
            }
        };
        for (std::size_t i = 0; i < first.size(); ++i) {
            if (i == damaged) {
                note(reader.on_gap());
                continue;
            }
            const auto step = reader.on_cell(first[i]);
            BOOST_REQUIRE(step);
            note(step->lost);
            BOOST_TEST(!step->is_complete);
        }
        const auto step = reader.on_cell(second.front());
        BOOST_REQUIRE(step);
        note(step->lost);
        BOOST_TEST(step->is_complete);
        BOOST_TEST((damaged == 0 ? lost.empty() : lost == std::set<std::uint32_t>{1}));
    }
}

BOOST_AUTO_TEST_CASE(a_record_that_ends_early_or_late_is_refused) {
    auto cells = cut(1, stream_of(an_attachment(20'000), 0, bytes(20'000, 1)));
    record_reader reader;
    cells.front().is_last = true;
    BOOST_TEST((refusal(reader.on_cell(cells.front())) == errc::truncated));
    cells.front().is_last = false;
    for (std::size_t i = 0; i + 1 < cells.size(); ++i) {
        BOOST_TEST(reader.on_cell(cells[i]).has_value());
    }
    cells.back().is_last = false;
    BOOST_TEST((refusal(reader.on_cell(cells.back())) == errc::trailing_bytes));
    // What comes behind the promised slice.
    auto more = cut(2, stream_of(a_text(500), 0, bytes(500, 2))).front();
    more.payload.push_back(1);
    BOOST_TEST((refusal(reader.on_cell(more)) == errc::trailing_bytes));
    // Fillers end what is open.
    BOOST_TEST(reader.on_cell(cells.front()).has_value());
    const auto filler = reader.on_cell({1, 0, courier_cell::filler, false, false, {}});
    BOOST_REQUIRE(filler);
    BOOST_TEST(filler->lost.value() == 1U);
}

BOOST_AUTO_TEST_CASE(parts_say_to_which_volume_they_belong) {
    for (const bool ends : {false, true}) {
        const auto decoded = decode_part_head(encode_part_head({7, ends, !ends}));
        BOOST_REQUIRE(decoded);
        BOOST_TEST(decoded->volume == 7U);
        BOOST_TEST(decoded->ends_volume == ends);
        BOOST_TEST(decoded->ends_bundle == !ends);
    }
    BOOST_TEST(!decode_part_head(bytes(8)));
    BOOST_TEST(!decode_part_head(bytes(7)));
}

BOOST_AUTO_TEST_SUITE_END()
