// Offers in the short form: to whom, what comes of them, and that the full form follows once.
// Way of the message: tests of daemon/route/outbound and inbound.
// Pure but for digests; virtual time. Store and sealer are this file.
// Spec: docs/link-protocol.md#frames, docs/parcel-format.md#short-form.
// Limits: none.
#include "protocol/short_form.hpp"
#include "tests/unit/route/inbound_bench.hpp"
#include "tests/unit/route/outbound_bench.hpp"

#include <set>

namespace dhow::tests {

namespace {

constexpr std::size_t id_place = 6;  ///< Octet, length, version, suite, tag, length.

/// The directory in which every key of a purpose is another.
std::shared_ptr<const protocol::directory> with_other_keys(protocol::directory out,
                                                           protocol::key_purpose purpose) {
    for (auto& entry : out.entries) {
        for (auto& key : entry.keys) {
            key.id.value[0] ^= key.purpose == purpose ? 1 : 0;
        }
    }
    return std::make_shared<const protocol::directory>(std::move(out));
}

/// A receipt of the issuer for MU, signed by nobody.
protocol::receipt receipt_by(std::string_view issuer, std::size_t padding = 0) {
    protocol::receipt_content content;
    content.issuer = bureau(issuer);
    content.origin = bureau("MU");
    content.outcomes.resize(1);
    content.outcomes[0].kind = protocol::outcome_kind::delivered;
    content.outcomes[0].recipient = content.issuer;
    if (padding != 0) {
        content.ignored.push_back({0x07, bytes(padding)});
    }
    protocol::receipt out;
    out.content = protocol::encode_receipt_content(content);
    out.value.value[31] = out.value.value[63] = 1;
    return out;
}

/// Its peer goes by the same directory.
struct short_sender : outbound_bench {
    short_sender() { book->head_digest.value[0] = 1; }
    [[nodiscard]] protocol::known_facts known() const { return {*book, hash}; }
    void refuse_short(const event::offer_received& what) {
        BOOST_REQUIRE(what.offer.is_short);
        refuse(what.offer.stream, errc::full_form_wanted);
    }
};

struct short_receiver : inbound_bench {
    [[nodiscard]] protocol::known_facts known() const { return {*book, hash}; }
    [[nodiscard]] parcel shortened(parcel what) const {
        const auto whole = protocol::decode_preamble(what.offer.preamble).value();
        what.offer.preamble = protocol::encode_short_preamble(whole, known()).value();
        what.offer.is_short = true;
        return what;
    }
    [[nodiscard]] parcel short_receipt(const protocol::receipt& value) const {
        parcel made;
        made.body = protocol::encode_short_receipt(value, known()).value();
        made.offer.kind = protocol::object_kind::receipt;
        made.offer.body_bytes = made.body.size();
        made.offer.origin = bureau("MU");
        made.offer.is_short = true;
        return made;
    }
    /// The full form is asked for, and nothing is counted against the peer.
    void check_full_form_is_wanted() {
        BOOST_TEST((refusal().code == errc::full_form_wanted));
        BOOST_TEST(core.count.forged == 0U);
        BOOST_TEST(core.count.refused_in == 0U);
        BOOST_TEST(is_quiet());
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(short_offers_test)

//= LP-13
BOOST_FIXTURE_TEST_CASE(a_peer_with_the_same_directory_is_offered_the_short_form, short_sender) {
    const auto item = text(10);
    const auto full = route::offer_of(core, item)->preamble;
    load({item});
    const auto got = offered().offer;
    BOOST_TEST(got.is_short);
    BOOST_TEST(got.preamble.size() < full.size());
    BOOST_TEST((got.object == protocol::digest{}));
    auto rebuilt = protocol::decode_short_preamble(got.preamble, known()).value();
    rebuilt.seal.body_digest = item.object.sealed_digest;
    rebuilt.seal.body_bytes = got.body_bytes;
    BOOST_TEST((protocol::encode_preamble(rebuilt) == full));
}

BOOST_FIXTURE_TEST_CASE(a_peer_with_another_directory_is_offered_the_full_form, short_sender) {
    book->head_digest.value[0] = 2;
    const auto item = text(10);
    load({item});
    const auto got = offered().offer;
    BOOST_TEST(!got.is_short);
    BOOST_TEST((got.preamble == route::offer_of(core, item)->preamble));
    BOOST_TEST((got.object == item.object.sealed_digest));
}

BOOST_FIXTURE_TEST_CASE(a_large_text_says_its_digest_in_the_short_form_too, short_sender) {
    const auto item = text(10, bytes(100'000, 5));
    load({item});
    const auto got = offered().offer;
    BOOST_TEST(got.is_short);
    BOOST_TEST((got.object == item.object.sealed_digest));
}

BOOST_FIXTURE_TEST_CASE(a_receipt_is_shortened_and_what_is_none_goes_as_it_is, short_sender) {
    auto item = receipt(10);
    load({item});
    BOOST_TEST(!offered().offer.is_short);
    auto value = receipt_by("KE");
    const auto* key = book->current_key(bureau("KE"), protocol::key_purpose::sign);
    value.signer = key->id;
    value.signer_certificate = hash.sha256({key->certificate});
    auto other = receipt(20);
    other.inline_body = protocol::encode_receipt(value);
    other.object.bytes = other.inline_body.size();
    out.add_ready(other);
    const auto got = offered().offer;
    BOOST_TEST(got.is_short);
    BOOST_TEST(got.body_bytes < other.object.bytes);
    hub.theirs().commit(got.stream, {}, core.now);
    exchange();
    const auto moved = move_of(store_it(), 20);
    BOOST_REQUIRE(moved.has_value());
    BOOST_TEST((moved->state == store::shipment_state::done));
}

//= LP-14
BOOST_FIXTURE_TEST_CASE(what_cannot_be_rebuilt_is_offered_in_full_and_then_given_up, short_sender) {
    const auto item = text(10);
    load({item});
    refuse_short(offered());
    BOOST_TEST(diverted.empty());
    BOOST_TEST(!is_applying());  // It waits for nothing: the store still has it as ready.
    give_segment(11);
    const auto second = offered().offer;
    BOOST_TEST(!second.is_short);
    BOOST_TEST((second.object == item.object.sealed_digest));
    refuse(second.stream, errc::full_form_wanted);
    const auto moved = move_of(store_it(), 10);
    BOOST_REQUIRE(moved.has_value());
    BOOST_TEST((moved->state == store::shipment_state::failed));
    BOOST_TEST(moved->code == static_cast<int>(errc::full_form_wanted));
    BOOST_TEST(diverted.size() == 1U);
    BOOST_TEST(!has_offered());
}

BOOST_FIXTURE_TEST_CASE(for_the_rest_of_the_session_all_goes_in_full, short_sender) {
    load({text(10)});
    refuse_short(offered());
    give_segment(11);
    BOOST_TEST(!offered().offer.is_short);
    out.add_ready(text(20));
    BOOST_TEST(!offered().offer.is_short);
}

BOOST_FIXTURE_TEST_CASE(what_was_on_its_way_together_goes_in_full_each_once, short_sender) {
    load({text(10), text(20)});
    const auto first = offered();
    const auto second = offered();
    refuse_short(first);
    refuse_short(second);
    give_segment(11);
    give_segment(21);
    std::set<protocol::stream_id> streams;
    for (int i = 0; i < 2; ++i) {
        const auto again = offered().offer;
        BOOST_TEST(!again.is_short);
        streams.insert(again.stream);
    }
    BOOST_TEST(streams.size() == 2U);
    BOOST_TEST(!has_offered());
    BOOST_TEST(diverted.empty());
}

BOOST_FIXTURE_TEST_CASE(what_is_withheld_meanwhile_is_not_offered_in_full, short_sender) {
    load({text(10)});
    const auto first = offered();
    auto keep = out.withhold(12);
    refuse_short(first);
    BOOST_TEST(!has_offered());
    BOOST_TEST(is_quiet());
    keep.reset();
    load({text(10)});
    BOOST_TEST(!offered().offer.is_short);
}

BOOST_FIXTURE_TEST_CASE(an_attachment_is_never_short_and_is_given_up, short_sender) {
    auto item = text(10);
    item.object.kind = protocol::object_kind::attachment;
    item.object.position = item.shipment.position = 1;
    load({item});
    const auto got = offered().offer;
    BOOST_TEST(!got.is_short);
    refuse(got.stream, errc::full_form_wanted);
    const auto moved = move_of(store_it(), 10);
    BOOST_REQUIRE(moved.has_value());
    BOOST_TEST((moved->state == store::shipment_state::failed));
}

//= PF-81, PF-82
BOOST_FIXTURE_TEST_CASE(a_short_text_is_verified_and_kept_in_its_full_form, short_receiver) {
    const auto what = text();
    offer(shortened(what));
    const auto job = seal<seal::job::verify_parcel>({seal::done::verified_parcel{}});
    BOOST_TEST((protocol::encode_preamble(job.preamble) == what.offer.preamble));
    BOOST_TEST((job.body_digest == what.offer.object));
    const auto taken = store_it();
    for (const auto& change : taken.changes) {
        if (const auto* made = std::get_if<operation::put_object>(&change)) {
            BOOST_TEST((made->row.sealed_digest == what.offer.object));
        } else if (const auto* message = std::get_if<operation::put_message>(&change)) {
            BOOST_TEST((message->row.seal == protocol::encode_seal(what.sealed.seal)));
        }
    }
    BOOST_TEST(is_committed());
}

BOOST_FIXTURE_TEST_CASE(a_short_text_that_is_large_is_noted_with_its_full_preamble,
                        short_receiver) {
    const auto what = large_text();
    offer(shortened(what));
    const auto job = seal<seal::job::verify_parcel>({seal::done::verified_parcel{}});
    BOOST_TEST((protocol::encode_preamble(job.preamble) == what.offer.preamble));
    answer<query::find_object>(answer::object{});
    const auto noted = store_it();
    BOOST_REQUIRE(noted.changes.size() == 1U);
    const auto& made = std::get<operation::put_object>(noted.changes.front());
    BOOST_TEST((made.row.preamble == what.offer.preamble));
    BOOST_TEST((made.row.sealed_digest == what.offer.object));
}

//= LP-14
BOOST_FIXTURE_TEST_CASE(another_directory_asks_for_the_full_form_and_cries_no_forgery,
                        short_receiver) {
    const auto whole = text();
    const auto what = shortened(whole);
    core.directory = std::make_shared<const protocol::directory>();
    offer(what);
    check_full_form_is_wanted();
    for (const auto purpose : {protocol::key_purpose::sign, protocol::key_purpose::encrypt}) {
        core.directory = with_other_keys(*book, purpose);
        offer(what);
        const auto job = seal<seal::job::verify_parcel>({errc::bad_signature});
        BOOST_TEST((protocol::encode_preamble(job.preamble) != whole.offer.preamble));
        check_full_form_is_wanted();
    }
    offer(whole);
    seal<seal::job::verify_parcel>({errc::bad_signature});
    BOOST_TEST((refusal().code == errc::bad_signature));
    BOOST_TEST(core.count.forged == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_large_short_text_whose_seal_does_not_hold_is_asked_for_in_full,
                        short_receiver) {
    offer(shortened(large_text()));
    seal<seal::job::verify_parcel>({errc::unknown_key});
    check_full_form_is_wanted();
}

BOOST_FIXTURE_TEST_CASE(a_short_preamble_cut_anywhere_is_asked_for_in_full, short_receiver) {
    const auto good = shortened(text());
    core.sessions.at(1).session = nullptr;  // The session knows nothing of these offers.
    for (std::size_t size = 0; size < good.offer.preamble.size(); ++size) {
        auto cut = good.offer;
        cut.preamble.resize(size);
        in.on_event(1, event::offer_received{cut, true});
        BOOST_TEST(!in.knows(1, cut.stream), "cut at " << size);
    }
    BOOST_TEST(core.count.forged == 0U);
    BOOST_TEST(core.count.refused_in == 0U);
    BOOST_TEST(is_quiet());
}

// The time is taken from the id, which holds later ones than a header may.
BOOST_FIXTURE_TEST_CASE(a_header_that_could_not_come_in_full_is_not_let_in, short_receiver) {
    auto what = shortened(text());
    BOOST_REQUIRE(what.offer.preamble[id_place - 2] == 0x81);
    std::fill_n(what.offer.preamble.begin() + id_place, 6, std::uint8_t{0xFF});
    offer(what);
    check_full_form_is_wanted();
}

BOOST_FIXTURE_TEST_CASE(what_is_wrong_with_a_short_offer_itself_is_said_at_once, short_receiver) {
    auto tired = shortened(text());
    tired.offer.hops = limits::hop_limit_default;
    offer(tired);
    BOOST_TEST((refusal().code == errc::hop_limit));
}

//= PF-83
BOOST_FIXTURE_TEST_CASE(a_short_receipt_is_verified_in_its_full_form, short_receiver) {
    const auto value = receipt_by("KE");
    const auto what = short_receipt(value);
    offer(what);
    BOOST_TEST((seal<seal::job::verify_receipt>({errc::bad_signature}).encoded ==
                protocol::encode_receipt(value)));
    check_full_form_is_wanted();
    auto cut = what;
    cut.body.pop_back();
    cut.offer.body_bytes -= 1;
    offer(cut);
    check_full_form_is_wanted();
}

// It would be offered to the next gateway with more bytes than a receipt may have.
BOOST_FIXTURE_TEST_CASE(a_receipt_that_is_too_long_in_full_is_not_let_in, short_receiver) {
    auto value = receipt_by("KE", limits::receipt_bytes_max / 2);
    const auto* key = book->current_key(bureau("KE"), protocol::key_purpose::sign);
    value.signer = key->id;
    value.signer_certificate = hash.sha256({key->certificate});
    const auto rest = limits::receipt_bytes_max - short_receipt(value).body.size();
    auto longer = receipt_by("KE", limits::receipt_bytes_max / 2 + rest);
    longer.signer = value.signer;
    longer.signer_certificate = value.signer_certificate;
    const auto what = short_receipt(longer);
    BOOST_TEST(what.body.size() == limits::receipt_bytes_max);
    offer(what);
    check_full_form_is_wanted();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
